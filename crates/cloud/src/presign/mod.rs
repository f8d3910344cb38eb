//! URLs and forms that work without credentials. Each permits one kind of request for a limited
//! time.
//!
//! The SDK can presign URLs, but takes twenty times as long as this module. For each URL, the SDK
//! builds and dismantles a whole request and derives the signing key again. It cannot sign forms.

mod address;
mod get;
mod post;
mod presigner;
mod put;
mod sigv4;
mod upload;
mod url;

#[cfg(test)]
mod testing;

pub use get::PresignGetRequest;
pub use post::{PresignPostRequest, PresignedPost};
pub(crate) use presigner::Presigner;
pub use put::{PresignPutRequest, PresignedPut};
pub use upload::UploadPresigner;
