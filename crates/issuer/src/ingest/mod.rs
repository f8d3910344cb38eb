//! Direct uploads: images in the body of a request, in any form that a client sends them.
//!
//! A multipart or binary body is streamed to temporary files. A base64 body is written to one
//! too, and then decoded in memory, a limited number at a time. So memory use does not depend on
//! the number of requests.

mod base64;
mod body_stream;
mod from_request;
mod image_batch;
mod multipart;
mod schema;
mod temp_file;
#[cfg(test)]
mod tests;

pub(crate) use base64::ImagesJson;
pub(crate) use image_batch::ImageBatch;
pub(crate) use schema::{ImagesForm, ImagesUrlEncoded};
pub(crate) use temp_file::TempFile;
