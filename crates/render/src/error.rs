//! Reasons why an image was not rendered.

use std::io;

use darkroom_imaging::Rejection;

use crate::sandbox::SandboxLayer;

/// The reason why an image was not rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The image is at fault, because of its content or because its render process died.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// No render process is available. The image may be fine, and a retry may succeed.
    #[error("no render process could be started: {0}")]
    Start(#[from] StartError),
    /// The kernel killed the render process, because the container or the machine ran out of
    /// memory. A process that exceeds its own limit is not killed: its image is rejected. The text
    /// is the exit status in words. A retry may succeed.
    #[error(
        "the kernel killed the render process ({0}): the container or the machine has too little \
         memory for render.processes x render.max_memory"
    )]
    Killed(String),
}

impl RenderError {
    /// Moves a rejection of the image into the inner result.
    ///
    /// # Errors
    /// Any other error, because the image is not at fault.
    pub fn split_rejection<T>(result: Result<T, Self>) -> Result<Result<T, Rejection>, Self> {
        match result {
            Ok(value) => Ok(Ok(value)),
            Err(Self::Rejected(rejection)) => Ok(Err(rejection)),
            Err(error @ (Self::Start(_) | Self::Killed(_))) => Err(error),
        }
    }
}

/// The reason why a render process could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The operating system did not start the program.
    #[error("the program could not be started: {0}")]
    Spawn(#[source] io::Error),
    /// The process exited before it was ready. The text is the exit status in words.
    #[error("the process exited before it was ready ({0})")]
    Exited(String),
    /// The process did not become ready in time.
    #[error("the process was not ready in time")]
    TimedOut,
    /// The process could not confine itself. The text is the reason that the process reported.
    #[error("the process could not be confined: {0}")]
    Unconfined(String),
    /// `render.sandbox` is `"required"`, but the system lacks these layers.
    #[error(
        "render.sandbox is \"required\", but this system does not provide: {}",
        join(.0)
    )]
    MissingLayers(Vec<SandboxLayer>),
    /// The pool was closed.
    #[error("the render pool is closed")]
    PoolClosed,
}

fn join(layers: &[SandboxLayer]) -> String {
    let layers: Vec<String> = layers.iter().map(SandboxLayer::to_string).collect();
    layers.join(", ")
}
