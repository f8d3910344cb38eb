//! Tests on generated files of every supported kind.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests fail by panicking and print figures"
)]

mod damage;
mod decoded;
mod libjpeg;
mod planes;
mod variety;
