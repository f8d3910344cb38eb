//! Both servers over plain HTTP: what needs no signature. The rest is proved through the AWS SDK by the end-to-end
//! suite.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod browsers;
mod client;
mod queues;
mod refusals;
mod stopping;
