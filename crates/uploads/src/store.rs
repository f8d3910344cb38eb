//! The upload store and its dependencies.

use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::{Bucket, Queue};
use darkroom_contract::{Clock, Profile, ProfileName, Profiles};

use crate::bucket_probe::BucketProbe;
use crate::changes::ChangeListeners;
use crate::outcome_publisher::OutcomePublisher;

/// The parts of an [`UploadStore`].
#[derive(Debug)]
pub struct UploadStoreParts {
    /// The bucket that clients upload to, with the manifests of their uploads.
    pub raw: Arc<dyn Bucket>,
    /// The bucket of variants. It may be the raw bucket.
    pub media: Arc<dyn Bucket>,
    /// The queue of upload events.
    pub events: Arc<dyn Queue>,
    /// The publisher of outcome events.
    pub outcomes: OutcomePublisher,
    /// All profiles.
    pub profiles: Arc<Profiles>,
    /// The `Cache-Control` header of variants.
    pub cache_control: String,
    /// The lifetime of an upload URL.
    pub upload_expiry: Duration,
    /// The clock for `finished_at` and for expiry.
    pub clock: Clock,
}

/// The store of uploads. It is cheap to clone. See the documentation of the crate.
#[derive(Debug, Clone)]
pub struct UploadStore {
    pub(crate) parts: Arc<UploadStoreParts>,
    pub(crate) probes: Arc<[BucketProbe; 2]>,
    pub(crate) listeners: Arc<ChangeListeners>,
}

impl UploadStore {
    /// Creates a store from its parts. Makes no call yet.
    pub fn new(parts: UploadStoreParts) -> Self {
        let buckets = [
            (&parts.raw, "storage.raw_bucket"),
            (&parts.media, "storage.media_bucket"),
        ];
        let probes = buckets.map(|(bucket, name)| BucketProbe::new(Arc::clone(bucket), name));
        Self {
            probes: Arc::new(probes),
            listeners: Arc::default(),
            parts: Arc::new(parts),
        }
    }

    /// Returns all profiles.
    pub fn profiles(&self) -> &Profiles {
        &self.parts.profiles
    }

    /// Returns the profile with this name.
    pub fn profile(&self, name: &ProfileName) -> Option<&Profile> {
        self.parts.profiles.get(name)
    }

    /// Returns the store's clock.
    pub fn clock(&self) -> &Clock {
        &self.parts.clock
    }
}
