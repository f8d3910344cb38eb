//! As many render processes as pictures may be rendered at once.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use darkroom_imaging::{Inspection, Limits, Recipe, Rejection, RejectionCode, Rendered};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::exchange::{Exchange, Inspect, Render};
use crate::process::{Launch, RenderProcess};
use crate::settings::RenderSettings;

/// Render processes, started when they are first needed and kept for the next picture.
///
/// A call waits until one of the pool's places is free; its deadline starts then.
#[derive(Debug)]
pub struct RenderPool {
    launch: Launch,
    timeout: Duration,
    max_jobs: u32,
    max_reply_bytes: u64,
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
        let process = RenderProcess::start(&self.launch).map_err(RenderError::Start)?;
        self.attempt(process, exchange).await
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
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.push(process);
        }
    }

    fn timed_out(&self) -> Rejection {
        let seconds = self.timeout.as_secs_f32();
        tracing::warn!(seconds, "a render process was killed at its deadline");
        let message = format!("rendering took longer than {seconds} s");
        Rejection::new(RejectionCode::TimedOut, message)
    }
}

const fn is_death(code: RejectionCode) -> bool {
    matches!(code, RejectionCode::OutOfMemory | RejectionCode::Crashed)
}

async fn died(process: RenderProcess, error: &io::Error) -> RenderError {
    let (code, exit) = process.post_mortem().await;
    tracing::warn!(exit, %error, "a render process died");
    let message = match code {
        None => return RenderError::Start(io::Error::other("it cannot be confined")),
        Some(RejectionCode::OutOfMemory) => "rendering needs more memory than it may have",
        Some(_) => "the picture made the renderer crash",
    };
    Rejection::new(code.unwrap_or(RejectionCode::Crashed), message).into()
}
