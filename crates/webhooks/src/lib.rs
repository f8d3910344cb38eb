//! Delivery of outcomes by webhook.
//!
//! A worker queues an event for every outcome. The [`WebhookDispatcher`] consumes that queue and
//! POSTs each event to the operator's URL until the receiver accepts it or the event is too old.
//! Requests are signed as specified by Standard Webhooks. The dispatcher is a
//! [`Consumer`](darkroom_consumer::Consumer) with an HTTP sender.
//!
//! This crate never connects to a private address unless the operator allows it, and never follows
//! a redirect.

#![warn(missing_docs)]

mod circuit_breaker;
mod dispatcher;
mod public_address;
mod retry;
mod sender;
mod settings;
mod signature;

pub use dispatcher::{WebhookDispatcher, WebhookDispatcherParts};
pub use sender::WebhookSender;
pub use settings::{Secret, WebhookSettings};
