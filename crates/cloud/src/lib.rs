//! S3 and SQS through the AWS SDK. This is the only crate that imports the SDK.
//!
//! A [`Connection`] uses the SDK's default sources of settings (`AWS_REGION`, `AWS_ENDPOINT_URL`,
//! `AWS_PROFILE`, instance roles) and opens a [`Bucket`], a [`Queue`] and an [`UploadPresigner`].
//! This crate does not expose types of the SDK, and every failure is a [`CloudError`] with a class.
//!
//! [`S3Bucket`] and [`SqsQueue`] use the SDK. [`MemoryBucket`] and [`MemoryQueue`] let tests of
//! other crates run without a service. The tests can control the clock and inject [`Faults`].
//!
//! This crate never decides what is stored or when. `uploads` and the roles decide that.

#![warn(missing_docs)]

mod backoff;
mod bucket;
mod connection;
mod credentials;
mod error;
mod faults;
mod kill_point;
mod presign;
mod provision;
mod queue;
mod refreshing_cache;

pub use backoff::Backoff;
pub use bucket::{
    Bucket, CopySource, ListedObject, Listing, MemoryBucket, ObjectInfo, ObjectReader, PutOptions,
    ReadError, S3Bucket, UploadOptions, VersionId, VersionListing,
};
pub use connection::{Connection, Endpoints};
pub use error::{CloudError, CloudErrorKind, innermost_cause};
pub use faults::Faults;
pub use kill_point::KillPoint;
pub use presign::{
    PresignGetRequest, PresignPostRequest, PresignPutRequest, PresignedPost, PresignedPut,
    UploadPresigner,
};
pub use provision::{Change, Difference, ProvisionPlan, Provisioner, Resource, Step};
pub use queue::{
    LazyQueue, MAX_BATCH, MemoryQueue, Message, MessageCopy, Queue, QueueAction, QueueDepth,
    Receipt, RedrivePolicy, SqsQueue,
};
pub use refreshing_cache::{Freshness, RefreshingCache};
