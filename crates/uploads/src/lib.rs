//! The store of uploads: a domain layer over buckets and queues.
//!
//! [`UploadStore`] implements the rules that issuer, worker and command line share: where manifests
//! are stored, how an unreadable manifest is handled, in which order outputs are written and
//! deleted, how an upload is queued again, and when the store counts as up. The roles work with
//! uploads and never name a bucket.
//!
//! This crate never renders and never speaks HTTP. It keeps no durable state of its own: all
//! durable state is in S3 and SQS.
//!
//! ```
//! # async fn example() -> Result<(), darkroom_cloud::CloudError> {
//! use std::sync::Arc;
//!
//! use darkroom_cloud::{MemoryBucket, MemoryQueue};
//! use darkroom_contract::{Clock, Profiles, RawKey};
//! use darkroom_uploads::{OutcomePublisher, UploadStore, UploadStoreParts};
//!
//! let store = UploadStore::new(UploadStoreParts {
//!     raw: Arc::new(MemoryBucket::new("raw")),
//!     media: Arc::new(MemoryBucket::new("media")),
//!     events: Arc::new(MemoryQueue::new(Clock::system())),
//!     outcomes: OutcomePublisher::Disabled,
//!     profiles: Arc::new(Profiles::default()),
//!     cache_control: "public".to_owned(),
//!     upload_expiry: std::time::Duration::from_secs(900),
//!     clock: Clock::system(),
//! });
//! # let key = RawKey::parse("raw/avatar/u1/01920000-0000-7000-8000-000000000000").unwrap();
//! assert!(store.manifest(&key).await?.is_none());
//! # Ok(())
//! # }
//! ```

#![warn(missing_docs)]

mod bucket_probe;
mod bucket_problem;
mod changes;
mod delete;
mod doctor_probe;
mod erase;
mod error;
mod event;
mod fsck;
mod list;
mod manifest;
mod memory_store;
mod outcome_publisher;
mod probe;
mod profiles;
mod quota;
mod review;
mod review_copies;
mod review_decision;
mod review_list;
mod source;
mod status;
mod store;
mod tombstone;
mod variant_urls;
mod variants;

#[cfg(test)]
mod testing;

pub use bucket_probe::ListPermission;
pub use bucket_problem::BucketProblem;
pub use changes::ChangeListener;
pub use erase::{Erasure, ErasureError};
pub use error::StoreError;
pub use event::ObjectVersion;
pub use fsck::{
    Fsck, FsckError, FsckProgress, FsckUpdate, Inconsistency, InconsistencyCode, Repair,
};
pub use list::ListRequest;
pub use memory_store::MemoryStore;
pub use outcome_publisher::OutcomePublisher;
pub use quota::{QuotaError, Reservation};
pub use review::RenderedUpload;
pub use review_decision::ReviewRefusal;
pub use review_list::ReviewListRequest;
pub use source::SourcePage;
pub use status::StatusReading;
pub use store::{UploadStore, UploadStoreParts};
pub use variant_urls::{VariantReader, VariantUrls};
