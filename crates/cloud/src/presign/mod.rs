//! URLs and forms that work without credentials, for a limited time and one purpose each.
//!
//! The SDK presigns URLs too, but takes twenty times as long: it builds and dismantles a whole
//! request, and derives the signing key again for each. It does not sign forms at all.

mod address;
mod get;
mod post;
mod presigner;
mod put;
mod sigv4;
mod upload;
mod url;

pub use get::PresignGetRequest;
pub use post::{PresignPostRequest, PresignedPost};
pub(crate) use presigner::Presigner;
pub use put::{PresignPutRequest, PresignedPut};
pub use upload::UploadPresigner;
