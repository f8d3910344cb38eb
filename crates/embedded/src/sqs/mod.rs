//! SQS: queues in memory, behind the JSON protocol of the AWS SDKs.
//!
//! A [`queue`] holds only state, and gets the time as an argument. [`queues`] adds the clock, the
//! lock and the long poll. [`actions`], [`api`] and [`http`] add the protocol.

mod actions;
mod api;
mod attributes;
mod characters;
mod clock;
mod deduplication;
mod error;
mod http;
mod message;
mod message_attributes;
mod message_store;
mod queue;
mod queue_name;
#[cfg(test)]
mod queue_tests;
mod queues;
#[cfg(test)]
mod queues_tests;
mod receipt;
mod redrive;
mod requests;
mod responses;
mod state;

pub(crate) use api::Api;
pub(crate) use http::respond;
pub(crate) use message::NewMessage;
pub(crate) use queues::Queues;
