//! The whole path, run as the real binary.
//!
//! The tests in `uploads` and `refusals` are written once and run on the embedded cloud and on
//! LocalStack. Every test starts a system of its own, with buckets and queues of its own.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "whatever a test's own tools cannot do fails the test"
)]

mod auth;
#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod bare_kernel;
mod client;
mod cloud;
mod command_line;
mod completion;
mod dead_letters;
mod delivery;
mod dev;
mod foreign_clients;
mod intake;
mod issuer;
mod refusals;
mod render_process;
mod slow_clients;
mod system;
mod telemetry;
mod uploads;
mod webhooks;
mod worker;
