//! A running Darkroom: issuer, worker and a cloud.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use darkroom_cloud::{Connection, Endpoints, Queue, QueueDepth, S3Bucket, SqsQueue};
use darkroom_contract::StorageSettings;
use darkroom_harness::{Binary, ResourceNames, endpoints, set_endpoints};
use darkroom_testkit::localstack::LocalStack;
use darkroom_testkit::process::Process;
use darkroom_testkit::wait;
use tempfile::TempDir;

use crate::client::Client;
use crate::cloud::Cloud;

/// The time limit of every wait. Nothing takes that long, even on a busy machine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(90);

/// Settings as environment variables.
pub(crate) type Environment<'a> = &'a [(&'a str, &'a str)];

/// An issuer, a worker and a cloud. They are stopped on drop.
pub(crate) struct System {
    pub(crate) client: Client,
    pub(crate) endpoints: Endpoints,
    names: ResourceNames,
    processes: Vec<Process>,
    folder: TempDir,
}

/// Returns a command that runs the binary under test without any settings of this machine.
pub(crate) fn darkroom(folder: &Path) -> Command {
    let binary = Binary::new(Path::new(env!("CARGO_BIN_EXE_darkroom")));
    binary.unwrap().command(folder)
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
        let names = ResourceNames::unique();
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
        Self {
            client: Client::new(issuer),
            endpoints: endpoints(&s3, &sqs),
            names,
            processes: vec![process],
            folder,
        }
    }

    fn localstack(environment: Environment<'_>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let names = ResourceNames::unique();
        let endpoint = LocalStack::shared().endpoint();
        let endpoints = endpoints(endpoint, endpoint);
        let role = |subcommand: &str| {
            let mut command = darkroom(folder.path());
            set_endpoints(&mut command, &endpoints);
            command
                .arg(subcommand)
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
        Self {
            client: Client::new(address.unwrap()),
            endpoints,
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

    /// Waits until the queue of events is empty.
    pub(crate) async fn wait_until_idle(&self) {
        let events = self.events().await;
        let empty = async || match events.depth().await.unwrap() {
            depth if depth == QueueDepth::default() => Ok(()),
            depth => Err(format!("{depth:?}")),
        };
        wait::until_async("an empty queue", DEADLINE, empty)
            .await
            .unwrap();
    }

    /// Runs one of the tools against this system.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Output {
        let mut command = darkroom(self.folder.path());
        set_endpoints(&mut command, &self.endpoints);
        command.args(arguments).envs(self.names.environment());
        let running = tokio::task::spawn_blocking(move || command.output());
        running.await.unwrap().unwrap()
    }

    /// Returns the log of all processes so far.
    pub(crate) fn log(&self) -> String {
        self.processes.iter().map(Process::stderr).collect()
    }
}
