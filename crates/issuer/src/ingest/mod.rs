//! Direct uploads: images in the body of a request, in any supported encoding.
//!
//! A multipart or binary body is streamed to temporary files. A base64 body is also written to a
//! file first, and then decoded while it is parsed. The service decodes only one base64 body at a
//! time, so memory use does not depend on the number of requests.

mod base64;
mod body_stream;
mod decoded_images;
mod encoded_body;
mod fields;
mod from_request;
mod image_batch;
mod json_object;
mod multipart;
mod request_size;
mod schema;
mod temp_budget;
mod temp_file;
#[cfg(test)]
mod tests;

pub(crate) use image_batch::ImageBatch;
pub(crate) use schema::{ImageBytes, ImagesForm, ImagesJson, ImagesUrlEncoded};
pub(crate) use temp_budget::TempBudget;
pub(crate) use temp_file::TempFile;
