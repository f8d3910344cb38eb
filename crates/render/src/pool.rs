//! As many render processes as pictures may be rendered at once.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use darkroom_imaging::{Inspection, Limits, Recipe, Rejection, RejectionCode, Rendered};
use darkroom_telemetry::metric;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::confinement::{Wall, Walls};
use crate::exchange::{Exchange, Inspect, Render, read_greeting};
use crate::process::{Launch, RenderProcess};
use crate::protocol::Greeting;
use crate::settings::{RenderSettings, Sandbox};

/// How long a process may take until its walls stand.
const START_TIMEOUT: Duration = Duration::from_secs(20);

/// Render processes, started when they are first needed and kept for the next picture.
///
/// A call waits until one of the pool's places is free; its deadline starts then.
#[derive(Debug)]
pub struct RenderPool {
    launch: Launch,
    timeout: Duration,
    max_jobs: u32,
    max_reply_bytes: u64,
    sandbox: Sandbox,
    places: Semaphore,
    idle: Mutex<Vec<RenderProcess>>,
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The picture is at fault: what it is, or what it did to its render process.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// No render process could be started. Another try may succeed.
    #[error("no render process could be started: {0}")]
    Start(#[source] io::Error),
}

impl RenderPool {
    /// A pool of [`RenderSettings::process_count`] places; nothing is started yet.
    pub fn new(launch: Launch, settings: &RenderSettings) -> Self {
        Self {
            launch,
            timeout: settings.timeout,
            max_jobs: settings.max_jobs,
            max_reply_bytes: settings.max_memory.as_u64(),
            sandbox: settings.sandbox,
            places: Semaphore::new(settings.process_count()),
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Renders a picture; see [`darkroom_imaging::render`].
    ///
    /// # Errors
    /// [`RenderError::Rejected`] with the renderer's own codes, or `timed_out`, `out_of_memory` or
    /// `crashed` for what became of its process.
    pub async fn render(&self, source: &[u8], recipe: &Recipe) -> Result<Rendered, RenderError> {
        self.ask(&Render {
            source,
            recipe,
            max_reply_bytes: self.max_reply_bytes,
        })
        .await
    }

    /// Reads what a file is and what it would give away; see [`darkroom_imaging::inspect`].
    ///
    /// # Errors
    /// As for [`RenderPool::render`].
    pub async fn inspect(&self, source: &[u8], limits: &Limits) -> Result<Inspection, RenderError> {
        self.ask(&Inspect { source, limits }).await
    }

    /// A process that dies may have been dying before: only a picture that a fresh one dies of too
    /// is at fault.
    async fn ask<E: Exchange>(&self, exchange: &E) -> Result<E::Answer, RenderError> {
        let place = self.places.acquire().await;
        let _place = place.map_err(|closed| RenderError::Start(io::Error::other(closed)))?;
        if let Some(process) = self.idle() {
            match self.attempt(process, exchange).await {
                Err(RenderError::Rejected(rejection)) if is_death(rejection.code) => {}
                answer => return answer,
            }
        }
        let (process, _) = self.fresh().await?;
        self.attempt(process, exchange).await
    }

    /// Starts one process and says which walls stand around it; every other has the same.
    ///
    /// # Errors
    /// [`RenderError::Start`] if it cannot be started, or an essential wall is missing that
    /// [`RenderSettings::sandbox`] requires.
    pub async fn check(&self) -> Result<Walls, RenderError> {
        let (process, walls) = self.fresh().await?;
        self.keep(process);
        Ok(walls)
    }

    /// A process that has put up its walls. What goes wrong before is no picture's fault.
    async fn fresh(&self) -> Result<(RenderProcess, Walls), RenderError> {
        let mut process = RenderProcess::spawn(&self.launch).map_err(RenderError::Start)?;
        metric::RENDER_STARTS.add(1, []);
        let walls = match timeout(START_TIMEOUT, read_greeting(&mut process)).await {
            Ok(Ok(Greeting::Ready(walls))) => walls,
            Ok(Ok(Greeting::Unconfined(reason))) => {
                metric::RENDER_DEATHS.add(1, ["unconfined"]);
                return Err(not_started(format!("it cannot be confined: {reason}")));
            }
            Ok(Err(_)) => {
                let (_, exit) = process.post_mortem().await;
                return Err(not_started(format!("it ended at once ({exit})")));
            }
            Err(_) => {
                process.kill().await;
                return Err(not_started("it said nothing".to_owned()));
            }
        };
        match &self.sandbox.lacks(&walls)[..] {
            [] => Ok((process, walls)),
            lacking => Err(not_started(unprotected(lacking))),
        }
    }

    async fn attempt<E: Exchange>(
        &self,
        mut process: RenderProcess,
        exchange: &E,
    ) -> Result<E::Answer, RenderError> {
        match timeout(self.timeout, exchange.with(&mut process)).await {
            Ok(Ok(answer)) => {
                self.put_back(process);
                Ok(answer?)
            }
            Ok(Err(error)) => Err(died(process, &error).await),
            Err(_) => {
                process.kill().await;
                Err(self.timed_out().into())
            }
        }
    }

    fn idle(&self) -> Option<RenderProcess> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.pop()
    }

    /// Keeps a process for the next picture, unless it has done its share.
    fn put_back(&self, mut process: RenderProcess) {
        process.jobs += 1;
        if process.jobs < self.max_jobs {
            self.keep(process);
        }
    }

    fn keep(&self, process: RenderProcess) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(process);
    }

