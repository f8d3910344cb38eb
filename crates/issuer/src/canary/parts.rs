//! The dependencies of canaries.

use darkroom_cloud::UploadPresigner;
use darkroom_uploads::UploadStore;

/// The dependencies of a [`Canary`](super::Canary).
#[derive(Debug, Clone)]
pub struct CanaryParts {
    /// The store of uploads.
    pub store: UploadStore,
    /// The signer of upload URLs.
    pub presigner: UploadPresigner,
    /// `true` if clients report their uploads, because the store sends no events.
    pub complete_uploads: bool,
}
