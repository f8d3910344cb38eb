//! The setup of buckets and queues. It is idempotent and keeps settings that Darkroom does not
//! manage.

mod bucket;
mod conditional_writes;
mod cors;
mod lifecycle;
mod notification;
mod provisioned_queue;
mod provisioner;
mod queue;
mod queue_policy;
mod queues;
mod resource;
mod steps;

pub use provisioner::Provisioner;
pub use resource::{Change, Resource, Step};
