//! Telling a back end of every outcome, by HTTP.
//!
//! Workers put notices on a queue of their own; a [`Courier`] beside the HTTP service takes them
//! to the one address that the operator has named, signed, until they are taken or too old.

mod address;
mod courier;
mod endpoint;
mod settings;
mod signature;

pub use courier::Courier;
pub use endpoint::{Endpoint, EndpointError};
pub use settings::{Secret, WebhookSettings};
