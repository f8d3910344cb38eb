//! The setup of buckets and queues. It is idempotent and keeps settings that Darkroom does not
//! manage.

mod bucket;
mod conditional_writes;
mod cors;
mod difference;
mod encryption;
mod lifecycle;
mod loops;
mod notification;
mod plan;
mod provisioned_queue;
mod provisioner;
mod public_access;
mod queue;
mod queue_policy;
mod queues;
mod resource;
mod steps;

pub use difference::Difference;
pub use plan::ProvisionPlan;
pub use provisioner::Provisioner;
pub use resource::{Change, Resource, Step};
