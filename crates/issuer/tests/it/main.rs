//! Tests of the service over HTTP, most of them with an unreachable store.
//!
//! Other behavior that needs a store is tested in `darkroom-uploads` and in the end-to-end suite.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a panic is how a test fails"
)]

mod api_keys;
mod batch_status;
mod client_library;
mod harness;
mod hostile;
mod images;
mod limits;
mod openapi;
mod page;
mod presigned_uploads;
mod quotas;
mod refusals;
mod shutdown;
