//! An in-memory store for tests.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use darkroom_cloud::{CloudError, MemoryBucket, MemoryQueue, ObjectInfo, UploadOptions};
use darkroom_contract::{Clock, ObjectEvent, Profiles, QueueSettings, RawKey};
use time::OffsetDateTime;
use tokio::time::Instant;

use crate::{OutcomePublisher, UploadStore, UploadStoreParts};

/// An [`UploadStore`] over in-memory buckets and queues, with the default profiles.
#[derive(Debug)]
pub struct MemoryStore {
    /// The store.
    pub store: UploadStore,
    /// The raw bucket.
    pub raw: MemoryBucket,
    /// The media bucket.
    pub media: MemoryBucket,
    /// The queue of events, with the redrive policy of the default settings.
    pub events: MemoryQueue,
    /// The dead-letter queue of `events`.
    pub dead_letters: MemoryQueue,
    /// The queue of outcome events.
    pub outcomes: MemoryQueue,
    /// The clock of store and queues.
    pub clock: Clock,
}

impl MemoryStore {
    /// The lifetime of an upload URL.
    pub const UPLOAD_EXPIRY: Duration = Duration::from_secs(900);

    /// Creates an empty store. Its clock follows tokio's clock, which tests may pause.
    pub fn new() -> Self {
        Self::with_clock(Self::tokio_clock())
    }

    fn tokio_clock() -> Clock {
        let (epoch, started_at) = (OffsetDateTime::now_utc(), Instant::now());
        Clock::from_fn(move || epoch + started_at.elapsed())
    }

    /// Creates an empty store like [`new`](Self::new), but with a review in every profile.
    pub fn with_reviews() -> Self {
        let profiles = Profiles::default();
        let profiles = profiles.iter().map(|(name, profile)| {
            let mut profile = profile.clone();
            profile.review = true;
            (name.clone(), profile)
        });
        Self::with(Self::tokio_clock(), profiles.collect())
    }

    /// Creates an empty store with this clock.
    pub fn with_clock(clock: Clock) -> Self {
        Self::with(clock, Profiles::default())
    }

    /// Creates an empty store with these profiles.
    pub fn with_profiles(profiles: Profiles) -> Self {
        Self::with(Clock::system(), profiles)
    }

    /// Returns the same buckets and queues with the default profiles.
    #[must_use]
    pub fn with_default_profiles(self) -> Self {
        let parts = UploadStoreParts {
            profiles: Arc::default(),
            ..UploadStoreParts::clone(&self.store.parts)
        };
        let store = UploadStore::new(parts);
        Self { store, ..self }
    }

    fn with(clock: Clock, profiles: Profiles) -> Self {
        let [raw, media] =
            ["raw", "media"].map(|name| MemoryBucket::with_clock(name, clock.clone()));
        let dead_letters = MemoryQueue::new(clock.clone());
        let max = QueueSettings::default().max_receive_count;
        let events = MemoryQueue::with_dead_letters(clock.clone(), max, dead_letters.clone());
        let outcomes = MemoryQueue::new(clock.clone());
        let store = UploadStore::new(UploadStoreParts {
            raw: Arc::new(raw.clone()),
            media: Arc::new(media.clone()),
            events: Arc::new(events.clone()),
            outcomes: OutcomePublisher::Queue(Arc::new(outcomes.clone())),
            profiles: Arc::new(profiles),
            cache_control: "public".to_owned(),
            upload_expiry: Self::UPLOAD_EXPIRY,
            clock: clock.clone(),
        });
        Self {
            store,
            raw,
            media,
            events,
            dead_letters,
            outcomes,
            clock,
        }
    }

    /// Returns the key of a new upload of the profile `avatar`.
    #[expect(clippy::expect_used, reason = "the names are valid")]
    pub fn new_key() -> RawKey {
        let (profile, owner) = ("avatar".parse(), "u1".parse());
        RawKey::new(profile.expect("a profile"), owner.expect("an owner"))
    }

    /// Stores a raw object without an event.
    pub fn put(&self, key: &RawKey, bytes: impl Into<Bytes>) -> ObjectInfo {
        let options = UploadOptions::default();
        self.raw.upload(&key.to_string(), bytes.into(), options)
    }

    /// Stores a raw object and queues its event, as S3 does.
    ///
    /// # Errors
    /// The error of the queue, if the test makes its calls fail.
    pub async fn upload(
        &self,
        key: &RawKey,
        bytes: impl Into<Bytes>,
    ) -> Result<ObjectEvent, CloudError> {
        let info = self.put(key, bytes);
        let event = self.store.event(key, Some((&info).into()), false);
        self.store.requeue(std::slice::from_ref(&event)).await?;
        Ok(event)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}
