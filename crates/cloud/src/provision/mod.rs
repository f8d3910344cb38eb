//! The setup of buckets and queues. It is idempotent and keeps settings that it did not make.

mod bucket;
mod cors;
mod lifecycle;
mod notification;
mod provisioner;
mod queue;
mod queue_policy;
mod queues;
mod resource;

pub use provisioner::Provisioner;
pub use resource::{Change, Resource};
