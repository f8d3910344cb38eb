//! The wall around image bytes.
//!
//! No process that holds credentials parses a picture. A [`RenderPool`] hands every picture to a
//! child process, which has an empty environment, bounded memory and time, no files, no network and
//! few system calls ([`run_child`], [`Wall`]). A child that crashes, hangs or outgrows its memory is replaced, and only the
//! picture that it was given is rejected.
//!
//! The parent never trusts a reply: its size is bounded, and what it names must be what was asked
//! for.

#![warn(missing_docs)]

mod allocator;
mod child;
mod confinement;
mod exchange;
mod pool;
mod process;
mod protocol;
mod settings;

pub use allocator::ExitWhenOutOfMemory;
pub use child::run_child;
pub use confinement::{ChildLimits, Wall, Walls, confine, keep_private};
pub use pool::{RenderError, RenderPool};
pub use process::Launch;
pub use settings::{RenderSettings, Sandbox};
