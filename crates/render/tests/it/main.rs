//! What a render process cannot do, tried from inside.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "whatever a test's own tools cannot do fails the test"
)]
#![cfg(target_os = "linux")]

mod attempt;
mod walls;
