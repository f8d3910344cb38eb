//! Attacks from inside a confined process.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking and prints what it skips"
)]
#![cfg(target_os = "linux")]

mod attempt;
mod layers;