    fn timed_out(&self) -> Rejection {
        let seconds = self.timeout.as_secs_f32();
        metric::RENDER_DEATHS.add(1, [RejectionCode::TimedOut.name()]);
        tracing::warn!(seconds, "a render process was killed at its deadline");
        let message = format!("rendering took longer than {seconds} s");
        Rejection::new(RejectionCode::TimedOut, message)
    }
}

fn not_started(reason: String) -> RenderError {
    RenderError::Start(io::Error::other(reason))
}

fn unprotected(lacking: &[Wall]) -> String {
    let walls: Vec<String> = lacking.iter().map(Wall::to_string).collect();
    let walls = walls.join(", ");
    format!("render.sandbox is \"required\", and this system does not give: {walls}")
}

const fn is_death(code: RejectionCode) -> bool {
    matches!(code, RejectionCode::OutOfMemory | RejectionCode::Crashed)
}

async fn died(process: RenderProcess, error: &io::Error) -> RenderError {
    let (code, exit) = process.post_mortem().await;
    metric::RENDER_DEATHS.add(1, [code.name()]);
    tracing::warn!(exit, %error, "a render process died");
    let message = match code {
        RejectionCode::OutOfMemory => "rendering needs more memory than it may have",
        RejectionCode::TimedOut => "rendering took too much processor time",
        _ => "the picture made the renderer crash",
    };
    Rejection::new(code, message).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, sandbox: Sandbox) -> RenderPool {
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

    /// A child that says this and then waits.
    fn saying(json: &str, sandbox: Sandbox) -> RenderPool {
        let length = json.len();
        shell(
            &format!(r"printf '\000\000\000\{length:03o}%s' '{json}'; exec cat"),
            sandbox,
        )
    }

    async fn refusal(pool: &RenderPool) -> String {
        match pool.check().await {
            Err(RenderError::Start(error)) => error.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_child_that_does_not_get_ready_is_no_picture_s_fault() {
        let ended = refusal(&shell("exit 1", Sandbox::BestEffort)).await;
        assert_eq!(ended, "it ended at once (exit status: 1)");
        let told = saying(r#"{"unconfined":"no"}"#, Sandbox::BestEffort);
        assert_eq!(refusal(&told).await, "it cannot be confined: no");
    }

    #[tokio::test]
    async fn a_missing_wall_is_an_error_only_where_all_are_required() {
        let few = r#"{"ready":["resources","system_calls"]}"#;
        let walls = saying(few, Sandbox::BestEffort).check().await.unwrap();
        assert_eq!(walls.names(), "resources, system_calls");
        let error = saying(few, Sandbox::Required).check().await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "no render process could be started: render.sandbox is \"required\", and this system \
             does not give: file_system (Landlock, Linux 5.13 or later)"
        );
    }
}
