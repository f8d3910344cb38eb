//! The harness that end-to-end tests, chaos scenarios and benchmarks share.
//!
//! A [`TestBed`] is a cloud with provisioned buckets and queues. The cloud is S3 and SQS in the
//! process of the test, S3 and SQS of `darkroom dev`, LocalStack, or another server
//! ([`Cloud::At`]).
//!
//! [`TestBed::start_worker`] and [`TestBed::spawn`] start processes that reach the cloud through
//! fault proxies. All other processes reach the cloud directly: those of [`TestBed::start_issuer`]
//! and [`TestBed::run`], `darkroom dev`, and the test itself.
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! use std::path::Path;
//! use std::time::Duration;
//! use darkroom_harness::{TestBed, TestBedOptions};
//! use darkroom_testkit::fault::{Fault, Rule};
//!
//! let bed = TestBed::start(Path::new("target/debug/darkroom"), &TestBedOptions::default()).await?;
//! bed.s3.set_rules([Rule::on("PutObject", Fault::SlowDown).first(3)]);
//! let _worker = bed.start_worker(&[("DARKROOM_WORKER_IN_FLIGHT", "2")]).await?;
//! let key = bed.upload(b"not an image").await?;
//! bed.wait_until_idle(Duration::from_secs(60)).await?;
//! assert!(bed.manifest(&key).await?.is_some());
//! # Ok(())
//! # }
//! ```

#![warn(missing_docs)]

use std::time::Duration;

mod announcement;
mod binary;
mod client;
mod cloud;
mod issuer;
mod objects;
mod options;
mod process_stats;
mod queues;
mod receipts;
mod resource_names;
mod roles;
mod test_bed;
mod worker;

pub use announcement::{announcement, announcements};
pub use binary::{Binary, set_endpoints};
pub use client::Client;
pub use cloud::Cloud;
pub use issuer::Issuer;
pub use objects::new_key;
pub use options::{ALL_FORMATS, TestBedOptions};
pub use process_stats::ProcessStats;
pub use receipts::{Receipts, ReceivedMessage};
pub use resource_names::ResourceNames;
pub use test_bed::TestBed;
pub use worker::Worker;

/// The time limit of most waits. Nothing that a test waits for takes this long, even on a busy
/// machine.
pub const DEADLINE: Duration = Duration::from_secs(90);
