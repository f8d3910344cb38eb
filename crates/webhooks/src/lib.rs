//! Delivery of outcomes by webhook.
//!
//! A worker queues an event for every outcome. The [`WebhookDispatcher`] consumes that queue and
//! POSTs each event to the operator's one URL, signed as Standard Webhooks specifies, until the
//! receiver accepts it or it is too old. It is a [`Consumer`](darkroom_consumer::Consumer) with an
//! HTTP sender.
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
