//! Tools for tests: LocalStack, Prometheus, fixtures, a fault proxy, child processes, and waits
//! with a deadline. No release contains them.

pub mod debian;
pub mod fault;
pub mod fixture;
pub mod localstack;
pub mod port;
pub mod process;
pub mod prometheus;
pub mod wait;
