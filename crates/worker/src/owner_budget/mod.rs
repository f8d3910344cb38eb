//! Fairness between the owners of uploads.
//!
//! Each owner gets an equal share of this worker. While one owner has several messages in progress
//! or waiting, the worker looks ahead in its queue for messages of other owners. Messages beyond an
//! owner's share are deferred, each to the time at which it will probably be rendered. Of the images
//! that wait for a render process, that of the owner who used the least time comes first.
//!
//! All numbers are of this worker and in memory. Several workers need not know of each other: each
//! of them shares its own capacity.

mod budget;
mod capacity;
mod render_queue;
mod shares;
mod usage;

#[cfg(test)]
mod tests;

pub(crate) use budget::OwnerBudget;
pub(crate) use capacity::Capacity;
