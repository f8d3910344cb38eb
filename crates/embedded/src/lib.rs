//! S3 and SQS in this process, on a folder, over the real protocols.
//!
//! `darkroom dev` and the end-to-end tests run on it in place of AWS. The product does not know the
//! difference: it reaches both servers through the AWS SDK, presigned URLs and browser uploads
//! included.
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
//! # What it is for
//! Developing and testing Darkroom with the clients that it meets in production: the AWS SDKs, boto3,
//! the AWS CLI, curl, and browsers with presigned URLs and forms. It has the operations that these
//! use, and they behave as AWS documents them:
//!
//! - **S3**: signatures in headers, URLs and forms; conditional writes and checksums; metadata,
//!   ranges, CORS, and notifications to queues. A write is atomic, and of several writers with
//!   `If-None-Match: *` exactly one succeeds. Objects and settings survive a restart on the same
//!   folder. The operations are `CreateBucket`, `HeadBucket`, `ListBuckets`, `GetBucketLocation`,
//!   `GetBucketVersioning`; `PutObject`, `PostObject`, `GetObject`, `HeadObject`, `CopyObject`,
//!   `DeleteObject`, `DeleteObjects`, `ListObjectsV2`; `CreateMultipartUpload`, `UploadPart`,
//!   `ListParts`, `CompleteMultipartUpload`, `AbortMultipartUpload`; and get and put of
//!   `BucketCors`, `BucketLifecycleConfiguration` and `BucketNotificationConfiguration`.
//! - **SQS**: the JSON protocol; long polls, visibility timeouts, redrive to a dead-letter queue,
//!   delays, FIFO queues. Queues and their messages are in memory only. The actions are
//!   `CreateQueue`, `GetQueueUrl`, `ListQueues`, `GetQueueAttributes`, `SetQueueAttributes`,
//!   `PurgeQueue`; `ReceiveMessage`; and `SendMessage`, `DeleteMessage` and
//!   `ChangeMessageVisibility`, alone and in batches.
//!
//! # What it is not
//! - A complete S3 or SQS. The operations above are all there are; the others return
//!   `NotImplemented` or `UnknownOperationException`. Among these are versioning, ACLs, tags,
//!   encryption and access settings, virtual-host addressing, notifications to anything but SQS,
//!   the deletion of buckets and queues, and message move tasks.
//! - Access control. One key pair may do everything. Queue policies and lifecycle rules are stored
//!   and returned, but have no effect. SQS refuses unsigned requests and does not verify
//!   signatures.
//! - A production store. Files are not flushed to disk, so a power loss may cost objects; a
//!   truncated file is reported and skipped at the next start. There is no TLS and no quota, so the
//!   listeners belong on loopback. One folder serves one process at a time.

#![warn(missing_docs)]

mod cloud;
mod listener;
mod options;
mod s3;
mod sqs;
mod start_error;

pub use cloud::EmbeddedCloud;
pub use options::Options;
pub use start_error::StartError;
