//! A running Darkroom.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use darkroom_cloud::{Connection, Endpoints, Queue, QueueDepth, S3Bucket, SqsQueue};
use darkroom_contract::StorageSettings;
use darkroom_testkit::localstack::{ACCESS_KEY_ID, LocalStack, REGION, SECRET_ACCESS_KEY};
use darkroom_testkit::process::Process;
use darkroom_testkit::wait;
use tempfile::TempDir;

use crate::client::Client;
use crate::cloud::Cloud;

/// Longer than anything here takes on a busy machine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(90);

/// Settings as environment variables.
pub(crate) type Environment<'a> = &'a [(&'a str, &'a str)];

/// Issuer, worker and a cloud, gone when dropped.
pub(crate) struct System {
    pub(crate) client: Client,
    pub(crate) endpoints: Endpoints,
    names: Names,
    processes: Vec<Process>,
    folder: TempDir,
}

/// What no other test uses.
struct Names {
    raw_bucket: String,
    media_bucket: String,
    events: String,
    dead_letters: String,
    webhooks: String,
    webhooks_dead_letters: String,
}

impl Names {
    fn unique() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let id = format!("{}-{count}", std::process::id());
        Self {
            raw_bucket: format!("raw-{id}"),
            media_bucket: format!("media-{id}"),
            events: format!("events-{id}"),
            dead_letters: format!("events-dlq-{id}"),
            webhooks: format!("webhooks-{id}"),
            webhooks_dead_letters: format!("webhooks-dlq-{id}"),
        }
    }

    fn environment(&self) -> [(&'static str, &str); 6] {
        [
            ("DARKROOM_STORAGE_RAW_BUCKET", &self.raw_bucket),
            ("DARKROOM_STORAGE_MEDIA_BUCKET", &self.media_bucket),
            ("DARKROOM_QUEUES_EVENTS", &self.events),
            ("DARKROOM_QUEUES_DEAD_LETTERS", &self.dead_letters),
            ("DARKROOM_QUEUES_WEBHOOKS", &self.webhooks),
            (
                "DARKROOM_QUEUES_WEBHOOKS_DEAD_LETTERS",
                &self.webhooks_dead_letters,
            ),
        ]
    }
}

/// The binary under test, with nothing of this machine's settings.
pub(crate) fn darkroom(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_darkroom"));
    command.current_dir(folder);
    for (name, _) in std::env::vars() {
        if name.starts_with("DARKROOM_") || name.starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    command
}

impl System {
    pub(crate) fn start(cloud: Cloud, environment: Environment<'_>) -> Self {
        match cloud {
            Cloud::Embedded => Self::embedded(environment),
            Cloud::LocalStack => Self::localstack(environment),
        }
    }

    fn embedded(environment: Environment<'_>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let names = Names::unique();
        let mut command = darkroom(folder.path());
        command
            .args(["dev", "--data-dir", "data"])
            .args(["--listen", "127.0.0.1:0", "--s3-listen", "127.0.0.1:0"])
            .envs(names.environment())
            .envs(environment.iter().copied());
        let mut process = Process::start(command).unwrap();
        let mut after = |word: &'static str| {
            let found = process.wait_for_line(word, DEADLINE, |line| {
                let rest = line.trim().strip_prefix(word)?;
                rest.split_whitespace().next().map(str::to_owned)
            });
            found.unwrap()
        };
        let (issuer, s3, sqs) = (after("Page"), after("S3"), after("SQS"));
        Self::of(issuer, s3, sqs, names, vec![process], folder)
    }

    fn localstack(environment: Environment<'_>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let names = Names::unique();
        let endpoint = LocalStack::shared().endpoint();
        let role = |subcommand: &str| {
            let mut command = darkroom(folder.path());
            command
                .arg(subcommand)
                .env("AWS_ENDPOINT_URL_S3", endpoint)
                .env("AWS_ENDPOINT_URL_SQS", endpoint)
                .env("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID)
                .env("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY)
                .env("AWS_REGION", REGION)
                .env("DARKROOM_ISSUER_LISTEN", "127.0.0.1:0")
                .env("DARKROOM_WORKER_POLL_WAIT", "1s")
                .envs(names.environment())
                .envs(environment.iter().copied());
            Process::start(command).unwrap()
        };
        let provisioned = role("provision").wait(DEADLINE).unwrap();
        assert!(provisioned.success(), "provision: {provisioned}");
        let mut issuer = role("issuer");
        let address = issuer.wait_for_line("the issuer's address", DEADLINE, |line| {
            line.strip_prefix("issuer listens on ").map(str::to_owned)
        });
        let processes = vec![role("worker"), issuer];
        let (s3, sqs) = (endpoint.to_owned(), endpoint.to_owned());
        Self::of(address.unwrap(), s3, sqs, names, processes, folder)
    }

    fn of(
        issuer: String,
        s3: String,
        sqs: String,
        names: Names,
        processes: Vec<Process>,
        folder: TempDir,
    ) -> Self {
        Self {
            client: Client::new(issuer),
            endpoints: Endpoints {
                s3,
                sqs,
                access_key: ACCESS_KEY_ID.to_owned(),
                secret_key: SECRET_ACCESS_KEY.to_owned(),
                region: REGION.to_owned(),
            },
            names,
            processes,
            folder,
        }
    }

    pub(crate) fn raw_bucket(&self) -> &str {
        &self.names.raw_bucket
    }

    pub(crate) fn media_bucket(&self) -> &str {
        &self.names.media_bucket
    }

    async fn connection(&self) -> Connection {
        Connection::from_endpoints(&self.endpoints, &StorageSettings::default()).await
    }

    pub(crate) async fn raw(&self) -> S3Bucket {
        self.connection().await.bucket(&self.names.raw_bucket)
    }

    pub(crate) async fn media(&self) -> S3Bucket {
        self.connection().await.bucket(&self.names.media_bucket)
    }

    pub(crate) async fn events(&self) -> SqsQueue {
        self.connection()
            .await
            .queue(&self.names.events)
            .await
            .unwrap()
    }

    pub(crate) async fn dead_letters(&self) -> SqsQueue {
        self.connection()
            .await
            .queue(&self.names.dead_letters)
            .await
            .unwrap()
    }

    pub(crate) async fn webhooks(&self) -> SqsQueue {
        let connection = self.connection().await;
        connection.queue(&self.names.webhooks).await.unwrap()
    }

    /// Waits until no message is left, visible or in work.
    pub(crate) async fn until_all_is_acknowledged(&self) {
        let events = self.events().await;
        let empty = async || match events.depth().await.unwrap() {
            depth if depth == QueueDepth::default() => Ok(()),
            depth => Err(format!("{depth:?}")),
        };
        wait::until_async("an empty queue", DEADLINE, empty)
            .await
            .unwrap();
    }

    /// Runs one of the tools against this system to its end.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Output {
        let mut command = darkroom(self.folder.path());
        command
            .args(arguments)
            .env("AWS_ENDPOINT_URL_S3", &self.endpoints.s3)
            .env("AWS_ENDPOINT_URL_SQS", &self.endpoints.sqs)
            .env("AWS_ACCESS_KEY_ID", &self.endpoints.access_key)
            .env("AWS_SECRET_ACCESS_KEY", &self.endpoints.secret_key)
            .env("AWS_REGION", &self.endpoints.region)
            .envs(self.names.environment());
        let running = tokio::task::spawn_blocking(move || command.output());
        running.await.unwrap().unwrap()
    }

    /// What the processes have logged so far.
    pub(crate) fn log(&self) -> String {
        self.processes.iter().map(Process::stderr).collect()
    }
}
