//! Notifications to SQS about changed objects.
//!
//! Their format is version 2.1 of "Event message structure" in the S3 user guide.

mod event;
mod filter;
mod notifier;
mod record;

pub(crate) use event::Event;
pub(crate) use notifier::Notifier;
