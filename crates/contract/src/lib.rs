//! The words that every role shares.
//!
//! Issuer, worker and command line agree on object keys ([`RawKey`]), on what S3 says
//! ([`Notification`]), on what is made of an upload ([`Profile`]) and on how its outcome is told
//! ([`Manifest`]). This crate holds those words and their rules and does nothing: no network, no
//! files, no clock but the one inside an [`UploadId`]; whoever needs the time is given a [`Clock`].
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

mod attachment;
mod clock;
mod event;
mod id;
mod key;
mod manifest;
mod name;
mod notice;
mod profile;
#[cfg(feature = "schema")]
mod schema;
mod setting_error;
mod settings;
mod upload;
mod variant;

pub use attachment::{Attachment, AttachmentError};
pub use clock::Clock;
pub use event::{
    EventError, EventKind, Notification, ObjectEvent, RecordError, Sequencer, notification_body,
};
pub use id::{IdError, UploadId};
pub use key::{KeyError, RAW_PREFIX, RawKey};
pub use manifest::{Manifest, ManifestSource, ManifestVariant, Outcome, OutcomeError, sha256_hex};
pub use name::{NameError, Owner, ProfileName};
pub use notice::Notice;
pub use profile::{Access, Profile, Profiles};
pub use setting_error::{SettingError, SettingOrigin};
pub use settings::{QueueSettings, StorageSettings};
pub use upload::{CreateUpload, UploadMethod, UploadState, UploadStatus, UploadTicket};
pub use variant::{Auto, FitName, Lossless, VariantSettings};
