//! S3 and SQS in this process, on a folder, speaking the real protocols.

mod events;
mod listener;
mod options;
mod s3;
mod server;
mod sqs;

pub use options::Options;
pub use server::{EmbeddedCloud, StartError};
