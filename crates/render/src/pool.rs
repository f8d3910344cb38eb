//! The pool of render processes.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use darkroom_imaging::{Inspection, Limits, Recipe, Rejection, RejectionCode, Rendered};
use darkroom_telemetry::metric;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout, timeout_at};

use crate::error::{RenderError, StartError};
use crate::operation::{Inspect, Operation, Render, read_handshake};
use crate::process::{Launch, RenderProcess};
use crate::protocol::{Handshake, ProtocolError};
use crate::sandbox::{SandboxLayer, SandboxLayers};
use crate::settings::{RenderSettings, SandboxPolicy};

/// The longest time that a process may take to become ready.
const START_TIMEOUT: Duration = Duration::from_secs(20);

/// The metric label of a process that was killed because it returned something other than an image.
const INVALID_VARIANT: &str = "invalid_variant";
/// The metric label of a process that the kernel killed because the container or the machine ran
/// out of memory.
const KILLED: &str = "killed";

/// A pool of render processes, which are started on demand and reused.
///
/// A call waits for one of the pool's permits. The deadline of an image is set when a process
/// begins to render the image, so the wait for a permit and the start of that process do not count.
/// If a reused process crashes or exceeds its memory limit, the image is rendered once more in a
/// fresh process, within the same deadline. The start of the fresh process counts. There is no
/// second run after a timeout, or if the machine ran out of memory.
#[derive(Debug)]
pub struct RenderPool {
    launch: Launch,
    timeout: Duration,
    max_jobs: u32,
    max_response_bytes: u64,
    sandbox: SandboxPolicy,
    permits: Semaphore,
    idle: Mutex<Vec<RenderProcess>>,
    /// The layers of the process that was started last.
    layers: Mutex<Option<SandboxLayers>>,
}

impl RenderPool {
    /// Creates a pool with [`RenderSettings::process_count`] permits. No process is started yet.
    pub fn new(launch: Launch, settings: &RenderSettings) -> Self {
        Self {
            launch,
            timeout: settings.timeout,
            max_jobs: settings.max_jobs,
            max_response_bytes: settings.max_memory.as_u64(),
            sandbox: settings.sandbox,
            permits: Semaphore::new(settings.process_count()),
            idle: Mutex::new(Vec::new()),
            layers: Mutex::new(None),
        }
    }

    /// Renders an image. See [`darkroom_imaging::render`].
    ///
    /// # Errors
    /// [`RenderError::Rejected`] with a code of the renderer, or with `timed_out`, `out_of_memory`
    /// or `crashed` if the process was killed by the pool or died. [`RenderError::Start`] if no
    /// process can be started. [`RenderError::Killed`] if the kernel killed the process because
    /// the container or the machine ran out of memory.
    pub async fn render(&self, source: &[u8], recipe: &Recipe) -> Result<Rendered, RenderError> {
        self.run(&Render {
            source,
            recipe,
            max_response_bytes: self.max_response_bytes,
        })
        .await
    }

    /// Reads a file's header and metadata. See [`darkroom_imaging::inspect`].
    ///
    /// # Errors
    /// As for [`RenderPool::render`].
    pub async fn inspect(&self, source: &[u8], limits: &Limits) -> Result<Inspection, RenderError> {
        self.run(&Inspect { source, limits }).await
    }

    /// Starts one process and returns the sandbox layers that confine it. All other processes have
    /// the same layers.
    ///
    /// # Errors
    /// [`RenderError::Start`] if the process cannot be started, or if the system lacks an essential
    /// layer that [`RenderSettings::sandbox`] requires.
    pub async fn check(&self) -> Result<SandboxLayers, RenderError> {
        let (process, layers) = self.start().await?;
        self.push_idle(process);
        Ok(layers)
    }

    /// Returns the sandbox layers of the process that was started last, or `None` if none was started
    /// yet.
    pub fn sandbox_layers(&self) -> Option<SandboxLayers> {
        let layers = self.layers.lock().unwrap_or_else(PoisonError::into_inner);
        layers.clone()
    }

