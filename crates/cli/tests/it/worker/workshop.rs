//! A cloud behind gates, and workers on it.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::{
    Bucket, Connection, Endpoints, PutOptions, Queue, QueueDepth, S3Bucket, SqsQueue,
};
use darkroom_contract::{
    Clock, Manifest, Profiles, QueueSettings, RawKey, StorageSettings, UploadId,
};
use darkroom_embedded::{EmbeddedCloud, Options};
use darkroom_render::{Launch, RenderPool, RenderSettings};
use darkroom_testkit::fault::FaultProxy;
use darkroom_testkit::fixture::{Jpeg, scene};
use darkroom_testkit::process::Process;
use darkroom_testkit::wait;
use darkroom_uploads::{OutcomePublisher, UploadStore, UploadStoreParts};
use darkroom_worker::{
    Backfill, DeadLetter, DeadLetterAction, DeadLetters, Worker, WorkerParts, WorkerSettings,
};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::system::{DEADLINE, Environment, darkroom};

const KEY: &str = "test";
const REGION: &str = "us-east-1";

/// How a workshop is set up.
pub(crate) struct Plan {
    /// What the queue is provisioned with.
    pub(crate) max_receive_count: u32,
    pub(crate) visibility: Duration,
    pub(crate) fifo: bool,
    pub(crate) places: usize,
    pub(crate) settings: WorkerSettings,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            max_receive_count: 5,
            visibility: Duration::from_secs(60),
            fifo: false,
            places: 4,
            settings: WorkerSettings {
                poll_wait: Duration::from_secs(1),
                retry_after: Duration::from_secs(1),
                ..WorkerSettings::default()
            },
        }
    }
}

/// An embedded cloud that was provisioned; workers reach it through gates, tests do directly.
pub(crate) struct Workshop {
    pub(crate) s3: FaultProxy,
    pub(crate) sqs: FaultProxy,
    pub(crate) raw: S3Bucket,
    pub(crate) media: S3Bucket,
    pub(crate) events: SqsQueue,
    pub(crate) dead_letters: SqsQueue,
    pub(crate) queues: QueueSettings,
    direct: Connection,
    _cloud: EmbeddedCloud,
    plan: Plan,
    profiles: Arc<Profiles>,
    pool: Arc<RenderPool>,
    folder: TempDir,
}

/// A worker at work; aborted when dropped.
pub(crate) struct Working {
    pub(crate) stop: CancellationToken,
    pub(crate) task: JoinHandle<()>,
}

impl Drop for Working {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Workshop {
    pub(crate) async fn open(plan: Plan) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let any_port = ([127, 0, 0, 1], 0).into();
        let cloud = EmbeddedCloud::start(Options {
            data_dir: folder.path().join("data"),
            s3_listen: any_port,
            sqs_listen: any_port,
            access_key: KEY.to_owned(),
            secret_key: KEY.to_owned(),
            region: REGION.to_owned(),
            allowed_origins: Vec::new(),
        });
        let cloud = cloud.await.unwrap();
        let suffix = if plan.fifo { ".fifo" } else { "" };
        let queues = QueueSettings {
            events: format!("events{suffix}"),
            dead_letters: format!("events-dlq{suffix}"),
            visibility_timeout: plan.visibility,
            max_receive_count: plan.max_receive_count,
            ..QueueSettings::default()
        };
        let storage = StorageSettings::default();
        let direct = connection(cloud.s3_url(), cloud.sqs_url()).await;
        let provisioner = direct.provisioner();
        provisioner
            .provision(&storage, &queues, false)
            .await
            .unwrap();
        let render = RenderSettings {
            processes: 2,
            ..RenderSettings::default()
        };
        let limits = render.child_limits();
        let arguments = [
            format!("--max-memory={}", limits.max_memory),
            format!("--image-cpu-seconds={}", limits.image_cpu_seconds),
            format!("--process-cpu-seconds={}", limits.process_cpu_seconds),
        ];
        let launch = Launch {
            program: env!("CARGO_BIN_EXE_darkroom").into(),
            arguments: std::iter::once("render".to_owned())
                .chain(arguments)
                .map(Into::into)
                .collect(),
        };
        Self {
            s3: FaultProxy::start(&cloud.s3_url()).await.unwrap(),
            sqs: FaultProxy::start(&cloud.sqs_url()).await.unwrap(),
            raw: direct.bucket(&storage.raw_bucket),
            media: direct.bucket(&storage.media_bucket),
            events: direct.queue(&queues.events).await.unwrap(),
            dead_letters: direct.queue(&queues.dead_letters).await.unwrap(),
            queues,
            direct,
            _cloud: cloud,
            plan,
            profiles: Arc::default(),
            pool: Arc::new(RenderPool::new(launch, &render)),
            folder,
        }
    }

