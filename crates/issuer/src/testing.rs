//! An in-memory store for the tests of this crate.

use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::{MemoryBucket, MemoryQueue, UploadOptions};
use darkroom_contract::{Clock, Profiles, RawKey};
use darkroom_uploads::{OutcomePublisher, UploadStore, UploadStoreParts};

/// An in-memory store of uploads.
pub(crate) struct TestStore {
    pub(crate) store: UploadStore,
    pub(crate) raw: MemoryBucket,
    pub(crate) media: MemoryBucket,
}

impl TestStore {
    pub(crate) fn new() -> Self {
        let (raw, media) = (MemoryBucket::new("raw"), MemoryBucket::new("media"));
        let store = UploadStore::new(UploadStoreParts {
            raw: Arc::new(raw.clone()),
            media: Arc::new(media.clone()),
            events: Arc::new(MemoryQueue::new(Clock::system())),
            outcomes: OutcomePublisher::Disabled,
            profiles: Arc::new(Profiles::default()),
            cache_control: "public".to_owned(),
            upload_expiry: Duration::from_secs(900),
            clock: Clock::system(),
        });
        Self { store, raw, media }
    }

    /// Stores a raw object.
    pub(crate) fn upload(&self, key: &RawKey) {
        let options = UploadOptions::default();
        self.raw.upload(&key.to_string(), "bytes".into(), options);
    }
}
