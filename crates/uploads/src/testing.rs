//! An in-memory store for the tests of this crate.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use darkroom_cloud::{MemoryBucket, MemoryQueue, ObjectInfo, PutOptions, UploadOptions};
use darkroom_contract::{
    Clock, Manifest, ManifestSource, ManifestVariant, Outcome, OutcomeError, Profiles, RawKey,
    UploadId,
};
use darkroom_imaging::Placeholder;

use crate::{OutcomePublisher, UploadStore, UploadStoreParts};

pub(crate) const JSON: PutOptions<'_> = PutOptions {
    content_type: "application/json",
    cache_control: "no-cache",
};

/// An in-memory store with its own clock.
pub(crate) struct TestStore {
    pub(crate) store: UploadStore,
    pub(crate) raw: MemoryBucket,
    pub(crate) media: MemoryBucket,
    pub(crate) events: MemoryQueue,
    elapsed_seconds: Arc<AtomicU64>,
}

impl TestStore {
    pub(crate) const UPLOAD_EXPIRY: Duration = Duration::from_secs(900);

    pub(crate) fn new() -> Self {
        let elapsed_seconds = Arc::new(AtomicU64::new(0));
        let (start, elapsed) = (Clock::system().now(), Arc::clone(&elapsed_seconds));
        let clock =
            Clock::from_fn(move || start + Duration::from_secs(elapsed.load(Ordering::Relaxed)));
        let (raw, media) = (MemoryBucket::new("raw"), MemoryBucket::new("media"));
        let events = MemoryQueue::new(clock.clone());
        let store = UploadStore::new(UploadStoreParts {
            raw: Arc::new(raw.clone()),
            media: Arc::new(media.clone()),
            events: Arc::new(events.clone()),
            outcomes: OutcomePublisher::Disabled,
            profiles: Arc::new(Profiles::default()),
            cache_control: "public".to_owned(),
            upload_expiry: Self::UPLOAD_EXPIRY,
            clock,
        });
        Self {
            store,
            raw,
            media,
            events,
            elapsed_seconds,
        }
    }

    /// Advances the clock.
    pub(crate) fn advance(&self, by: Duration) {
        self.elapsed_seconds
            .fetch_add(by.as_secs(), Ordering::Relaxed);
    }

    pub(crate) fn upload(&self, key: &RawKey, bytes: &'static str) -> ObjectInfo {
        let (key, bytes) = (key.to_string(), Bytes::from(bytes));
        self.raw.upload(&key, bytes, UploadOptions::default())
    }
}

/// Returns the key of a new upload.
pub(crate) fn key() -> RawKey {
    RawKey {
        profile: "avatar".parse().unwrap(),
        owner: "u1".parse().unwrap(),
        id: UploadId::generate(),
    }
}

pub(crate) fn failed(key: &RawKey, message: &str) -> Manifest {
    let error = OutcomeError {
        code: "unavailable".to_owned(),
        message: message.to_owned(),
    };
    manifest(key, "etag", Outcome::Failed { error })
}

pub(crate) fn ready(key: &RawKey, source: &ObjectInfo, variant_keys: &[String]) -> Manifest {
    let variants = variant_keys.iter().map(|key| ManifestVariant {
        name: "original".to_owned(),
        key: key.clone(),
        content_type: "image/webp".to_owned(),
        width: 1,
        height: 1,
        bytes: 1,
        sha256: String::new(),
        url: None,
    });
    let outcome = Outcome::Ready {
        variants: variants.collect(),
        placeholder: Placeholder {
            thumbhash: String::new(),
            dominant_color: String::new(),
        },
        removed_metadata: Vec::new(),
    };
    manifest(key, &source.etag, outcome)
}

fn manifest(key: &RawKey, etag: &str, outcome: Outcome) -> Manifest {
    Manifest {
        version: Manifest::VERSION,
        id: key.id,
        profile: key.profile.clone(),
        owner: key.owner.clone(),
        outcome,
        source: ManifestSource {
            bucket: "raw".to_owned(),
            key: key.to_string(),
            etag: etag.to_owned(),
            version_id: None,
            bytes: 1,
            sha256: None,
            image: None,
        },
        metadata: BTreeMap::new(),
        crop: None,
        notes: Vec::new(),
        recipe: String::new(),
        finished_at: key.id.created_at(),
        render_ms: 0,
    }
}
