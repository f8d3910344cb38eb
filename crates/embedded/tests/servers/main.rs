//! Both servers over plain HTTP, as far as no signature is needed. The end-to-end suite covers the
//! rest through the AWS SDK.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod client;
mod cors;
mod errors;
mod lifecycle;
mod queues;
