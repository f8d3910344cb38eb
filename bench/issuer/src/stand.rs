//! An issuer on an embedded cloud, each a process.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use darkroom_cloud::{Connection, Endpoints, S3Bucket};
use darkroom_contract::{QueueSettings, StorageSettings};
use darkroom_testkit::localstack::{ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY};
use darkroom_testkit::process::Process;
use tempfile::TempDir;

const DEADLINE: Duration = Duration::from_secs(60);

/// A running issuer with buckets that no worker listens to.
pub(crate) struct Stand {
    pub(crate) issuer: Process,
    /// Host and port.
    pub(crate) address: String,
    pub(crate) raw: S3Bucket,
    pub(crate) media: S3Bucket,
    _cloud: Process,
    _folder: TempDir,
}

impl Stand {
    pub(crate) async fn start(darkroom: &Path) -> anyhow::Result<Self> {
        let darkroom = darkroom.canonicalize();
        let darkroom = darkroom.context("no binary: cargo build --release -p darkroom")?;
        let folder = tempfile::tempdir()?;
        let mut dev = Command::new(&darkroom);
        dev.current_dir(folder.path())
            .args(["dev", "--listen", "127.0.0.1:0"]);
        dev.args(["--s3-listen", "127.0.0.1:0"]);
        let mut cloud = Process::start(dev)?;
        let s3 = after(&mut cloud, "S3").await?;
        let sqs = after(&mut cloud, "SQS").await?;
        let endpoints = Endpoints {
            s3,
            sqs,
            access_key: ACCESS_KEY_ID.to_owned(),
            secret_key: SECRET_ACCESS_KEY.to_owned(),
            region: REGION.to_owned(),
        };
        let storage = StorageSettings {
            raw_bucket: "bench-raw".to_owned(),
            media_bucket: "bench-media".to_owned(),
            ..StorageSettings::default()
        };
        let queues = QueueSettings {
            events: "bench-events".to_owned(),
            ..QueueSettings::default()
        };
        let connection = Connection::from_endpoints(&endpoints, &storage).await;
        let provisioner = connection.provisioner();
        provisioner.provision(&storage, &queues, false).await?;
        let mut issuer = issuer(&darkroom, folder.path(), &endpoints, &storage)?;
        let prefix = "issuer listens on http://";
        let address = issuer
            .wait_for_line_async("the issuer's address", DEADLINE, |line| {
                line.strip_prefix(prefix).map(str::to_owned)
            })
            .await?;
        Ok(Self {
            issuer,
            address,
            raw: connection.bucket(&storage.raw_bucket),
            media: connection.bucket(&storage.media_bucket),
            _cloud: cloud,
            _folder: folder,
        })
    }
}

async fn after(cloud: &mut Process, word: &'static str) -> anyhow::Result<String> {
    let found = cloud.wait_for_line_async(word, DEADLINE, |line| {
        let rest = line.trim().strip_prefix(word)?;
        rest.split_whitespace().next().map(str::to_owned)
    });
    Ok(found.await?)
}

fn issuer(
    darkroom: &Path,
    folder: &Path,
    endpoints: &Endpoints,
    storage: &StorageSettings,
) -> anyhow::Result<Process> {
    let mut command = Command::new(darkroom);
    command
        .current_dir(folder)
        .arg("issuer")
        .env("AWS_ENDPOINT_URL_S3", &endpoints.s3)
        .env("AWS_ENDPOINT_URL_SQS", &endpoints.sqs)
        .env("AWS_ACCESS_KEY_ID", &endpoints.access_key)
        .env("AWS_SECRET_ACCESS_KEY", &endpoints.secret_key)
        .env("AWS_REGION", &endpoints.region)
        .env("DARKROOM_ISSUER_LISTEN", "127.0.0.1:0")
        .env("DARKROOM_STORAGE_RAW_BUCKET", &storage.raw_bucket)
        .env("DARKROOM_STORAGE_MEDIA_BUCKET", &storage.media_bucket);
    Ok(Process::start(command)?)
}
