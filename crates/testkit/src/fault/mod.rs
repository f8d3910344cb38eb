//! A proxy between a client and S3 or SQS that makes what goes through it fail.
//!
//! Signed requests pass: path and `Host` header stay as the client has sent them, so the client
//! must address buckets by path.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use std::time::Duration;
//! use darkroom_testkit::fault::{Fault, FaultProxy, Rule};
//!
//! let s3 = FaultProxy::start("http://127.0.0.1:9000", 7).await?;
//! s3.set([
//!     Rule::any(Fault::Latency(Duration::from_millis(20))),
//!     Rule::on("GetObject", Fault::Truncate { after: 1000 }).with_probability(0.1),
//!     Rule::on("PutObject", Fault::SlowDown).first(5),
//! ]);
//! println!("the client goes to {}", s3.url());
//! # Ok(())
//! # }
//! ```

mod answer;
mod batch;
mod forward;
mod journal;
mod operation;
mod proxy;
mod rule;

pub use journal::{Entry, Exchange};
pub use proxy::FaultProxy;
pub use rule::{Fault, Rule};
