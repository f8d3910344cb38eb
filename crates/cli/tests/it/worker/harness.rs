//! Worker processes on a separate embedded cloud.

use std::collections::{BTreeMap, HashSet};
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::{Queue, QueueDepth};
use darkroom_contract::{Clock, Manifest, Profiles, RawKey};
use darkroom_harness::{TestBed, TestBedOptions, Worker};
use darkroom_testkit::fixture::{Jpeg, scene};
use darkroom_testkit::process::Process;
use darkroom_testkit::wait;
use darkroom_uploads::{OutcomePublisher, UploadStore, UploadStoreParts};
use darkroom_worker::{Backfill, DeadLetter, DeadLetterAction, DeadLetters, WorkerSettings};

use crate::system::{DEADLINE, Environment};

/// The queue and the worker settings of a test.
pub(crate) struct WorkerOptions {
    pub(crate) max_receive_count: u32,
    pub(crate) visibility: Duration,
    pub(crate) fifo: bool,
    pub(crate) permits: usize,
    pub(crate) settings: WorkerSettings,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self {
            max_receive_count: 5,
            visibility: Duration::from_secs(60),
            fifo: false,
            permits: 4,
            settings: WorkerSettings {
                poll_wait: Duration::from_secs(1),
                retry_after: Duration::from_secs(1),
                ..WorkerSettings::default()
            },
        }
    }
}

impl WorkerOptions {
    /// Returns the default options, except that a message becomes a dead letter after `count`
    /// attempts.
    pub(crate) fn max_receive_count(count: u32) -> Self {
        Self {
            max_receive_count: count,
            ..Self::default()
        }
    }

    fn environment(&self) -> [(&'static str, String); 8] {
        let WorkerSettings {
            max_buffered,
            poll_wait,
            download_timeout,
            retry_after,
            drain_grace,
            ..
        } = &self.settings;
        let seconds = |duration: &Duration| format!("{}s", duration.as_secs());
        [
            ("DARKROOM_WORKER_IN_FLIGHT", self.permits.to_string()),
            ("DARKROOM_WORKER_MAX_BUFFERED", max_buffered.to_string()),
            ("DARKROOM_WORKER_POLL_WAIT", seconds(poll_wait)),
            (
                "DARKROOM_WORKER_DOWNLOAD_TIMEOUT",
                seconds(download_timeout),
            ),
            ("DARKROOM_WORKER_RETRY_AFTER", seconds(retry_after)),
            ("DARKROOM_WORKER_DRAIN_GRACE", seconds(drain_grace)),
            ("DARKROOM_RENDER_PROCESSES", "2".to_owned()),
            // The redrive policy of the queue takes precedence over this setting.
            ("DARKROOM_QUEUES_MAX_RECEIVE_COUNT", "99".to_owned()),
        ]
    }
}

/// A test bed with worker processes, and the operators' tools for the same objects.
pub(crate) struct WorkerHarness {
    bed: TestBed,
    options: WorkerOptions,
}

impl Deref for WorkerHarness {
    type Target = TestBed;

    fn deref(&self) -> &TestBed {
        &self.bed
    }
}

impl WorkerHarness {
    pub(crate) async fn start() -> Self {
        Self::with_options(WorkerOptions::default()).await
    }

    pub(crate) async fn with_options(options: WorkerOptions) -> Self {
        let binary = Path::new(env!("CARGO_BIN_EXE_darkroom"));
        let bed_options = TestBedOptions {
            visibility: options.visibility,
            max_receive_count: options.max_receive_count,
            fifo: options.fifo,
            ..TestBedOptions::default()
        };
        let bed = TestBed::start(binary, &bed_options).await.unwrap();
        Self { bed, options }
    }

    /// Starts one more worker.
    pub(crate) async fn worker(&self) -> Worker {
        let environment = self.options.environment();
        let environment: Vec<_> = environment
            .iter()
            .map(|(name, value)| (*name, &**value))
            .collect();
        self.start_worker(&environment).await.unwrap()
    }

    /// Starts a role with the default settings, overridden by these.
    pub(crate) fn process(&self, role: &str, environment: Environment<'_>) -> Process {
        let mut command = self.command(role);
        command
            .env("DARKROOM_WORKER_LISTEN", "127.0.0.1:0")
            .envs(environment.iter().copied());
        Process::start(command).unwrap()
    }

