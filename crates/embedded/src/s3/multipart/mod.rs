//! Multipart uploads: parts as files, which completion joins into one object.
//!
//! ```text
//! uploads/{upload id}/upload.json     key and headers
//! uploads/{upload id}/00001-{md5}     a part
//! ```

mod part;
mod upload;

pub(crate) use upload::MultipartUpload;
