//! The cloud of a test, and the proxies in front of it.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};
use darkroom_cloud::{
    Bucket, Connection, Endpoints, Message, PutOptions, Queue, QueueDepth, S3Bucket, SqsQueue,
};
use darkroom_contract::{
    MANIFEST_PREFIX, Manifest, QueueSettings, RawKey, StorageSettings, UploadId,
};
use darkroom_embedded::{EmbeddedCloud, Options};
use darkroom_testkit::fault::FaultProxy;
use darkroom_testkit::localstack::{ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY};
use darkroom_testkit::wait;
use tempfile::TempDir;

use crate::{Binary, Receipts, endpoints, set_endpoints};

/// The options of a test bed.
#[derive(Debug, Clone)]
pub struct TestBedOptions {
    /// The visibility timeout of the events queue.
    pub visibility: Duration,
    /// The number of attempts before SQS moves a message to the dead-letter queue.
    pub max_receive_count: u32,
    /// `true` for FIFO queues, which S3 cannot notify.
    pub fifo: bool,
    /// The seed of the fault proxies.
    pub seed: u64,
}

impl Default for TestBedOptions {
    fn default() -> Self {
        Self {
            visibility: Duration::from_secs(30),
            max_receive_count: 5,
            fifo: false,
            seed: 1,
        }
    }
}

/// An embedded cloud with provisioned buckets and queues. It is stopped when this is dropped.
pub struct TestBed {
    /// The proxy between the processes and S3.
    pub s3: FaultProxy,
    /// The proxy between the processes and SQS.
    pub sqs: FaultProxy,
    /// The raw bucket.
    pub raw: S3Bucket,
    /// The media bucket.
    pub media: S3Bucket,
    /// The queue of events.
    pub events: SqsQueue,
    /// Its dead-letter queue.
    pub dead_letters: SqsQueue,
    /// The receipts of messages by workers.
    pub receipts: Receipts,
    queues: QueueSettings,
    endpoints: Endpoints,
    binary: Binary,
    folder: TempDir,
    _cloud: EmbeddedCloud,
}

impl TestBed {
    /// Starts a cloud for processes of the `darkroom` binary at `binary`.
    ///
    /// # Errors
    /// If there is no such binary, or the cloud does not start.
    pub async fn start(binary: &Path, options: &TestBedOptions) -> anyhow::Result<Self> {
        let binary = Binary::new(binary).with_context(|| format!("no {}", binary.display()))?;
        let folder = tempfile::tempdir()?;
        let cloud = EmbeddedCloud::start(cloud_options(folder.path())).await?;
        let endpoints = endpoints(&cloud.s3_url(), &cloud.sqs_url());
        let storage = StorageSettings::default();
        let suffix = if options.fifo { ".fifo" } else { "" };
        let queues = QueueSettings {
            events: format!("events{suffix}"),
            dead_letters: format!("events-dlq{suffix}"),
            visibility_timeout: options.visibility,
            max_receive_count: options.max_receive_count,
            ..QueueSettings::default()
        };
        let connection = Connection::from_endpoints(&endpoints, &storage).await;
        let provisioner = connection.provisioner();
        provisioner.provision(&storage, &queues, false).await?;
        let sqs = FaultProxy::with_seed(&endpoints.sqs, options.seed).await?;
        let receipts = Receipts::default();
        receipts.observe(&sqs, options.visibility);
        let bed = Self {
            s3: FaultProxy::with_seed(&endpoints.s3, options.seed).await?,
            sqs,
            raw: connection.bucket(&storage.raw_bucket),
            media: connection.bucket(&storage.media_bucket),
            events: connection.queue(&queues.events).await?,
            dead_letters: connection.queue(&queues.dead_letters).await?,
            receipts,
            queues,
            endpoints,
            binary,
            folder,
            _cloud: cloud,
        };
        // Removes the test event that S3 sends when a notification is configured.
        bed.drain_events().await?;
        Ok(bed)
    }

    /// Returns a command that reaches the cloud through the fault proxies, without any settings of
    /// this machine.
    #[must_use]
    pub fn command(&self, subcommand: &str) -> Command {
        let proxies = Endpoints {
            s3: self.s3.url(),
            sqs: self.sqs.url(),
            ..self.endpoints.clone()
        };
        self.command_to(subcommand, &proxies)
    }

    /// Returns a command that reaches the cloud directly.
    #[must_use]
    pub fn direct_command(&self, subcommand: &str) -> Command {
        self.command_to(subcommand, &self.endpoints)
    }

