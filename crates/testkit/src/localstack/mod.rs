//! One LocalStack for all tests of a run.
//!
//! [`LocalStack::shared`] takes the one that the environment names, or starts one by Docker or
//! from PyPI; `localstack/README.md` in the workspace says which, when and why. Every process that
//! asked holds a connection to the *keeper*, a small process that runs LocalStack and ends it soon
//! after the last connection has gone, so nothing has to be stopped and nothing is left over,
//! whatever way the tests end.
//!
//! S3 and SQS answer at one address, signatures are checked, and the only credentials are
//! [`ACCESS_KEY_ID`] and [`SECRET_ACCESS_KEY`]. The tests share it: each makes buckets and queues
//! with names of its own.
//!
//! ```no_run
//! use darkroom_testkit::localstack::LocalStack;
//!
//! let endpoint = LocalStack::shared().unwrap().endpoint();
//! assert!(endpoint.starts_with("http://"));
//! ```

mod ask;
mod docker;
mod health;
mod keeper;
mod launcher;
mod lock;
mod origin;
mod python;
mod running;
mod shared;
mod start;
mod unavailable;
mod venv;

pub use launcher::Launcher;
pub use origin::{CHOICE_VARIABLE, Origin};
pub use shared::{ACCESS_KEY_ID, LocalStack, REGION, SECRET_ACCESS_KEY};
pub use unavailable::Unavailable;
pub use venv::Venv;
