//! What tests lean on: LocalStack, fixtures, waiting with a deadline. Never shipped.

pub mod fixture;
pub mod localstack;
pub mod port;
pub mod process;
pub mod wait;
