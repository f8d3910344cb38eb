//! Pictures that come through the service itself, in whatever form a client sends them.
//!
//! They wait on disk, so what is in memory at any time does not depend on how many come at once.

mod base64;
mod body_stream;
mod image_batch;
mod multipart;
mod schema;
mod temp_file;

pub(crate) use base64::Encoded as ImagesJson;
pub(crate) use body_stream::Pace;
pub(crate) use image_batch::{ImageBatch, IngestLimits};
pub(crate) use schema::{EncodedForm, ImagesForm};
pub(crate) use temp_file::TempFile;
