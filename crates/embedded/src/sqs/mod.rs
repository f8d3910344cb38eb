//! SQS: queues in memory, behind the JSON protocol of the AWS SDKs.
//!
//! The state of a queue is plain data with the time as an argument ([`queue`]); [`queues`] adds the clock, the lock
//! and the waiting; [`api`] and [`http`] add the protocol.

mod api;
mod attributes;
mod batch;
mod clock;
mod error;
mod http;
mod message;
mod queue;
#[cfg(test)]
mod queue_tests;
mod queues;
mod receipt;
mod received;
mod requests;

pub(crate) use api::Api;
pub(crate) use http::answer;
pub(crate) use message::Outgoing;
pub(crate) use queues::Queues;
