//! `darkroom upload`: uploads to a running issuer.

mod client;
mod failure;
mod progress;
mod retry;
mod store;

use std::path::Path;

use anyhow::{Context, ensure};
use darkroom_contract::{CreateUpload, ManifestVariant, Outcome, UploadMethod, UploadStatus};
use futures_util::FutureExt;
use futures_util::stream::{self, StreamExt};
use serde_json::{Value, json};

use self::client::Client;
use self::progress::Bars;
use self::store::Transfer;
use crate::arguments::Upload;
use crate::console::{eprint, print};
use crate::exit_status::ExitStatus;
use crate::path_text::{path_fields, path_text};
use crate::sources;

/// The number of concurrent uploads. Many are needed to keep a worker busy, because small photos spend
/// most of their time on the way.
const CONCURRENCY: usize = 10;
/// The owner to send if the command line names neither an owner nor a token.
const DEFAULT_OWNER: &str = "me";

pub(super) async fn run(arguments: Upload) -> anyhow::Result<ExitStatus> {
    let client = Client::new(&arguments)?;
    let bars = Bars::new(!arguments.json)?;
    let mut exit_status = ExitStatus::Success;
    let files = sources::find(&arguments.files, None);
    let mut outcomes = stream::iter(&files)
        .map(|file| &file.path)
        .map(|file| upload(&client, &bars, &arguments, file).map(move |outcome| (file, outcome)))
        .buffered(CONCURRENCY);
    while let Some((file, outcome)) = outcomes.next().await {
        let failure = bars.suspend(|| print_outcome(file, &outcome, arguments.json))?;
        if let Some(line) = failure {
            bars.suspend(|| eprint(&line));
            exit_status = ExitStatus::Failure;
        }
    }
    Ok(exit_status)
}

async fn upload(
    client: &Client,
    bars: &Bars,
    arguments: &Upload,
    file: &Path,
) -> anyhow::Result<UploadStatus> {
    let metadata = tokio::fs::metadata(file).await;
    let metadata = metadata.context("cannot read the file")?;
    ensure!(metadata.is_file(), "not a regular file");
    let size = metadata.len();
    let presigned = client
        .create(&CreateUpload {
            profile: arguments.profile.to_string(),
            owner: owner(arguments),
            // The worker detects the format from the bytes, so the name of the file does not
            // matter.
            content_type: None,
            size: Some(size),
            method: UploadMethod::Put,
            checksum_sha256: None,
            metadata: Default::default(),
            crop: None,
        })
        .await?;
    let bar = bars.add(file, size);
    let transfer = Transfer {
        client,
        presigned: &presigned,
        file,
        size,
        bar: &bar,
    };
    let status = async {
        transfer.run().await?;
        bar.set_message("processing");
        client.complete(&presigned).await?;
        client.outcome(&presigned.status_url).await
    };
    let status = status.await;
    bar.finish_and_clear();
    status
}

/// Returns the owner to send, or `None` to let the issuer take the owner from the token.
fn owner(arguments: &Upload) -> Option<String> {
    match (&arguments.owner, &arguments.token) {
        (Some(owner), _) => Some(owner.to_string()),
        (None, Some(_)) => None,
        (None, None) => Some(DEFAULT_OWNER.to_owned()),
    }
}

/// Prints the outcome of a file on stdout. Returns the line for stderr if the file is not ready.
fn print_outcome(
    file: &Path,
    outcome: &anyhow::Result<UploadStatus>,
    as_json: bool,
) -> anyhow::Result<Option<String>> {
    let name = path_text(file);
    if as_json {
        let line = match outcome {
            Ok(status) => json!(status),
            Err(error) => {
                let error = json!({"code": "upload_failed", "message": format!("{error:#}")});
                json!({"status": "error", "error": error})
            }
        };
        print(&with_file(line, file).to_string())?;
    }
    let manifest = match outcome {
        Ok(UploadStatus::Done(manifest)) => manifest,
        Ok(UploadStatus::Pending { status, .. }) => {
            let problem = if status.is_final() {
                "no outcome"
            } else {
                "no outcome in time"
            };
            return Ok(Some(format!("{name}: {problem}, status {}", status.name())));
        }
        Err(error) => return Ok(Some(format!("{name}: {error:#}"))),
    };
    match &manifest.outcome {
        Outcome::Ready { variants, .. } => {
            for variant in variants.iter().filter(|_| !as_json) {
                print(&format!("{name}: ready: {}", variant_line(variant)))?;
            }
            Ok(None)
        }
        Outcome::Rejected { error } => Ok(Some(format!("{name}: rejected: {error}"))),
        Outcome::Failed { error } => Ok(Some(format!(
            "{name}: failed: {}: {}",
            error.code, error.message
        ))),
    }
}

fn with_file(mut line: Value, file: &Path) -> Value {
    if let Some(fields) = line.as_object_mut() {
        fields.extend(path_fields("file", file));
    }
    line
}

fn variant_line(variant: &ManifestVariant) -> String {
    let address = variant.url.as_ref().unwrap_or(&variant.key);
    let (name, width, height) = (&variant.name, variant.width, variant.height);
    format!("{name} {width} x {height} {address}")
}
