//! As many render processes as pictures may be rendered at once.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use darkroom_imaging::{Inspection, Limits, Recipe, Rejection, RejectionCode, Rendered};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::exchange;
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
        self.ask(async |process| {
            exchange::render(process, source, recipe, self.max_reply_bytes).await
        })
        .await
    }

    /// Reads what a file is and what it would give away; see [`darkroom_imaging::inspect`].
    ///
    /// # Errors
    /// As for [`RenderPool::render`].
    pub async fn inspect(&self, source: &[u8], limits: &Limits) -> Result<Inspection, RenderError> {
        self.ask(async |process| exchange::inspect(process, source, limits).await)
            .await
    }

    async fn ask<T>(
        &self,
        exchange: impl AsyncFnOnce(&mut RenderProcess) -> io::Result<Result<T, Rejection>>,
    ) -> Result<T, RenderError> {
        let place = self.places.acquire().await;
        let _place = place.map_err(|closed| RenderError::Start(io::Error::other(closed)))?;
        let mut process = self.take()?;
        match timeout(self.timeout, exchange(&mut process)).await {
            Ok(Ok(answer)) => {
                self.put_back(process);
                Ok(answer?)
            }
            Ok(Err(error)) => Err(died(process, &error).await.into()),
            Err(_) => {
                process.kill().await;
                Err(self.timed_out().into())
            }
        }
    }

    fn take(&self) -> Result<RenderProcess, RenderError> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        match idle {
            Some(process) => Ok(process),
            None => RenderProcess::start(&self.launch).map_err(RenderError::Start),
        }
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

async fn died(process: RenderProcess, error: &io::Error) -> Rejection {
    let (code, exit) = process.post_mortem().await;
    tracing::warn!(%code, exit, %error, "a render process died");
    let message = match code {
        RejectionCode::OutOfMemory => "rendering needs more memory than it may have",
        _ => "the picture made the renderer crash",
    };
    Rejection::new(code, message)
}
