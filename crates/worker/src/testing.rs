//! A worker on an in-memory store for the tests of this crate.

use std::ops::Deref;
use std::sync::Arc;

use darkroom_cloud::Queue;
use darkroom_contract::{MANIFEST_PREFIX, Manifest, Outcome, QueueSettings, RawKey, sha256_hex};
use darkroom_uploads::{MemoryStore, ObjectVersion};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::owner_budget::Capacity;
use crate::{Processor, Renderer, StandInRenderer, Worker, WorkerParts, WorkerSettings};

/// The number of render processes of each worker.
pub(crate) const RENDER_PROCESSES: usize = 2;

/// An in-memory store that workers run on.
pub(crate) struct TestStore(MemoryStore);

impl Deref for TestStore {
    type Target = MemoryStore;

    fn deref(&self) -> &MemoryStore {
        &self.0
    }
}

impl TestStore {
    pub(crate) fn new() -> Self {
        Self(MemoryStore::new())
    }

    /// Creates an empty store with a review in every profile.
    pub(crate) fn with_reviews() -> Self {
        Self(MemoryStore::with_reviews())
    }

    /// Returns the same store with the default profiles, which require no review.
    pub(crate) fn without_reviews(self) -> Self {
        Self(self.0.with_default_profiles())
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

    /// Asserts that the upload is `ready` with all variants, and that its manifest describes the
    /// current object.
    pub(crate) async fn assert_ready(&self, key: &RawKey) {
        let manifest = self.manifest(key).await.expect("there is a manifest");
        let info = self.store.source_info(key).await.unwrap().unwrap();
        assert!(ObjectVersion::from(&info).is_source_of(&manifest));
        let Outcome::Ready { variants, .. } = &manifest.outcome else {
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
    pub(crate) async fn start(&self, renderer: impl Renderer + 'static) -> TestWorker {
        self.start_with(renderer, RENDER_PROCESSES).await
    }

    /// Runs a worker on this store whose renderer has this number of processes.
    pub(crate) async fn start_with(
        &self,
        renderer: impl Renderer + 'static,
        render_processes: usize,
    ) -> TestWorker {
        let parts = WorkerParts {
            store: self.store.clone(),
            renderer: Arc::new(renderer),
            events: Arc::new(self.events.clone()),
            dead_letters: Arc::new(self.dead_letters.clone()),
        };
        let (queues, settings) = (QueueSettings::default(), WorkerSettings::default());
        let worker = Worker::open(parts, &queues, &settings, render_processes);
        let worker = worker.await.unwrap();
        let stop = CancellationToken::new();
        TestWorker {
            task: tokio::spawn(worker.run(stop.clone())),
            stop,
        }
    }

    /// Returns a processor of a worker on this store.
    pub(crate) fn processor(&self, renderer: StandInRenderer) -> Processor {
        let settings = WorkerSettings::default();
        let capacity = Capacity {
            permits: settings.permits(RENDER_PROCESSES),
            look_ahead: settings.look_ahead,
            render_processes: RENDER_PROCESSES,
        };
        Processor::new(self.store.clone(), Arc::new(renderer), &settings, capacity)
    }

    /// Sends a body that is not a notification.
    pub(crate) async fn send_malformed(&self) {
        self.events.send(&["hello".to_owned()]).await.unwrap();
    }
}

/// A running worker.
pub(crate) struct TestWorker {
    pub(crate) stop: CancellationToken,
    pub(crate) task: JoinHandle<()>,
}

impl TestWorker {
    /// Stops the worker and waits for its end.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}
