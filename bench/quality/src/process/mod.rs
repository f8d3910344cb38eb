//! Time and memory of a program with all of its child processes.
//!
//! A program is measured by a process of its own ([`run_measured`]), which this command starts from its
//! own binary. This process adopts the program's orphans, so that their time counts too, and it is
//! small, because the memory of a process at its start counts as the memory of its children.

mod cores;
mod invocation;
mod measured;
mod memory;
mod usage;

pub use cores::Cores;
pub use invocation::Invocation;
pub use measured::run_measured;
pub use usage::{Memory, Usage};
