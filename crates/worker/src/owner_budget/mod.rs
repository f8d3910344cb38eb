//! Fairness between the owners of uploads.
//!
//! Each owner gets an equal share of this worker. While one owner has several messages in progress
//! or waiting, the worker looks ahead in its queue for messages of other owners. Messages beyond an
//! owner's share are deferred, each to the time at which it will probably be rendered. When a
//! render process becomes free, it renders an image of the owner that has used the least render
//! time.
//!
//! All numbers describe this worker alone and are kept in memory. Workers need not know of each
//! other, because each of them shares out its own capacity.

mod budget;
mod capacity;
mod render_queue;
mod shares;
mod usage;

#[cfg(test)]
mod tests;

pub(crate) use budget::OwnerBudget;
pub(crate) use capacity::Capacity;
