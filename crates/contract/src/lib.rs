//! The types that every role shares.
//!
//! Issuer, worker and command line share object keys ([`RawKey`]), S3's events ([`Notification`]),
//! the rules for an upload ([`Profile`]) and the record of its outcome ([`Manifest`]). This crate
//! defines these types and their rules. It has no side effects: it does not use the network or
//! files, and reads the time only for a new [`UploadId`]. Code that needs the current time takes a
//! [`Clock`].
//!
//! ```
//! use darkroom_contract::RawKey;
//!
//! let key = RawKey::parse("raw/avatar/u123/01920000-0000-7000-8000-000000000000")?;
//! assert_eq!(key.profile.as_str(), "avatar");
//! assert!(RawKey::parse("raw/avatar/../../etc/passwd").is_err());
//! # Ok::<(), darkroom_contract::KeyError>(())
//! ```

#![warn(missing_docs)]

mod access;
mod attachment;
mod canary;
mod clock;
mod default_profiles;
mod erasure;
mod event;
mod id;
mod key;
mod listen_address;
mod lossless;
mod manifest;
mod manifest_variant;
mod name;
mod outcome_event;
mod probe_key;
mod profile;
mod responsive;
mod review;
#[cfg(feature = "schema")]
mod schema;
mod setting_error;
mod settings;
mod signature;
mod subject;
mod upload;
mod upload_list;
mod usage;
mod variant;

pub use access::Access;
pub use attachment::{Attachment, AttachmentError};
pub use canary::{canary_owner, is_canary};
pub use clock::Clock;
pub use erasure::{ErasedObjects, ErasureReceipt};
pub use event::{
    EventKind, Notification, NotificationError, ObjectEvent, RecordError, notification_body,
};
pub use id::{IdError, UploadId};
pub use key::{
    KeyError, MANIFEST_PREFIX, RAW_PREFIX, REVIEW_COPY_PREFIX, REVIEW_DECISION_PREFIX,
    REVIEW_PREFIX, RawKey, TOMBSTONE_PREFIX,
};
pub use listen_address::{ListenAddress, ListenAddressError};
pub use lossless::Lossless;
pub use manifest::{Manifest, ManifestSource, Outcome, OutcomeError, sha256_hex};
pub use manifest_variant::ManifestVariant;
pub use name::{NameError, Owner, ProfileName};
pub use outcome_event::OutcomeEvent;
pub use probe_key::ProbeId;
pub use profile::{Profile, Profiles};
pub use responsive::ResponsiveImage;
pub use review::{ApproveUpload, RejectUpload, Review, ReviewDecision, ReviewError};
pub use setting_error::{SettingError, SettingOrigin};
pub use settings::{QueueSettings, StorageSettings};
pub use signature::SigningSecrets;
pub use upload::{
    BatchStatus, BatchStatusRequest, CreateUpload, PendingStatus, PresignedUpload, UploadMethod,
    UploadReference, UploadStatus,
};
pub use upload_list::{ListOrder, ReviewList, UploadEntry, UploadList};
pub use usage::{OwnerUsage, ProfileUsage, QuotaExcess, QuotaName, Usage};
pub use variant::{FitMode, VariantSettings};
