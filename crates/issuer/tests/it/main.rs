//! The service as its clients see it, without a socket.
//!
//! Nothing here needs a store that answers; what does is in the end-to-end suite of the binary.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod auth;
mod harness;
mod hostile;
mod ingest;
mod limits;
mod openapi;
mod page;
mod refusals;
mod tickets;
mod tokens;
