//! The test bed.

use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context, ensure};
use darkroom_cloud::{Connection, Endpoints, S3Bucket, SqsQueue};
use darkroom_contract::StorageSettings;
use darkroom_testkit::fault::FaultProxy;
use darkroom_testkit::process::Process;
use tempfile::TempDir;

use crate::cloud::{RunningCloud, Server};
use crate::{Binary, Client, Issuer, Receipts, ResourceNames, TestBedOptions, Worker};
use crate::{DEADLINE, set_endpoints};

/// A cloud with provisioned buckets and queues, and processes of the `darkroom` binary that use the
/// cloud. Dropping the test bed stops the processes. It also stops the cloud, except for a cloud
/// that other tests may use.
pub struct TestBed {
    // This field comes first, because fields are dropped in order: the processes must end before
    // the cloud.
    roles: Option<Roles>,
    /// The fault proxy in front of S3.
    pub s3: FaultProxy,
    /// The fault proxy in front of SQS.
    pub sqs: FaultProxy,
    /// The raw bucket.
    pub raw: S3Bucket,
    /// The media bucket.
    pub media: S3Bucket,
    /// The event queue.
    pub events: SqsQueue,
    /// The dead-letter queue of the event queue.
    pub dead_letters: SqsQueue,
    /// The webhook queue.
    pub webhooks: SqsQueue,
    /// A record of every time that a worker received a message.
    pub receipts: Receipts,
    pub(crate) options: TestBedOptions,
    names: ResourceNames,
    binary: Binary,
    folder: TempDir,
    cloud: RunningCloud,
}

/// The issuer and the worker of a test bed that was started as a service.
struct Roles {
    client: Client,
    /// `None` for `darkroom dev`, which runs both in one process.
    processes: Option<(Issuer, Worker)>,
}

impl TestBed {
    /// Starts a cloud for processes of the `darkroom` binary at `binary`.
    ///
    /// # Errors
    /// If there is no such binary, or the cloud does not start.
    pub async fn start(binary: &Path, options: &TestBedOptions) -> anyhow::Result<Self> {
        let binary =
            Binary::new(binary).with_context(|| format!("cannot find {}", binary.display()))?;
        let folder = tempfile::tempdir()?;
        let names = ResourceNames::unique(options.fifo);
        let settings = options.provision_environment(&names);
        let cloud = RunningCloud::start(options.cloud, &binary, folder.path(), &settings).await?;
        if !matches!(cloud.server, Server::Dev { .. }) {
            let mut command = binary.command(folder.path());
            set_endpoints(&mut command, &cloud.endpoints);
            command.arg("provision").envs(settings);
            provision(command).await?;
        }
        let storage = StorageSettings::default();
        let connection = Connection::from_endpoints(&cloud.endpoints, &storage).await;
        let sqs = FaultProxy::with_seed(&cloud.endpoints.sqs, options.seed).await?;
        let receipts = Receipts::default();
        receipts.observe(&sqs, options.visibility);
        let bed = Self {
            roles: None,
            s3: FaultProxy::with_seed(&cloud.endpoints.s3, options.seed).await?,
            sqs,
            raw: connection.bucket(&names.raw_bucket),
            media: connection.bucket(&names.media_bucket),
            events: connection.queue(&names.events).await?,
            dead_letters: connection.queue(&names.dead_letters).await?,
            webhooks: connection.queue(&names.webhooks).await?,
            receipts,
            names,
            options: options.clone(),
            binary,
            folder,
            cloud,
        };
        // Removes the test event that S3 sends when a notification is configured.
        bed.drain_events().await?;
        Ok(bed)
    }

    /// Starts a cloud with an issuer and a worker: a whole service.
    ///
    /// # Errors
    /// If there is no such binary, or if the cloud, the issuer or the worker does not start.
    pub async fn start_service(binary: &Path, options: &TestBedOptions) -> anyhow::Result<Self> {
        let mut bed = Self::start(binary, options).await?;
        let (url, processes) = match &bed.cloud.server {
            Server::Dev { issuer, .. } => (issuer.clone(), None),
            Server::Embedded { .. } | Server::Shared => {
                let issuer = bed.start_issuer(&[]).await?;
                let url = format!("http://{}", issuer.address());
                (url, Some((issuer, bed.start_worker(&[]).await?)))
            }
        };
        bed.roles = Some(Roles {
            client: Client::new(url),
            processes,
        });
        Ok(bed)
    }