    fn command_to(&self, subcommand: &str, endpoints: &Endpoints) -> Command {
        let mut command = self.binary.command(self.folder.path());
        set_endpoints(&mut command, endpoints);
        let visibility = self.queues.visibility_timeout.as_secs();
        command
            .arg(subcommand)
            .env("DARKROOM_QUEUES_EVENTS", &self.queues.events)
            .env("DARKROOM_QUEUES_DEAD_LETTERS", &self.queues.dead_letters)
            .env(
                "DARKROOM_QUEUES_VISIBILITY_TIMEOUT",
                format!("{visibility}s"),
            )
            .env("DARKROOM_ISSUER_LISTEN", "127.0.0.1:0")
            .env("DARKROOM_WORKER_POLL_WAIT", "1s")
            .env("DARKROOM_RENDER_PROCESSES", "1");
        command
    }

    /// Writes a raw object. S3 notifies the queue of it.
    ///
    /// # Errors
    /// The error of the call.
    pub async fn put_raw(&self, key: &RawKey, bytes: impl AsRef<[u8]>) -> anyhow::Result<()> {
        let options = PutOptions {
            content_type: "image/jpeg",
            cache_control: "no-store",
        };
        let bytes = bytes.as_ref().to_vec().into();
        Ok(self.raw.put(&key.to_string(), bytes, options).await?)
    }

    /// Returns the manifest of an upload, if there is one.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn manifest(&self, key: &RawKey) -> anyhow::Result<Option<Manifest>> {
        let json = self.raw.read(&key.manifest_key(), u64::MAX).await?;
        Ok(json.map(|json| serde_json::from_slice(&json)).transpose()?)
    }

    /// Returns the keys of all variants.
    ///
    /// # Errors
    /// The error of the call.
    pub async fn variant_keys(&self) -> anyhow::Result<Vec<String>> {
        Self::keys(&self.media, "").await
    }

    /// Returns the keys of all manifests.
    ///
    /// # Errors
    /// The error of the call.
    pub async fn manifest_keys(&self) -> anyhow::Result<Vec<String>> {
        Self::keys(&self.raw, MANIFEST_PREFIX).await
    }

    async fn keys(bucket: &S3Bucket, prefix: &str) -> anyhow::Result<Vec<String>> {
        let mut keys = Vec::new();
        let mut cursor = None;
        loop {
            let page = bucket.list(prefix, cursor).await?;
            keys.extend(page.objects.into_iter().map(|object| object.key));
            cursor = page.next;
            if cursor.is_none() {
                return Ok(keys);
            }
        }
    }

    /// Deletes all visible events.
    ///
    /// # Errors
    /// The error of the call.
    pub async fn drain_events(&self) -> anyhow::Result<()> {
        loop {
            let messages = self
                .events
                .receive(10, Duration::ZERO, self.queues.visibility_timeout);
            let messages = messages.await?;
            if messages.is_empty() {
                return Ok(());
            }
            let receipts: Vec<_> = messages.into_iter().map(|it| it.receipt).collect();
            self.events.delete(&receipts).await?;
        }
    }

    /// Receives dead letters until there are `count`.
    ///
    /// # Errors
    /// If there are fewer `within` that time, or more.
    pub async fn receive_dead_letters(
        &self,
        count: usize,
        within: Duration,
    ) -> anyhow::Result<Vec<Message>> {
        const INVISIBLE: Duration = Duration::from_secs(600);
        let mut messages = Vec::new();
        let all = async || {
            let more = self.dead_letters.receive(10, Duration::ZERO, INVISIBLE);
            messages.extend(more.await.unwrap_or_default());
            messages.len() >= count
        };
        wait::until_async("dead letters", within, all).await?;
        ensure!(messages.len() == count, "{} dead letters", messages.len());
        Ok(messages)
    }

    /// Waits until the events queue is empty: no message is visible, and none is in flight.
    ///
    /// # Errors
    /// If it is not empty `within` that time.
    pub async fn wait_until_idle(&self, within: Duration) -> anyhow::Result<()> {
        let empty = async || match self.events.depth().await {
            Ok(depth) if depth == QueueDepth::default() => Ok(()),
            other => Err(format!("{other:?}")),
        };
        Ok(wait::until_async("an empty queue", within, empty).await?)
    }
}

/// Returns a key that no upload has yet.
///
/// # Errors
/// None in practice, because the profile and the owner are valid.
pub fn new_key() -> anyhow::Result<RawKey> {
    Ok(RawKey {
        profile: "avatar".parse()?,
        owner: "u1".parse()?,
        id: UploadId::generate(),
    })
}

fn cloud_options(data_dir: &Path) -> Options {
    let any_port = ([127, 0, 0, 1], 0).into();
    Options {
        data_dir: data_dir.join("data"),
        s3_listen: any_port,
        sqs_listen: any_port,
        access_key: ACCESS_KEY_ID.to_owned(),
        secret_key: SECRET_ACCESS_KEY.to_owned(),
        region: REGION.to_owned(),
        allowed_origins: Vec::new(),
    }
}
