//! Tests of both servers over plain HTTP, for requests that need no valid signature. The end-to-end
//! tests cover the rest through the AWS SDK.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod client;
mod cors;
mod errors;
mod lifecycle;
mod origins;
mod queues;
