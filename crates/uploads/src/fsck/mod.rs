//! The check of both buckets for objects that contradict each other.
//!
//! [`Fsck`] lists both buckets side by side, in the order of their keys, so only manifests need one
//! request each. [`assessment`] decides which objects contradict each other. Each
//! inconsistency is confirmed by reading its upload again before it is reported, because uploads
//! go on in the meantime.

mod assessment;
mod confirm;
mod entry;
mod group;
mod inconsistency;
mod join;
mod object_stream;
mod pace;
mod position;
mod progress;
mod reader;
mod repair;
mod review;
mod rules;
mod run;
mod state;
#[cfg(test)]
mod tests;

pub use inconsistency::{Inconsistency, InconsistencyCode, Repair};
pub use progress::{FsckProgress, FsckUpdate};
pub use run::{Fsck, FsckError};
