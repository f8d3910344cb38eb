//! A proxy that injects faults and records requests. It stands between a client and an HTTP
//! service, such as S3 or SQS.
//!
//! Signatures stay valid, because the proxy does not change the path or the `Host` header. The host
//! is always that of the proxy, so clients must address buckets by path and not by host name.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use std::time::Duration;
//! use darkroom_testkit::fault::{Fault, FaultProxy, Rule};
//!
//! let s3 = FaultProxy::start("http://127.0.0.1:9000").await?;
//! s3.set_rules([
//!     Rule::any(Fault::Latency(Duration::from_millis(20))),
//!     Rule::on("GetObject", Fault::Truncate { after: 1000 }).with_probability(0.1),
//!     Rule::on("PutObject", Fault::SlowDown).first(5),
//! ]);
//! println!("endpoint for the client: {}", s3.url());
//! # Ok(())
//! # }
//! ```

mod batch;
mod forward;
mod operation;
mod proxy;
mod record;
mod response;
mod rule;
mod state;

pub use proxy::FaultProxy;
pub use record::{Exchange, RecordedRequest};
pub use rule::{Fault, Rule};
