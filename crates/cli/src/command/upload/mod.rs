//! `darkroom upload`: uploads to a running issuer.

mod client;
mod progress;

use std::path::Path;

use anyhow::Context;
use darkroom_contract::{CreateUpload, ManifestVariant, Outcome, UploadMethod, UploadStatus};
use darkroom_imaging::SourceFormat;
use futures_util::FutureExt;
use futures_util::stream::{self, StreamExt};
use serde_json::json;

use self::client::Client;
use self::progress::Bars;
use crate::arguments::Upload;
use crate::console::{eprint, print};
use crate::exit_status::ExitStatus;

/// The number of concurrent uploads.
const CONCURRENCY: usize = 4;
/// The owner if neither the command line nor a token names one.
const DEFAULT_OWNER: &str = "me";

pub(super) async fn run(arguments: Upload) -> anyhow::Result<ExitStatus> {
    let client = Client::new(&arguments.to, arguments.token.clone())?;
    let bars = Bars::new(!arguments.json)?;
    let mut exit_status = ExitStatus::Success;
    let mut outcomes = stream::iter(&arguments.files)
        .map(|file| upload(&client, &bars, &arguments, file).map(move |outcome| (file, outcome)))
        .buffered(CONCURRENCY);
    while let Some((file, outcome)) = outcomes.next().await {
        let failure = bars.suspend(|| print_outcome(file, &outcome, arguments.json));
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
    let size = tokio::fs::metadata(file)
        .await
        .context("cannot read the file")?
        .len();
    let content_type = content_type(file);
    let presigned = client
        .create(&CreateUpload {
            profile: arguments.profile.to_string(),
            owner: owner(arguments),
            content_type: Some(content_type.to_owned()),
            size: Some(size),
            method: UploadMethod::Put,
            checksum_sha256: None,
            metadata: Default::default(),
            crop: None,
        })
        .await?;
    let bar = bars.add(file, size);
    let source = tokio::fs::File::open(file)
        .await
        .context("cannot read the file")?;
    client
        .put(&presigned, bar.wrap_async_read(source), size)
        .await?;
    bar.set_message("processing");
    let status = client.outcome(&presigned.status_url).await;
    bar.finish_and_clear();
    status
}

/// Returns the owner to send, or `None` if there is a token, because the issuer takes the owner
/// from it.
fn owner(arguments: &Upload) -> Option<String> {
    match (&arguments.owner, &arguments.token) {
        (Some(owner), _) => Some(owner.to_string()),
        (None, Some(_)) => None,
        (None, None) => Some(DEFAULT_OWNER.to_owned()),
    }
}

/// Returns the media type that the file name suggests. The worker detects the format itself.
fn content_type(file: &Path) -> &'static str {
    let extension = file.extension().unwrap_or_default().to_string_lossy();
    SourceFormat::from_content_type(&format!("image/{}", extension.to_lowercase()))
        .map_or("application/octet-stream", SourceFormat::content_type)
}

/// Prints the outcome of a file on stdout. Returns the line for stderr if the file is not ready.
fn print_outcome(
    file: &Path,
    outcome: &anyhow::Result<UploadStatus>,
    as_json: bool,
) -> Option<String> {
    let name = file.display();
    let status = match outcome {
        Ok(status) => status,
        Err(error) => {
            if as_json {
                let error = json!({"code": "upload_failed", "message": format!("{error:#}")});
                print(&json!({"file": file, "status": "error", "error": error}).to_string());
            }
            return Some(format!("{name}: {error:#}"));
        }
    };
    if as_json {
        let mut line = json!(status);
        line["file"] = json!(file);
        print(&line.to_string());
    }
    let manifest = match status {
        UploadStatus::Done(manifest) => manifest,
        UploadStatus::Pending { status, .. } => {
            let problem = if status.is_final() {
                "no outcome"
            } else {
                "no outcome in time"
            };
            return Some(format!("{name}: {problem}, status {}", status.name()));
        }
    };
    match &manifest.outcome {
        Outcome::Ready { variants, .. } => {
            for variant in variants.iter().filter(|_| !as_json) {
                print(&format!("{name}: ready: {}", variant_line(variant)));
            }
            None
        }
        Outcome::Rejected { error } => Some(format!("{name}: rejected: {error}")),
        Outcome::Failed { error } => {
            Some(format!("{name}: failed: {}: {}", error.code, error.message))
        }
    }
}

fn variant_line(variant: &ManifestVariant) -> String {
    let address = variant.url.as_ref().unwrap_or(&variant.key);
    let (name, width, height) = (&variant.name, variant.width, variant.height);
    format!("{name} {width} x {height} {address}")
}
