//! Sandboxed child processes that parse and render images.
//!
//! A process with credentials never parses an image. A [`RenderPool`] sends each image to a child
//! process with an empty environment, bounded memory and CPU time, few system calls, and no access
//! to files or the network ([`run_child`], [`SandboxLayer`]). A child that crashes, hangs or runs
//! out of memory is replaced, and at most its current image is rejected.
//!
//! The parent never trusts a response. It limits the size of the response, and checks that the
//! response contains exactly the requested variants. The file of each variant must be an image in
//! the requested format, and nothing else.

#![warn(missing_docs)]

mod allocator;
mod child;
mod container;
mod error;
mod memory_usage;
mod operation;
mod pool;
mod process;
mod protocol;
mod sandbox;
mod settings;
mod variant_file;

pub use allocator::{ExitWhenOutOfMemory, return_large_blocks};
pub use child::run_child;
pub use container::container_memory;
pub use error::{RenderError, StartError};
pub use pool::RenderPool;
pub use process::Launch;
pub use sandbox::{ChildLimits, SandboxLayer, SandboxLayers, confine, make_undumpable};
pub use settings::{RenderSettings, SandboxPolicy};
