//! Fairness between the owners of uploads.
//!
//! Each owner gets an equal share of this worker. While an owner has several messages, the worker
//! looks ahead in its queue for messages of other owners. Messages beyond an owner's share are
//! deferred. When a render process becomes free, it renders an image of the owner that has used
//! the least render time.
//!
//! In this module:
//! - A message is in progress from its receipt until it is processed or deferred.
//! - A message in progress is active unless it has to wait for other messages of its owner.
//! - An owner is active while it has messages in progress.
//! - An owner is busy while it has several messages in progress, or deferred messages.
//! - A turn is the moment at which a deferred message becomes visible again. The worker estimates
//!   when the image can be rendered, and makes the turn earlier on purpose, so that no render
//!   process has to wait.
//!
//! A worker counts only its own messages and render time, and keeps the counts in memory. Workers
//! need not know of each other, because each worker shares out its own capacity.

mod budget;
mod capacity;
mod render_queue;
mod shares;
mod usage;

#[cfg(test)]
mod tests;

pub(crate) use budget::OwnerBudget;
pub(crate) use capacity::Capacity;
