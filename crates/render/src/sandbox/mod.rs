//! The sandbox that a render process enters before it reads a byte of an image.
//!
//! Each kernel mechanism is in its own file. Each layer still protects if another layer fails. See
//! `docs/sandbox.md`.

mod confine;
#[cfg(target_os = "linux")]
mod landlock;
mod layer;
mod limits;
mod process_flags;
#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod seccomp;

pub use confine::confine;
pub use layer::{SandboxLayer, SandboxLayers};
pub use limits::ChildLimits;
pub(crate) use limits::grant_cpu_time;
pub use process_flags::make_undumpable;
