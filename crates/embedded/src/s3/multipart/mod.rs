//! Multipart uploads. Parts are files, which are joined into one object at completion.
//!
//! ```text
//! uploads/{upload id}/upload.json     key and headers
//! uploads/{upload id}/00001-{md5}     a part
//! ```

pub(crate) mod list;
mod part;
mod upload;

pub(crate) use upload::MultipartUpload;
