//! Pictures that come through the service itself, in whatever form a client sends them.
//!
//! They wait on disk, so what is in memory at any time does not depend on how many come at once.

mod description;
mod encoded;
mod multipart;
mod paced;
mod parcel;
mod spool;

pub(crate) use description::{EncodedForm, ImagesForm};
pub(crate) use encoded::Encoded as ImagesJson;
pub(crate) use paced::Pace;
pub(crate) use parcel::{Allowance, Parcel};
pub(crate) use spool::Spooled;
