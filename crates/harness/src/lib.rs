//! The harness that end-to-end tests, chaos scenarios and benchmarks share.
//!
//! A [`TestBed`] is an embedded S3 and SQS with provisioned buckets and queues. Processes of the
//! real `darkroom` binary access it through fault proxies. The test itself accesses it directly.
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! use std::path::Path;
//! use std::time::Duration;
//! use darkroom_harness::{TestBed, TestBedOptions, new_key};
//! use darkroom_testkit::fault::{Fault, Rule};
//!
//! let bed = TestBed::start(Path::new("target/debug/darkroom"), &TestBedOptions::default()).await?;
//! bed.s3.set_rules([Rule::on("PutObject", Fault::SlowDown).first(3)]);
//! let _worker = bed.start_worker(&[("DARKROOM_WORKER_IN_FLIGHT", "2")]).await?;
//! let key = new_key()?;
//! bed.put_raw(&key, b"not an image".as_slice()).await?;
//! bed.wait_until_idle(Duration::from_secs(60)).await?;
//! assert!(bed.manifest(&key).await?.is_some());
//! # Ok(())
//! # }
//! ```

#![warn(missing_docs)]

mod binary;
mod issuer;
mod process_stats;
mod receipts;
mod resource_names;
mod test_bed;
mod worker;

pub use binary::{Binary, endpoints, set_endpoints};
pub use issuer::Issuer;
pub use process_stats::ProcessStats;
pub use receipts::{Receipts, ReceivedMessage};
pub use resource_names::ResourceNames;
pub use test_bed::{TestBed, TestBedOptions, new_key};
pub use worker::Worker;
