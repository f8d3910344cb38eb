//! The clouds that test beds run on.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};
use darkroom_cloud::Endpoints;
use darkroom_embedded::{EmbeddedCloud, Options};
use darkroom_testkit::localstack::{ACCESS_KEY_ID, LocalStack, REGION, SECRET_ACCESS_KEY};
use darkroom_testkit::process::Process;

use crate::binary::endpoints;
use crate::{Binary, DEADLINE};

/// The cloud of a test bed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cloud {
    /// S3 and SQS in the process of the test.
    Embedded,
    /// `darkroom dev`: S3, SQS, issuer and worker in one process of the binary.
    Dev,
    /// LocalStack, which all tests of the process share.
    LocalStack,
    /// S3 and SQS at this URL.
    At(&'static str),
}

/// A running cloud. Dropping this value stops the cloud, except for a [`Server::Shared`].
pub(crate) struct RunningCloud {
    pub(crate) endpoints: Endpoints,
    pub(crate) server: Server,
}

/// The process that serves a cloud.
pub(crate) enum Server {
    /// The process of the test.
    Embedded { _cloud: EmbeddedCloud },
    /// `darkroom dev`, with the URL of its issuer.
    Dev { process: Process, issuer: String },
    /// A process that outlives the test bed.
    Shared,
}

impl RunningCloud {
    /// Starts a cloud with its data in `folder`. The settings apply only to [`Cloud::Dev`], which
    /// includes an issuer and a worker.
    pub(crate) async fn start(
        cloud: Cloud,
        binary: &Binary,
        folder: &Path,
        settings: &[(String, String)],
    ) -> anyhow::Result<Self> {
        match cloud {
            Cloud::Embedded => Self::embedded(folder).await,
            Cloud::Dev => Self::dev(binary, folder, settings).await,
            Cloud::LocalStack => {
                let shared = tokio::task::spawn_blocking(LocalStack::shared).await?;
                Ok(Self::at(shared.endpoint()))
            }
            Cloud::At(url) => Ok(Self::at(url)),
        }
    }

    async fn embedded(folder: &Path) -> anyhow::Result<Self> {
        let any_port = ([127, 0, 0, 1], 0).into();
        let options = Options {
            data_dir: folder.join("data"),
            s3_listen: any_port,
            sqs_listen: any_port,
            access_key: ACCESS_KEY_ID.to_owned(),
            secret_key: SECRET_ACCESS_KEY.to_owned(),
            region: REGION.to_owned(),
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
        };
        let cloud = EmbeddedCloud::start(options).await?;
        Ok(Self {
            endpoints: endpoints(&cloud.s3_url(), &cloud.sqs_url()),
            server: Server::Embedded { _cloud: cloud },
        })
    }

    async fn dev(
        binary: &Binary,
        folder: &Path,
        settings: &[(String, String)],
    ) -> anyhow::Result<Self> {
        let mut command = binary.command(folder);
        command
            .args(["dev", "--verbose", "--data-dir", "data"])
            .args(["--listen", "127.0.0.1:0", "--s3-listen", "127.0.0.1:0"])
            .envs(settings.iter().map(|(name, value)| (name, value)));
        let mut process = Process::start(command)?;
        let mut after = async |word: &'static str| {
            let address = |line: &str| {
                let rest = line.trim().strip_prefix(word)?;
                rest.split_whitespace().next().map(str::to_owned)
            };
            process.wait_for_line_async(word, DEADLINE, address).await
        };
        let issuer = after("Page").await?;
        let endpoints = dev_endpoints(binary.command(folder)).await?;
        let server = Server::Dev { process, issuer };
        Ok(Self { endpoints, server })
    }

    fn at(url: &str) -> Self {
        Self {
            endpoints: endpoints(url, url),
            server: Server::Shared,
        }
    }
}

/// Returns the endpoints of the `darkroom dev` that runs in the folder of `command`. Reads the
/// endpoints from the output of `darkroom dev --env`, as a user does.
async fn dev_endpoints(mut command: Command) -> anyhow::Result<Endpoints> {
    command.args(["dev", "--data-dir", "data", "--env"]);
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    let text = String::from_utf8(output.stdout)?;
    ensure!(output.status.success(), "dev --env: {}", output.status);
    let value = |name: &str| {
        let prefix = format!("export {name}='");
        let mut lines = text.lines();
        let value = lines.find_map(|line| line.strip_prefix(&prefix)?.strip_suffix('\''));
        value
            .map(str::to_owned)
            .with_context(|| format!("dev --env printed no {name}"))
    };
    Ok(Endpoints {
        s3: value("AWS_ENDPOINT_URL_S3")?,
        sqs: value("AWS_ENDPOINT_URL_SQS")?,
        access_key: value("AWS_ACCESS_KEY_ID")?,
        secret_key: value("AWS_SECRET_ACCESS_KEY")?,
        region: value("AWS_REGION")?,
    })
}
