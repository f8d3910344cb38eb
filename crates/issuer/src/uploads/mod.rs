//! `/v1/uploads`: URLs to upload to, and what became of the uploads.

mod complete;
mod create;
mod delete;
mod events;
mod ledger;
mod name;
mod status;
mod terms;
mod waiting;

pub(crate) use complete::complete;
pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use events::events;
pub(crate) use ledger::{Ledger, Standing};
pub(crate) use name::unknown_profile;
pub(crate) use status::status;
pub(crate) use terms::{check_attachment, check_content_type};
pub(crate) use waiting::WaitingRoom;