    /// Returns a client of the service.
    ///
    /// # Panics
    /// If the bed was not started with [`TestBed::start_service`].
    #[must_use]
    #[expect(clippy::panic, reason = "a mistake in a test must fail that test")]
    pub fn client(&self) -> &Client {
        match &self.roles {
            Some(roles) => &roles.client,
            None => panic!("this test bed has no issuer: start it with `start_service`"),
        }
    }

    /// Returns the log of the service so far.
    #[must_use]
    pub fn log(&self) -> String {
        if let Server::Dev { process, .. } = &self.cloud.server {
            return process.stderr();
        }
        let processes = self.roles.as_ref().and_then(|it| it.processes.as_ref());
        processes.map_or_else(String::new, |(issuer, worker)| issuer.log() + &worker.log())
    }

    /// Returns the endpoints of the cloud, without the fault proxies.
    #[must_use]
    pub fn endpoints(&self) -> &Endpoints {
        &self.cloud.endpoints
    }

    /// Returns the names of the buckets and queues.
    #[must_use]
    pub const fn names(&self) -> &ResourceNames {
        &self.names
    }

    /// Returns a command that reaches the cloud through the fault proxies. It does not inherit
    /// the `DARKROOM_*` and `AWS_*` variables of this process.
    #[must_use]
    pub fn command(&self, subcommand: &str) -> Command {
        let proxies = Endpoints {
            s3: self.s3.url(),
            sqs: self.sqs.url(),
            ..self.cloud.endpoints.clone()
        };
        self.command_to(subcommand, &proxies)
    }

    /// Returns a command that reaches the cloud directly.
    #[must_use]
    pub fn direct_command(&self, subcommand: &str) -> Command {
        self.command_to(subcommand, &self.cloud.endpoints)
    }

    fn command_to(&self, subcommand: &str, endpoints: &Endpoints) -> Command {
        let mut command = self.binary.command(self.folder.path());
        command.arg(subcommand);
        self.set_environment_to(&mut command, endpoints);
        command
    }

    /// Sets the environment variables with which another program finds the cloud, the buckets and the
    /// queues. It reaches the cloud directly.
    pub fn set_environment(&self, command: &mut Command) {
        self.set_environment_to(command, &self.cloud.endpoints);
    }

    fn set_environment_to(&self, command: &mut Command, endpoints: &Endpoints) {
        set_endpoints(command, endpoints);
        command.envs(self.options.environment(&self.names));
    }

    /// Starts a role that reaches the cloud through the fault proxies. `settings` are environment
    /// variables. Does not wait until the role is ready.
    ///
    /// # Errors
    /// If the binary cannot be run.
    pub fn spawn(&self, role: &str, settings: &[(&str, &str)]) -> anyhow::Result<Process> {
        let mut command = self.command(role);
        command.envs(settings.iter().copied());
        Ok(Process::start(command)?)
    }

    /// Runs `darkroom` with these arguments until it exits, and returns its output. The command
    /// reaches the cloud directly.
    ///
    /// # Errors
    /// If the binary cannot be run.
    pub async fn run(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        let (subcommand, rest) = arguments.split_first().context("no subcommand")?;
        let mut command = self.direct_command(subcommand);
        command.args(rest);
        Ok(tokio::task::spawn_blocking(move || command.output()).await??)
    }
}

/// Creates the buckets and queues, as an operator does.
async fn provision(command: Command) -> anyhow::Result<()> {
    let mut process = Process::start(command)?;
    let status = process.wait_async(DEADLINE).await?;
    ensure!(
        status.success(),
        "provision: {status}: {}",
        process.stderr()
    );
    Ok(())
}
