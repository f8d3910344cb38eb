//! A LocalStack for the tests of one process.
//!
//! [`LocalStack::shared`] takes the one that [`ADDRESS_VARIABLE`] names, or starts one with Docker
//! or Python; `localstack/README.md` describes the order. The child process exits with the test
//! process, however that ends.
//!
//! S3 and SQS share one address and check signatures. Each test uses buckets and queues with
//! names of its own.

mod health;
mod start;
mod venv;

pub use start::{ACCESS_KEY_ID, ADDRESS_VARIABLE, LocalStack, REGION, SECRET_ACCESS_KEY};
pub use venv::Venv;
