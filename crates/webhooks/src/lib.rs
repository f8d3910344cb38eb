//! Delivery of outcomes by webhook.
//!
//! A worker queues an event for every outcome. The [`WebhookDispatcher`] consumes that queue. For
//! each event, it reads the manifest from the store and POSTs it to the operator's URL, until the
//! receiver accepts it or the event is too old. Requests are signed as specified by Standard
//! Webhooks. The dispatcher is a [`Consumer`](darkroom_consumer::Consumer) with an HTTP client.
//!
//! This crate never connects to a private address unless the operator allows it, and never follows
//! a redirect.

#![warn(missing_docs)]

mod circuit_breaker;
mod client;
mod delivery_error;
mod dispatcher;
mod public_address;
mod retry;
mod sender;
mod settings;

pub use client::WebhookClient;
pub use delivery_error::DeliveryError;
pub use dispatcher::{WebhookDispatcher, WebhookDispatcherParts};
pub use sender::{OutcomeSender, WebhookSender};
pub use settings::{Secret, WebhookSettings};
