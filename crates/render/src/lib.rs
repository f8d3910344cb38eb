//! Sandboxed child processes that parse and render images.
//!
//! No process that holds credentials parses an image. A [`RenderPool`] sends each image to a child
//! process that has an empty environment, bounded memory and CPU time, no files, no network and few
//! system calls ([`run_child`], [`SandboxLayer`]). A child that crashes, hangs or runs out of
//! memory is replaced, and only its current image is rejected.
//!
//! The parent never trusts a response. The size is bounded, and the response must name the
//! requested variants.

#![warn(missing_docs)]

mod allocator;
mod child;
mod error;
mod operation;
mod pool;
mod process;
mod protocol;
mod sandbox;
mod settings;

pub use allocator::ExitWhenOutOfMemory;
pub use child::run_child;
pub use error::{RenderError, StartError};
pub use pool::RenderPool;
pub use process::Launch;
pub use sandbox::{ChildLimits, SandboxLayer, SandboxLayers, confine, make_undumpable};
pub use settings::{RenderSettings, SandboxPolicy};
