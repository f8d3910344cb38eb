//! The cloud, and the way to it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use darkroom_cloud::{Connection, Endpoints, S3Bucket};
use darkroom_contract::{QueueSettings, StorageSettings};
use darkroom_embedded::{EmbeddedCloud, Options};
use darkroom_testkit::fault::FaultProxy;
use darkroom_testkit::wait;
use tempfile::TempDir;

use super::messages::{Depth, Messages, Receives};

const KEY: &str = "test";
const REGION: &str = "us-east-1";

/// How a stand differs from the defaults.
#[derive(Debug, Clone)]
pub(crate) struct StandOptions {
    pub(crate) visibility: Duration,
    pub(crate) seed: u64,
}

impl Default for StandOptions {
    fn default() -> Self {
        Self {
            visibility: Duration::from_secs(30),
            seed: 1,
        }
    }
}

/// Buckets and queues of a campaign's own. What it looks at itself does not go through the proxies.
pub(crate) struct Stand {
    pub(crate) s3: FaultProxy,
    pub(crate) sqs: FaultProxy,
    pub(crate) raw: S3Bucket,
    pub(crate) media: S3Bucket,
    pub(crate) events: Messages,
    pub(crate) dead_letters: Messages,
    pub(crate) receives: Receives,
    program: PathBuf,
    visibility: Duration,
    folder: TempDir,
    _cloud: EmbeddedCloud,
}

impl Stand {
    /// `program` is the `darkroom` binary.
    pub(crate) async fn start(program: &Path, options: &StandOptions) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let cloud = EmbeddedCloud::start(embedded(folder.path())).await?;
        let endpoints = Endpoints {
            s3: cloud.s3_url(),
            sqs: cloud.sqs_url(),
            access_key: KEY.to_owned(),
            secret_key: KEY.to_owned(),
            region: REGION.to_owned(),
        };
        let storage = StorageSettings::default();
        let queues = QueueSettings {
            visibility_timeout: options.visibility,
            ..QueueSettings::default()
        };
        let connection = Connection::from_endpoints(&endpoints, &storage).await;
        let provisioner = connection.provisioner();
        provisioner.provision(&storage, &queues, false).await?;
        let sqs = FaultProxy::with_seed(&endpoints.sqs, options.seed).await?;
        let receives = Receives::default();
        receives.follow(&sqs, options.visibility);
        let stand = Self {
            s3: FaultProxy::with_seed(&endpoints.s3, options.seed).await?,
            sqs,
            raw: connection.bucket(&storage.raw_bucket),
            media: connection.bucket(&storage.media_bucket),
            events: Messages::of(&endpoints.sqs, &queues.events).await?,
            dead_letters: Messages::of(&endpoints.sqs, &queues.dead_letters).await?,
            receives,
            program: std::path::absolute(program).context("the darkroom binary")?,
            visibility: options.visibility,
            folder,
            _cloud: cloud,
        };
        // What S3 sends when it is told to notify a queue: no part of any count.
        stand.events.purge().await?;
        Ok(stand)
    }

    /// A role of the binary that goes through the proxies, with nothing of this machine's settings.
    pub(super) fn darkroom(&self, subcommand: &str) -> Command {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars() {
            if name.starts_with("DARKROOM_") || name.starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        let visibility = format!("{}s", self.visibility.as_secs());
        command
            .arg(subcommand)
            .current_dir(self.folder.path())
            .env("AWS_ENDPOINT_URL_S3", self.s3.url())
            .env("AWS_ENDPOINT_URL_SQS", self.sqs.url())
            .env("AWS_ACCESS_KEY_ID", KEY)
            .env("AWS_SECRET_ACCESS_KEY", KEY)
            .env("AWS_REGION", REGION)
            .env("DARKROOM_QUEUES_VISIBILITY_TIMEOUT", visibility)
            .env("DARKROOM_WORKER_POLL_WAIT", "1s")
            .env("DARKROOM_RENDER_PROCESSES", "1");
        command
    }

    /// Waits until no event is left, visible or in work.
    pub(crate) async fn until_settled(&self, within: Duration) -> anyhow::Result<()> {
        let empty = async || match self.events.depth().await {
            Ok(depth) if depth == Depth::default() => Ok(()),
            other => Err(format!("{other:?}")),
        };
        wait::until_async("an empty queue", within, empty).await?;
        Ok(())
    }
}

fn embedded(data_dir: &Path) -> Options {
    let any_port = ([127, 0, 0, 1], 0).into();
    Options {
        data_dir: data_dir.to_owned(),
        s3_listen: any_port,
        sqs_listen: any_port,
        access_key: KEY.to_owned(),
        secret_key: KEY.to_owned(),
        region: REGION.to_owned(),
        allowed_origins: Vec::new(),
    }
}