    /// Runs an operation. If a reused process crashes or exceeds its memory limit, runs the
    /// operation again in a fresh one, because an earlier image may have damaged the reused
    /// process. The image is at fault only if the fresh process fails too. Both runs share the
    /// deadline. There is no second run after a timeout or [`RenderError::Killed`].
    async fn run<O: Operation>(&self, operation: &O) -> Result<O::Output, RenderError> {
        let permit = self.permits.acquire().await;
        let _permit = permit.map_err(|_| StartError::PoolClosed)?;
        let Some(process) = self.pop_idle() else {
            let (process, _) = self.start().await?;
            return self.run_in(process, operation, self.timeout).await;
        };
        let deadline = Instant::now() + self.timeout;
        match self.run_in(process, operation, self.timeout).await {
            Err(RenderError::Rejected(rejection)) if is_process_failure(rejection.code) => {}
            result => return result,
        }
        let Ok(started) = timeout_at(deadline, self.start()).await else {
            return Err(self.timed_out().into());
        };
        let (process, _) = started?;
        let remaining = deadline.saturating_duration_since(Instant::now());
        self.run_in(process, operation, remaining).await
    }

    /// Starts a process and waits until it is confined. A failure here is not the fault of an
    /// image.
    async fn start(&self) -> Result<(RenderProcess, SandboxLayers), StartError> {
        let mut process = RenderProcess::spawn(&self.launch).map_err(StartError::Spawn)?;
        metric::RENDER_PROCESS_STARTS.add(1, []);
        let layers = match timeout(START_TIMEOUT, read_handshake(&mut process)).await {
            Ok(Ok(Handshake::Ready(layers))) => {
                self.report(&layers);
                layers
            }
            Ok(Ok(Handshake::Unconfined(reason))) => {
                metric::RENDER_PROCESS_DEATHS.add(1, ["unconfined"]);
                return Err(StartError::Unconfined(reason));
            }
            Ok(Err(_)) => {
                let (_, status) = process.wait_for_exit().await;
                return Err(StartError::Exited(status));
            }
            Err(_) => {
                process.kill().await;
                return Err(StartError::TimedOut);
            }
        };
        match self.sandbox.missing_from(&layers) {
            missing if missing.is_empty() => Ok((process, layers)),
            missing => Err(StartError::MissingLayers(missing)),
        }
    }

    async fn run_in<O: Operation>(
        &self,
        mut process: RenderProcess,
        operation: &O,
        remaining: Duration,
    ) -> Result<O::Output, RenderError> {
        match timeout(remaining, operation.run(&mut process)).await {
            Ok(Ok(result)) => {
                // A process that ran out of memory or panicked may be damaged even if it was able
                // to say so.
                if !matches!(&result, Err(rejection) if is_process_failure(rejection.code)) {
                    self.recycle(process);
                }
                Ok(result?)
            }
            Ok(Err(error)) => Err(process_failure(process, &error).await),
            Err(_) => {
                process.kill().await;
                Err(self.timed_out().into())
            }
        }
    }

    /// Reports the sandbox layers that confine a new process, as a metric and for
    /// [`RenderPool::sandbox_layers`].
    fn report(&self, layers: &SandboxLayers) {
        for layer in SandboxLayer::ALL {
            let is_in_force = if layers.contains(layer) { 1.0 } else { 0.0 };
            metric::RENDER_SANDBOX_LAYER.set(is_in_force, [layer.name()]);
        }
        let mut last = self.layers.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(layers.clone());
    }

    fn pop_idle(&self) -> Option<RenderProcess> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.pop()
    }

    fn push_idle(&self, process: RenderProcess) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(process);
    }

    /// Keeps a process for the next image unless it has reached [`RenderSettings::max_jobs`].
    fn recycle(&self, mut process: RenderProcess) {
        process.jobs += 1;
        if process.jobs < self.max_jobs {
            self.push_idle(process);
        }
    }

    fn timed_out(&self) -> Rejection {
        let seconds = self.timeout.as_secs_f32();
        metric::RENDER_PROCESS_DEATHS.add(1, [RejectionCode::TimedOut.name()]);
        tracing::warn!(seconds, "killed a render process at its deadline");
        let message = format!("rendering took longer than {seconds} s");
        Rejection::new(RejectionCode::TimedOut, message)
    }
}

const fn is_process_failure(code: RejectionCode) -> bool {
    matches!(code, RejectionCode::OutOfMemory | RejectionCode::Crashed)
}

