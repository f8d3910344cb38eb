//! S3 and SQS in this process, on a folder, speaking the real protocols.
//!
//! What `darkroom dev` and the end-to-end tests run on in place of AWS. The product does not know the difference: it
//! speaks to both servers through the AWS SDK, presigned URLs and browser uploads included.
//!
//! ```
//! # async fn example(data_dir: std::path::PathBuf) -> Result<(), darkroom_embedded::StartError> {
//! use darkroom_embedded::{EmbeddedCloud, Options};
//!
//! let cloud = EmbeddedCloud::start(Options {
//!     data_dir,
//!     s3_listen: ([127, 0, 0, 1], 9000).into(),
//!     sqs_listen: ([127, 0, 0, 1], 0).into(),
//!     access_key: "darkroom".into(),
//!     secret_key: "darkroom".into(),
//!     region: "eu-central-1".into(),
//!     allowed_origins: Vec::new(),
//! })
//! .await?;
//! assert_eq!(cloud.s3_url(), "http://127.0.0.1:9000");
//! cloud.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! # What it does
//! - **S3**: signatures in headers, URLs and forms; conditional and checked writes; metadata, ranges, copies,
//!   multipart uploads, listings; CORS; events to queues. An object appears whole or not at all, and two writers with
//!   `If-None-Match: *` never both win. Everything survives a restart on the same folder.
//! - **SQS**: the JSON protocol; long polls, visibility, redrive and move tasks, delays, batches, FIFO. Queues are in
//!   memory: after a restart they are gone, and so are the messages in them.
//!
//! # What it does not
//! - Permissions. One key pair may do everything; bucket and queue policies are kept and given back, not evaluated.
//!   SQS refuses unsigned requests and does not verify signatures.
//! - Lifecycle, encryption, public access blocks, ownership and tags are kept and given back, and change nothing.
//! - Versioning, object lock, ACLs, tags of objects, virtual-host addressing, and events to anything but SQS:
//!   `NotImplemented`.
//! - Safety against a loss of power. Files are not forced to disk; one that was cut is reported at the next start and
//!   left out.
//!
//! One folder serves one process at a time. The listeners are meant for loopback: there is no TLS and no limit on
//! what a holder of the key may store.
#![warn(missing_docs)]

mod events;
mod listener;
mod options;
mod s3;
mod server;
mod sqs;

pub use options::Options;
pub use server::{EmbeddedCloud, StartError};
