//! Tools for tests: LocalStack, fixtures, faults, waiting with a deadline. No release contains
//! them.

pub mod fault;
pub mod fixture;
pub mod localstack;
pub mod port;
pub mod process;
pub mod wait;
