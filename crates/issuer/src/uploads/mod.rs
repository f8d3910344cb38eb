//! `/v1/uploads`: URLs to upload to, and what became of the uploads.

pub(crate) mod complete;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod events;
mod ledger;
mod name;
pub(crate) mod status;
mod terms;
mod waiting;

pub(crate) use ledger::{Ledger, Standing};
pub(crate) use name::unknown_profile;
pub(crate) use terms::{check_attachment, check_content_type};
pub(crate) use waiting::WaitingRoom;
