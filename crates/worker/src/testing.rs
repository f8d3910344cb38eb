//! A worker on an in-memory store for the tests of this crate.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use darkroom_cloud::{MemoryBucket, MemoryQueue, ObjectInfo, Queue, UploadOptions};
use darkroom_contract::{
    Clock, MANIFEST_PREFIX, Manifest, ObjectEvent, Profiles, QueueSettings, RawKey, UploadId,
    sha256_hex,
};
use darkroom_imaging::{
    Placeholder, Recipe, Rejection, RejectionCode, Rendered, RenderedVariant, Source, SourceFormat,
};
use darkroom_render::{RenderError, StartError};
use darkroom_uploads::{ObjectVersion, OutcomePublisher, UploadStore, UploadStoreParts};
use time::OffsetDateTime;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::faulty_bucket::{Faults, FaultyBucket};
use crate::{Renderer, Worker, WorkerParts, WorkerSettings};

/// An in-memory store whose clock follows tokio's, which tests pause.
pub(crate) struct TestStore {
    pub(crate) store: UploadStore,
    pub(crate) raw: MemoryBucket,
    pub(crate) media: MemoryBucket,
    /// The faults of both buckets.
    pub(crate) faults: Faults,
    pub(crate) events: MemoryQueue,
    pub(crate) dead_letters: MemoryQueue,
    pub(crate) outcomes: MemoryQueue,
}

impl TestStore {
    pub(crate) fn new() -> Self {
        let (epoch, started_at) = (OffsetDateTime::now_utc(), Instant::now());
        let clock = Clock::from_fn(move || epoch + started_at.elapsed());
        let (raw, media) = (MemoryBucket::new("raw"), MemoryBucket::new("media"));
        let dead_letters = MemoryQueue::new(clock.clone());
        let max = QueueSettings::default().max_receive_count;
        let events = MemoryQueue::with_dead_letters(clock.clone(), max, dead_letters.clone());
        let outcomes = MemoryQueue::new(clock.clone());
        let faults = Faults::default();
        let faulty = |bucket: &MemoryBucket| {
            let (bucket, faults) = (bucket.clone(), faults.clone());
            Arc::new(FaultyBucket { bucket, faults })
        };
        let store = UploadStore::new(UploadStoreParts {
            raw: faulty(&raw),
            media: faulty(&media),
            events: Arc::new(events.clone()),
            outcomes: OutcomePublisher::Queue(Arc::new(outcomes.clone())),
            profiles: Arc::new(Profiles::default()),
            cache_control: "public".to_owned(),
            upload_expiry: Duration::from_secs(900),
            clock,
        });
        Self {
            store,
            raw,
            media,
            faults,
            events,
            dead_letters,
            outcomes,
        }
    }

    /// Stores a raw object without an event.
    pub(crate) fn put(&self, key: &RawKey, bytes: &'static str) -> ObjectInfo {
        let bytes = Bytes::from(bytes);
        self.raw
            .upload(&key.to_string(), bytes, UploadOptions::default())
    }

    /// Stores a raw object and queues its event, as S3 does.
    pub(crate) async fn upload(&self, key: &RawKey, bytes: &'static str) -> ObjectEvent {
        let info = self.put(key, bytes);
        let event = self.store.event(key, Some((&info).into()), false);
        self.store
            .requeue(std::slice::from_ref(&event))
            .await
            .unwrap();
        event
    }

    /// Returns the keys of all variants and manifests.
    pub(crate) fn outputs(&self) -> Vec<String> {
        let mut keys = self.raw.keys();
        keys.retain(|key| key.starts_with(MANIFEST_PREFIX));
        keys.extend(self.media.keys());
        keys
    }

    pub(crate) async fn manifest(&self, key: &RawKey) -> Option<Arc<Manifest>> {
        self.store.manifest(key).await.unwrap()
    }

    /// Asserts that the upload is `ready` with all variants, and that its manifest is of the
    /// current object.
    pub(crate) async fn assert_ready(&self, key: &RawKey) {
        let manifest = self.manifest(key).await.expect("there is a manifest");
        let info = self.store.source_info(key).await.unwrap().unwrap();
        assert!(ObjectVersion::from(&info).is_source_of(&manifest));
        let darkroom_contract::Outcome::Ready { variants, .. } = &manifest.outcome else {
            panic!("{manifest:?}");
        };
        for variant in variants {
            let bytes = self
                .media
                .bytes(&variant.key)
                .expect("the variant is there");
            assert_eq!(sha256_hex(&bytes), variant.sha256, "{}", variant.key);
        }
    }

    /// Runs a worker on this store with `renderer`.
    pub(crate) async fn start(&self, renderer: TestRenderer) -> TestWorker {
        let parts = WorkerParts {
            store: self.store.clone(),
            renderer: Arc::new(renderer),
            events: Arc::new(self.events.clone()),
            dead_letters: Arc::new(self.dead_letters.clone()),
        };
        let (queues, settings) = (QueueSettings::default(), WorkerSettings::default());
        let worker = Worker::open(parts, &queues, &settings, 4).await.unwrap();
        let stop = CancellationToken::new();
        TestWorker {
            task: tokio::spawn(worker.run(stop.clone())),
            stop,
        }
    }
}

/// A running worker.
pub(crate) struct TestWorker {
    pub(crate) stop: CancellationToken,
    pub(crate) task: JoinHandle<()>,
}

/// A renderer that derives variants from the bytes of the source. It rejects `bad`, and takes
/// `duration` for everything else.
#[derive(Debug, Clone, Default)]
pub(crate) struct TestRenderer {
    pub(crate) duration: Duration,
    pub(crate) rendered: Arc<AtomicUsize>,
    /// The number of calls that fail because there is no render process. Later calls succeed.
    pub(crate) failures: Arc<AtomicUsize>,
}

impl TestRenderer {
    pub(crate) fn failing(times: usize) -> Self {
        Self {
            failures: Arc::new(AtomicUsize::new(times)),
            ..Self::default()
        }
    }

    pub(crate) fn rendered(&self) -> usize {
        self.rendered.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Renderer for TestRenderer {
    async fn render(&self, source: &Bytes, recipe: &Recipe) -> Result<Rendered, RenderError> {
        tokio::time::sleep(self.duration).await;
        let fails = |left: usize| left.checked_sub(1);
        let (order, failures) = (Ordering::Relaxed, &self.failures);
        if failures.fetch_update(order, order, fails).is_ok() {
            return Err(StartError::TimedOut.into());
        }
        self.rendered.fetch_add(1, Ordering::Relaxed);
        if source == "bad" {
            let code = RejectionCode::Corrupt;
            return Err(Rejection::new(code, "bad".to_owned()).into());
        }
        let variants = recipe.variants.iter().map(|variant| RenderedVariant {
            name: variant.name.clone(),
            format: variant.encoding.format(),
            width: 1,
            height: 1,
            bytes: [variant.name.as_bytes(), source].concat(),
        });
        Ok(Rendered {
            variants: variants.collect(),
            source: Source {
                format: SourceFormat::Jpeg,
                width: 1,
                height: 1,
                orientation: 1,
                frames: 1,
            },
            placeholder: Placeholder {
                thumbhash: String::new(),
                dominant_color: String::new(),
            },
            removed_metadata: Vec::new(),
            notes: Vec::new(),
        })
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

/// Sends a body that is not a notification.
pub(crate) async fn send_malformed(test: &TestStore) {
    test.events.send(&["hello".to_owned()]).await.unwrap();
}