    /// One more worker.
    pub(crate) async fn start(&self) -> Working {
        let gated = connection(self.s3.url(), self.sqs.url()).await;
        let parts = WorkerParts {
            store: self.store(&gated),
            renderer: Arc::<RenderPool>::clone(&self.pool),
            events: Arc::new(gated.queue(&self.queues.events).await.unwrap()),
            dead_letters: Arc::new(gated.queue(&self.queues.dead_letters).await.unwrap()),
        };
        // What the queue itself says counts for more.
        let queues = QueueSettings {
            max_receive_count: 99,
            ..self.queues.clone()
        };
        let settings = &self.plan.settings;
        let worker = Worker::open(parts, &queues, settings, self.plan.places);
        let stop = CancellationToken::new();
        let task = tokio::spawn(worker.await.unwrap().run(stop.clone()));
        Working { stop, task }
    }

    fn store(&self, connection: &Connection) -> UploadStore {
        UploadStore::new(UploadStoreParts {
            raw: Arc::new(connection.bucket(self.raw.name())),
            media: Arc::new(connection.bucket(self.media.name())),
            events: Arc::new(connection.lazy_queue(&self.queues.events)),
            outcomes: OutcomePublisher::Disabled,
            profiles: Arc::clone(&self.profiles),
            cache_control: "no-store".to_owned(),
            upload_expiry: Duration::from_secs(900),
            clock: Clock::system(),
        })
    }

    /// One of the roles as a process of its own.
    pub(crate) fn process(&self, role: &str, environment: Environment<'_>) -> Process {
        let mut command = darkroom(self.folder.path());
        command
            .arg(role)
            .env("AWS_ENDPOINT_URL_S3", self.s3.url())
            .env("AWS_ENDPOINT_URL_SQS", self.sqs.url())
            .env("AWS_ACCESS_KEY_ID", KEY)
            .env("AWS_SECRET_ACCESS_KEY", KEY)
            .env("AWS_REGION", REGION)
            .env("DARKROOM_QUEUES_EVENTS", &self.queues.events)
            .env("DARKROOM_QUEUES_DEAD_LETTERS", &self.queues.dead_letters)
            .env("DARKROOM_ISSUER_LISTEN", "127.0.0.1:0")
            .env("DARKROOM_WORKER_LISTEN", "127.0.0.1:0")
            .env("DARKROOM_WORKER_POLL_WAIT", "1s")
            .envs(environment.iter().copied());
        Process::start(command).unwrap()
    }

    pub(crate) fn new_key(&self) -> RawKey {
        RawKey {
            profile: "avatar".parse().unwrap(),
            owner: "u1".parse().unwrap(),
            id: UploadId::generate(),
        }
    }

    /// Puts bytes where a client would; the store tells the queue.
    pub(crate) async fn put(&self, key: &RawKey, bytes: Vec<u8>) {
        let options = PutOptions {
            content_type: "image/jpeg",
            cache_control: "no-store",
        };
        self.raw
            .put(&key.to_string(), bytes.into(), options)
            .await
            .unwrap();
    }

    /// A small picture under a new key.
    pub(crate) async fn upload(&self) -> RawKey {
        let key = self.new_key();
        self.put(&key, photo(64, 48)).await;
        key
    }

