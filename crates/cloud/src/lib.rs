//! S3 and SQS, spoken through the AWS SDK: the only place that imports it.
//!
//! A [`Connection`] follows the SDK's own chain of settings (`AWS_REGION`, `AWS_ENDPOINT_URL`,
//! profiles, instance roles) and gives out a [`Bucket`], a [`Queue`] and an [`UploadSigner`]. What
//! leaves this crate are types of its own: no caller sees an SDK type, and every failure is a
//! [`CloudError`] that says whether another try may help.
//!
//! What it never does: decide what is stored or when. That is the roles' business.

#![warn(missing_docs)]

mod bucket;
mod connection;
mod credentials;
mod error;
mod late_queue;
mod link;
mod message;
mod presign;
mod provision;
mod put_file;
mod queue;
mod redrive_policy;
mod send;
mod sign;
mod sign_post;
mod sigv4;

pub use bucket::{Bucket, ListedObject, Listing, ObjectInfo, ObjectReader, PutOptions, ReadError};
pub use connection::{Connection, Endpoints};
pub use error::{CloudError, CloudErrorKind};
pub use late_queue::LateQueue;
pub use link::LinkTerms;
pub use message::Message;
pub use provision::{Change, Provisioner, Resource};
pub use put_file::FileTerms;
pub use queue::{Queue, QueueDepth, Receipt};
pub use redrive_policy::RedrivePolicy;
pub use sign::{PutTerms, SignedPut, UploadSigner};
pub use sign_post::{PostTerms, SignedPost};
