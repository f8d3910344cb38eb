//! A LocalStack for the tests of one process.
//!
//! [`LocalStack::shared`] uses the LocalStack at the address in [`ADDRESS_VARIABLE`]. Without an
//! address, it starts LocalStack with Docker or, if that fails, with Python (see
//! `localstack/README.md`). LocalStack then runs in a child process, which exits when the test
//! process ends for any reason.
//!
//! S3 and SQS share one address. S3 verifies the signatures of presigned URLs. Each test uses its
//! own buckets and queues.

mod health;
mod start;
mod venv;

pub use start::{ACCESS_KEY_ID, ADDRESS_VARIABLE, LocalStack, REGION, SECRET_ACCESS_KEY};
pub use venv::Venv;
pub(crate) use venv::run;