    pub(crate) async fn manifest(&self, key: &RawKey) -> Option<Manifest> {
        let json = self
            .media
            .read(&key.manifest_key(), u64::MAX)
            .await
            .unwrap();
        json.map(|json| serde_json::from_slice(&json).unwrap())
    }

    /// The outcome, once there is one.
    pub(crate) async fn outcome(&self, key: &RawKey) -> Manifest {
        let written = async || self.manifest(key).await;
        wait::until_async("an outcome", DEADLINE, written)
            .await
            .unwrap()
    }

    pub(crate) async fn is_ready(&self, key: &RawKey) {
        let outcome = self.outcome(key).await.outcome;
        assert_eq!(outcome.name(), "ready", "{outcome:?}");
    }

    /// Waits until no message is left on the queue, visible or in work.
    pub(crate) async fn until_idle(&self) {
        let idle = async || match self.events.depth().await.unwrap() {
            depth if depth == QueueDepth::default() => Ok(()),
            depth => Err(format!("{depth:?}")),
        };
        wait::until_async("an empty queue", DEADLINE, idle)
            .await
            .unwrap();
    }

    /// Takes everything off the queue that is on it.
    pub(crate) async fn until_drained(&self) {
        loop {
            let (now, long) = (Duration::ZERO, Duration::from_secs(600));
            let messages = self.events.receive(10, now, long).await.unwrap();
            let receipts: Vec<_> = messages
                .into_iter()
                .map(|message| message.receipt)
                .collect();
            if receipts.is_empty() {
                return;
            }
            self.events.delete(&receipts).await.unwrap();
        }
    }

    /// The attributes of all dead letters, once there are that many.
    pub(crate) async fn buried(&self, count: usize) -> Vec<BTreeMap<String, String>> {
        let mut letters = Vec::new();
        let all = async || {
            let (short, long) = (Duration::ZERO, Duration::from_secs(600));
            let more = self.dead_letters.receive(10, short, long).await.unwrap();
            letters.extend(more.into_iter().map(|letter| letter.attributes));
            letters.len() >= count
        };
        wait::until_async("dead letters", DEADLINE, all)
            .await
            .unwrap();
        assert_eq!(letters.len(), count);
        letters
    }

    pub(crate) async fn nothing_is_buried(&self) {
        let depth = self.dead_letters.depth().await.unwrap();
        assert_eq!(depth, QueueDepth::default(), "dead letters");
    }

    /// The keys of everything in the media bucket.
    pub(crate) async fn made(&self) -> Vec<String> {
        let listed = self.media.list("", None).await.unwrap();
        listed
            .objects
            .into_iter()
            .map(|object| object.key)
            .collect()
    }

    pub(crate) fn backfill(&self) -> Backfill<'_> {
        Backfill {
            store: self.store(&self.direct),
            profile: None,
            force: false,
            dry_run: false,
        }
    }
}

impl Workshop {
    /// Every dead letter, handled.
    pub(crate) async fn letters(&self, action: DeadLetterAction) -> Vec<DeadLetter> {
        let all = DeadLetters {
            dead_letters: Arc::new(self.dead_letters.clone()),
            events: Arc::new(self.events.clone()),
            store: self.store(&self.direct),
        };
        let mut letters = Vec::new();
        let ids = HashSet::new();
        let gone_through = all.apply(action, &ids, |letter| letters.push(letter));
        gone_through.await.unwrap();
        letters
    }
}

impl Working {
    /// Stops it as a signal would; returns how long that took.
    pub(crate) async fn stopped(mut self) -> Duration {
        let started = std::time::Instant::now();
        self.stop.cancel();
        (&mut self.task).await.unwrap();
        started.elapsed()
    }
}

pub(crate) fn photo(width: u32, height: u32) -> Vec<u8> {
    Jpeg::of(&scene(width, height)).build()
}

async fn connection(s3: String, sqs: String) -> Connection {
    let endpoints = Endpoints {
        s3,
        sqs,
        access_key: KEY.to_owned(),
        secret_key: KEY.to_owned(),
        region: REGION.to_owned(),
    };
    Connection::from_endpoints(&endpoints, &StorageSettings::default()).await
}
