//! What a render process gives up before it reads a byte.
//!
//! Each wall is a file of its own, and each would hold if another fell: see `docs/sandbox.md`.

mod confine;
#[cfg(target_os = "linux")]
mod landlock;
mod limits;
mod privacy;
#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod seccomp;
mod wall;

pub use confine::confine;
pub use limits::ChildLimits;
pub(crate) use limits::begin_picture;
pub use privacy::keep_private;
pub use wall::{Wall, Walls};
