//! The upload store and its dependencies.

use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::{Bucket, Queue};
use darkroom_contract::{Clock, MANIFEST_PREFIX, Manifest, Profile, ProfileName, Profiles};

use tokio::sync::broadcast;

use crate::bucket_probe::BucketProbe;
use crate::changes::ChangeListeners;
use crate::outcome_publisher::OutcomePublisher;
use crate::quota::Quotas;

/// The number of outcomes that a subscriber may fall behind before it loses some.
const OUTCOME_BACKLOG: usize = 1024;

/// The parts of an [`UploadStore`].
#[derive(Debug, Clone)]
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
    pub(crate) quotas: Arc<Quotas>,
    pub(crate) outcomes: broadcast::Sender<Arc<Manifest>>,
}

impl UploadStore {
    /// Creates a store from its parts. Makes no call yet.
    pub fn new(parts: UploadStoreParts) -> Self {
        let outcomes = vec![MANIFEST_PREFIX.to_owned()];
        let profiles = parts.profiles.iter();
        let mut variants: Vec<String> = profiles
            .map(|(_, profile)| format!("{}/", profile.prefix))
            .collect();
        variants.sort();
        variants.dedup();
        let probes = [
            (&parts.raw, "storage.raw_bucket", outcomes),
            (&parts.media, "storage.media_bucket", variants),
        ];
        let probes = probes.map(|(bucket, setting, write_folders)| {
            BucketProbe::new(Arc::clone(bucket), setting, write_folders)
        });
        Self {
            probes: Arc::new(probes),
            listeners: Arc::default(),
            quotas: Arc::default(),
            outcomes: broadcast::Sender::new(OUTCOME_BACKLOG),
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

    /// Subscribes to the outcomes that this process publishes from now on. An outcome may be
    /// published more than once.
    pub fn subscribe_outcomes(&self) -> broadcast::Receiver<Arc<Manifest>> {
        self.outcomes.subscribe()
    }

    /// Returns the store's clock.
    pub fn clock(&self) -> &Clock {
        &self.parts.clock
    }
}