    pub(crate) async fn put(&self, key: &RawKey, bytes: Vec<u8>) {
        self.put_raw(key, bytes).await.unwrap();
    }

    /// Uploads a small image under a new key.
    pub(crate) async fn upload(&self) -> RawKey {
        let key = new_key();
        self.put(&key, photo(64, 48)).await;
        key
    }

    pub(crate) async fn find_manifest(&self, key: &RawKey) -> Option<Manifest> {
        self.manifest(key).await.unwrap()
    }

    /// Waits until the worker has sent `count` probes. It probes both buckets at its start, and
    /// again after a failed call.
    pub(crate) async fn wait_for_store_probes(&self, count: usize) {
        let probed = async || self.s3.count("HeadObject", "darkroom-probe") >= count;
        wait::until_async("a probe of the store", DEADLINE, probed)
            .await
            .unwrap();
    }

    /// Waits for the outcome.
    pub(crate) async fn outcome(&self, key: &RawKey) -> Manifest {
        let written = async || self.find_manifest(key).await;
        wait::until_async("an outcome", DEADLINE, written)
            .await
            .unwrap()
    }

    /// Waits for the outcome, which must be `ready`.
    pub(crate) async fn wait_until_ready(&self, key: &RawKey) {
        let outcome = self.outcome(key).await.outcome;
        assert_eq!(outcome.name(), "ready", "{outcome:?}");
    }

    /// Waits until the queue is empty.
    pub(crate) async fn idle(&self) {
        self.wait_until_idle(DEADLINE).await.unwrap();
    }

    /// Waits for the attributes of `count` dead letters.
    pub(crate) async fn dead_letter_attributes(
        &self,
        count: usize,
    ) -> Vec<BTreeMap<String, String>> {
        let dead_letters = self.receive_dead_letters(count, DEADLINE).await.unwrap();
        dead_letters.into_iter().map(|it| it.attributes).collect()
    }

    pub(crate) async fn assert_no_dead_letters(&self) {
        let depth = self.dead_letters.depth().await.unwrap();
        assert_eq!(depth, QueueDepth::default(), "dead letters");
    }

    /// Returns the keys of all variants and manifests.
    pub(crate) async fn outputs(&self) -> Vec<String> {
        let variants = self.variant_keys().await.unwrap();
        [variants, self.manifest_keys().await.unwrap()].concat()
    }

    fn store(&self) -> UploadStore {
        UploadStore::new(UploadStoreParts {
            raw: Arc::new(self.raw.clone()),
            media: Arc::new(self.media.clone()),
            events: Arc::new(self.events.clone()),
            outcomes: OutcomePublisher::Disabled,
            profiles: Arc::<Profiles>::default(),
            cache_control: "no-store".to_owned(),
            upload_expiry: Duration::from_secs(900),
            clock: Clock::system(),
        })
    }

    /// Runs a backfill. Returns the number of enqueued uploads.
    pub(crate) async fn backfill(&self, force: bool) -> u64 {
        let backfill = Backfill {
            store: self.store(),
            profile: None,
            force,
            dry_run: false,
        };
        backfill.run(|_| {}).await.unwrap().enqueued
    }

    /// Applies an action to every dead letter.
    pub(crate) async fn apply_to_dead_letters(&self, action: DeadLetterAction) -> Vec<DeadLetter> {
        let all = DeadLetters {
            dead_letters: Arc::new(self.dead_letters.clone()),
            events: Arc::new(self.events.clone()),
            store: self.store(),
        };
        let mut letters = Vec::new();
        let ids = HashSet::new();
        let applied = all.apply(action, &ids, |letter| letters.push(letter));
        applied.await.unwrap();
        letters
    }
}

/// Sends SIGTERM to a worker and checks that it exits successfully. Returns the time to its exit.
pub(crate) async fn stop(mut worker: Worker) -> Duration {
    let (took, is_success) = worker.terminate(DEADLINE).await.unwrap();
    assert!(is_success, "{}", worker.log());
    took
}

pub(crate) fn new_key() -> RawKey {
    darkroom_harness::new_key().unwrap()
}

pub(crate) fn photo(width: u32, height: u32) -> Vec<u8> {
    Jpeg::new(&scene(width, height)).build()
}