/// Returns the error of the image whose process exited or violated the protocol.
async fn process_failure(process: RenderProcess, error: &ProtocolError) -> RenderError {
    let (code, reason, status) = if let ProtocolError::InvalidVariant(_) = error {
        process.kill().await;
        let (code, status) = (RejectionCode::Crashed, "killed".to_owned());
        (Some(code), INVALID_VARIANT, status)
    } else {
        let (code, status) = process.wait_for_exit().await;
        (code, code.map_or(KILLED, RejectionCode::name), status)
    };
    metric::RENDER_PROCESS_DEATHS.add(1, [reason]);
    tracing::warn!(exit = status, %error, "a render process died");
    let Some(code) = code else {
        return RenderError::Killed(status);
    };
    let message = match code {
        RejectionCode::OutOfMemory => "rendering needs more memory than is allowed",
        RejectionCode::TimedOut => "rendering took too much CPU time",
        _ => "the image crashed the renderer",
    };
    Rejection::new(code, message).into()
}

#[cfg(test)]
mod tests {
    use darkroom_imaging::{Encoding, IccPolicy, OutputLimits, Variant};
    use serde_json::json;

    use super::*;
    use crate::protocol::frame;

    fn pool(script: &str, sandbox: SandboxPolicy) -> RenderPool {
        let launch = Launch {
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), script.into()],
        };
        let settings = RenderSettings {
            sandbox,
            ..RenderSettings::default()
        };
        RenderPool::new(launch, &settings)
    }

    /// Creates a pool whose child sends this handshake and then waits.
    fn pool_with_handshake(json: &str, sandbox: SandboxPolicy) -> RenderPool {
        let length = json.len();
        let script = format!(r"printf '\000\000\000\{length:03o}%s' '{json}'; exec cat");
        pool(&script, sandbox)
    }

    async fn start_error(pool: &RenderPool) -> StartError {
        match pool.check().await {
            Err(RenderError::Start(error)) => error,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_child_that_does_not_become_ready_is_a_start_error() {
        let exited = start_error(&pool("exit 1", SandboxPolicy::BestEffort)).await;
        assert!(matches!(exited, StartError::Exited(status) if status == "exit status: 1"));
        let refused = pool_with_handshake(r#"{"unconfined":"no"}"#, SandboxPolicy::BestEffort);
        let unconfined = start_error(&refused).await;
        assert!(matches!(unconfined, StartError::Unconfined(reason) if reason == "no"));
    }

    /// Returns a script that reports readiness and, when it receives an image, runs `script`.
    fn ready_and_then(script: &str) -> String {
        let ready = r#"{"ready":[]}"#;
        let length = ready.len();
        let handshake = format!(r"printf '\000\000\000\{length:03o}%s' '{ready}'");
        format!("{handshake}; head -c 1 >/dev/null; {script}")
    }

    /// Creates a pool whose children report readiness and, when they receive an image, run
    /// `script`.
    fn pool_of_children(script: &str, timeout: Duration) -> RenderPool {
        let mut pool = pool(&ready_and_then(script), SandboxPolicy::BestEffort);
        pool.timeout = timeout;
        pool
    }

    #[tokio::test]
    async fn a_second_run_gets_only_the_time_that_the_first_run_left() {
        let pool = pool_of_children("sleep 0.15; exit 86", Duration::from_millis(250));
        pool.check().await.unwrap();
        // With a deadline of its own, the second run would end with status 86 (`out_of_memory`)
        // like the first.
        assert_eq!(rejection_code(&pool).await, RejectionCode::TimedOut);
    }

    /// The kernel kills a process if the container has too little memory.
    #[tokio::test]
    async fn an_image_whose_process_the_kernel_kills_is_not_rejected() {
        let pool = pool_of_children("kill -KILL $$", Duration::from_secs(10));
        let limits = Limits::for_inspection(1, 1);
        let error = pool.inspect(b"x", &limits).await.unwrap_err();
        assert!(matches!(&error, RenderError::Killed(_)), "{error:?}");
        assert!(error.to_string().contains("render.max_memory"), "{error}");
    }

    #[tokio::test]
    async fn the_deadline_covers_the_start_of_a_second_process() {
        let id = std::process::id();
        let folder = std::env::temp_dir().join(format!("darkroom-second-process-{id}"));
        let path = folder.display();
        // Only the first process makes the folder. The second one never becomes ready.
        let script = format!("mkdir '{path}' || exec cat; {}", ready_and_then("exit 86"));
        let mut pool = pool(&script, SandboxPolicy::BestEffort);
        pool.timeout = Duration::from_millis(250);
        pool.check().await.unwrap();
        let started_at = Instant::now();
        let code = rejection_code(&pool).await;
        std::fs::remove_dir(&folder).unwrap();
        assert_eq!(code, RejectionCode::TimedOut);
        assert!(started_at.elapsed() < START_TIMEOUT / 2);
    }

    async fn rejection_code(pool: &RenderPool) -> RejectionCode {
        let limits = Limits::for_inspection(1, 1);
        match pool.inspect(b"x", &limits).await {
            Err(RenderError::Rejected(rejection)) => rejection.code,
            other => panic!("{other:?}"),
        }
    }

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\
        \0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0....\
        \0\0\0\x04IDATdata....\
        \0\0\0\0IEND....";

    /// Creates a pool whose children respond to each image with a variant that consists of `file`.
    fn pool_that_returns(file: &[u8]) -> RenderPool {
        let header = json!({"rendered": {
            "source": {"format": "png", "width": 1, "height": 1, "orientation": 1, "frames": 1},
            "variants": [
                {"name": "original", "format": "png", "width": 1, "height": 1, "bytes": file.len()}
            ],
            "placeholder": {"thumbhash": "", "dominant_color": ""},
            "removed_metadata": [], "rights": {},
            "notes": [],
        }});
        let response = [&*frame(&header).unwrap(), file].concat();
        let octal: String = response
            .iter()
            .map(|byte| format!("\\{byte:03o}"))
            .collect();
        let script = ready_and_then(&format!("printf '{octal}'; exec cat >/dev/null"));
        pool(&script, SandboxPolicy::BestEffort)
    }

    #[tokio::test]
    async fn a_process_that_returns_more_than_an_image_is_killed_and_the_image_rejected() {
        let recipe = Recipe {
            limits: Limits::for_inspection(1, 1),
            crop: None,
            output: OutputLimits::NONE,
            keep: Vec::new(),
            variants: vec![Variant {
                name: "original".to_owned(),
                resize: None,
                encoding: Encoding::Png,
                animated: false,
                icc: IccPolicy::ConvertToSrgb,
            }],
        };
        let pool = pool_that_returns(PNG);
        let rendered = pool.render(b"x", &recipe).await.unwrap();
        assert_eq!(rendered.variants[0].bytes, PNG);
        assert!(pool.pop_idle().is_some());
        let page = b"<!doctype html><script>alert(1)</script>";
        for file in [page.to_vec(), [PNG, page].concat()] {
            let pool = pool_that_returns(&file);
            // This starts a process for `render` to reuse. When that process is killed, `render`
            // repeats the run in a fresh one.
            pool.check().await.unwrap();
            match pool.render(b"x", &recipe).await {
                Err(RenderError::Rejected(rejection)) => {
                    assert_eq!(rejection.code, RejectionCode::Crashed);
                }
                other => panic!("{other:?}"),
            }
            assert!(pool.pop_idle().is_none(), "neither process is used again");
        }
    }

    #[tokio::test]
    async fn a_missing_essential_layer_is_an_error_only_if_the_sandbox_is_required() {
        let few = r#"{"ready":["resources","system_calls"]}"#;
        let pool = pool_with_handshake(few, SandboxPolicy::BestEffort);
        assert_eq!(pool.sandbox_layers(), None);
        let layers = pool.check().await.unwrap();
        assert_eq!(layers.names(), "resources, system_calls");
        assert_eq!(pool.sandbox_layers(), Some(layers));
        let pool = pool_with_handshake(few, SandboxPolicy::Required);
        assert_eq!(
            pool.check().await.unwrap_err().to_string(),
            "no render process could be started: render.sandbox is \"required\", but this system \
             does not provide: file_system (Landlock, Linux 5.13 or later)"
        );
    }
}
