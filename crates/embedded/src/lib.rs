//! S3 and SQS servers that run within the process, store objects in a folder, and speak the real
//! protocols.
//!
//! `darkroom dev` and the end-to-end tests use these servers in place of AWS. Darkroom calls them
//! through the AWS SDK, as it calls AWS, and cannot see the difference. Presigned URLs and browser
//! uploads work too.
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
//!     allowed_hosts: Vec::new(),
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
//! This crate is for developing and testing Darkroom with the clients that are used in production:
//! the AWS SDKs, boto3, the AWS CLI, rclone, s5cmd, s3cmd, celery, curl, and browsers with
//! presigned URLs and forms. It implements the operations that these clients use. The operations
//! behave as AWS documents them:
//!
//! - **S3**: signatures in headers, URLs and forms; conditional requests and checksums; metadata,
//!   ranges, parts, CORS, and notifications to queues. A write is atomic, and exactly one of
//!   several writers with `If-None-Match: *` succeeds. Objects and settings survive a restart on
//!   the same folder. The operations are `CreateBucket`, `DeleteBucket`, `HeadBucket`,
//!   `ListBuckets`, `GetBucketLocation`, `GetBucketVersioning`; `PutObject`, `PostObject`,
//!   `GetObject`, `HeadObject`, `CopyObject`, `DeleteObject`, `DeleteObjects`, `ListObjects`,
//!   `ListObjectsV2`, `GetObjectTagging`; `CreateMultipartUpload`, `UploadPart`, `UploadPartCopy`,
//!   `ListParts`, `ListMultipartUploads`, `CompleteMultipartUpload`, `AbortMultipartUpload`; and
//!   the `Get` and `Put` operations of `BucketCors`, `BucketLifecycleConfiguration` and
//!   `BucketNotificationConfiguration`.
//! - **SQS**: the JSON protocol; long polls, visibility timeouts, redrive policies and redrive
//!   allow policies, delays, and FIFO queues with deduplication by queue or group. Attributes of
//!   queues and messages are validated. Queues and their messages exist only in memory. The actions
//!   are `CreateQueue`, `GetQueueUrl`, `ListQueues`, `GetQueueAttributes`, `SetQueueAttributes`,
//!   `PurgeQueue`; `ReceiveMessage`; and `SendMessage`, `DeleteMessage` and
//!   `ChangeMessageVisibility`, each also in batches.
//!
//! A request with a presigned URL may have only those `x-amz-*` headers that the URL signs. A
//! presigned URL is valid for a week at most. A form may have only the fields that its policy
//! names. The variable `${filename}` and the fields `success_action_*` work in forms.
//!
//! # Pages in a browser on this machine
//! Both servers refuse requests for other hosts and from other sites' pages ([`OriginCheck`]).
//! Responses of S3 have `X-Content-Type-Options` and a `Content-Security-Policy` that AWS does not
//! send. So a stored HTML or SVG file cannot run scripts in the origin of the store.
//!
//! # What it is not
//! - A complete S3 or SQS. Only the operations above exist. Others return `NotImplemented` or
//!   `UnknownOperationException`. Requests that set tags or a website redirect on an object also
//!   return `NotImplemented`. ACLs, storage classes and encryption are accepted and ignored. Among
//!   the missing features are versioning, access settings, virtual-host addressing, notifications
//!   to targets other than SQS, the deletion of queues, and message move tasks.
//! - Access control. The only key pair has all permissions. Queue policies and lifecycle rules are
//!   stored and returned, but have no effect. SQS refuses unsigned requests, but does not verify
//!   signatures: anyone who can connect to it can use it.
//! - A production store. Files are not flushed to disk, so a power loss may destroy objects. A
//!   truncated file is reported and skipped at the next start. There is no TLS and no quota, so
//!   listen on loopback, or only on a network whose machines you trust. Only one process can
//!   use a folder at a time.

#![warn(missing_docs)]

mod cloud;
mod listener;
mod options;
mod origin_check;
mod pattern;
mod s3;
mod sqs;
mod start_error;

pub use cloud::EmbeddedCloud;
pub use options::Options;
pub use origin_check::{ForbiddenOrigin, OriginCheck};
pub use start_error::StartError;
