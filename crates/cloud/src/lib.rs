//! S3 and SQS through the AWS SDK: the only crate that imports it.
//!
//! A [`Connection`] follows the SDK's own chain of settings (`AWS_REGION`, `AWS_ENDPOINT_URL`,
//! profiles, instance roles) and opens a [`Bucket`], a [`Queue`] and an [`UploadPresigner`]. No SDK
//! type leaves this crate: its types are its own, and every failure is a [`CloudError`] with a
//! class.
//!
//! Beside the SDK's [`S3Bucket`] and [`SqsQueue`] stand a [`MemoryBucket`] and a [`MemoryQueue`],
//! on which the layers above are tested without a service and with a clock of the test's own.
//!
//! This crate never decides what is stored or when. That is the business of `uploads` and the
//! roles.

#![warn(missing_docs)]

mod backoff;
mod bucket;
mod connection;
mod credentials;
mod error;
mod failure_switch;
mod kill_point;
mod presign;
mod provision;
mod queue;
mod refreshing_cache;

pub use backoff::Backoff;
pub use bucket::{
    Bucket, ListedObject, Listing, MemoryBucket, ObjectInfo, ObjectReader, PutOptions, ReadError,
    S3Bucket, UploadOptions,
};
pub use connection::{Connection, Endpoints};
pub use error::{CloudError, CloudErrorKind};
pub use kill_point::KillPoint;
pub use presign::{
    PresignGetRequest, PresignPostRequest, PresignPutRequest, PresignedPost, PresignedPut,
    UploadPresigner,
};
pub use provision::{Change, Provisioner, Resource};
pub use queue::{
    LazyQueue, MAX_BATCH, MemoryQueue, Message, Queue, QueueDepth, Receipt, RedrivePolicy, SqsQueue,
};
pub use refreshing_cache::{Freshness, RefreshingCache};
