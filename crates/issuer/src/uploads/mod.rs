//! `/v1/uploads`: URLs to upload to, and what became of the uploads.

pub(crate) mod complete;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod events;
mod ledger;
mod path;
pub(crate) mod status;
mod status_watcher;
mod validated_upload;

pub(crate) use ledger::{Ledger, Standing};
pub(crate) use path::unknown_profile;
pub(crate) use status_watcher::StatusWatcher;
pub(crate) use validated_upload::{check_attachment, check_content_type};
