//! `darkroom upload`: the whole path, as a client goes it.

mod client;
mod progress;

use std::path::Path;

use anyhow::Context;
use darkroom_contract::{CreateUpload, Outcome, UploadMethod, UploadStatus};
use darkroom_imaging::SourceFormat;
use futures_util::FutureExt;
use futures_util::stream::{self, StreamExt};
use serde_json::json;

use self::client::Client;
use self::progress::Bars;
use crate::arguments::Upload;
use crate::outcome::{Ending, complain, say};

/// Files that are on their way at the same time.
const AT_ONCE: usize = 4;
/// The owner where neither the command line nor a token says one.
const ANONYMOUS: &str = "me";

pub(super) async fn run(arguments: Upload) -> anyhow::Result<Ending> {
    let client = Client::new(&arguments.to, arguments.token.clone())?;
    let bars = Bars::new(arguments.json)?;
    let mut ending = Ending::Well;
    let mut outcomes = stream::iter(&arguments.files)
        .map(|file| upload(&client, &bars, &arguments, file).map(move |outcome| (file, outcome)))
        .buffered(AT_ONCE);
    while let Some((file, outcome)) = outcomes.next().await {
        let complaint = bars.suspend(|| tell(file, &outcome, arguments.json));
        if let Some(complaint) = complaint {
            bars.suspend(|| complain(&complaint));
            ending = Ending::SomethingFailed;
        }
    }
    Ok(ending)
}

async fn upload(
    client: &Client,
    bars: &Bars,
    arguments: &Upload,
    file: &Path,
) -> anyhow::Result<UploadStatus> {
    let unreadable = || "the file cannot be read".to_owned();
    let size = tokio::fs::metadata(file)
        .await
        .with_context(unreadable)?
        .len();
    let content_type = content_type(file);
    let ticket = client
        .create(&CreateUpload {
            profile: arguments.profile.to_string(),
            owner: owner(arguments),
            content_type: content_type.to_owned(),
            size: Some(size),
            method: UploadMethod::Put,
            checksum_sha256: None,
            metadata: Default::default(),
            crop: None,
        })
        .await?;
    let bar = bars.add(file, size);
    let source = tokio::fs::File::open(file).await.with_context(unreadable)?;
    client
        .put(&ticket, bar.wrap_async_read(source), size)
        .await?;
    bar.set_message("processing");
    let status = client.outcome(&ticket.status_url).await;
    bar.finish_and_clear();
    status
}

/// An issuer that asks for a token mostly knows the owner from it.
fn owner(arguments: &Upload) -> Option<String> {
    match (&arguments.owner, &arguments.token) {
        (Some(owner), _) => Some(owner.to_string()),
        (None, Some(_)) => None,
        (None, None) => Some(ANONYMOUS.to_owned()),
    }
}

/// What the name suggests; the worker finds out for itself.
fn content_type(file: &Path) -> &'static str {
    let extension = file.extension().unwrap_or_default().to_string_lossy();
    SourceFormat::from_content_type(&format!("image/{}", extension.to_lowercase()))
        .map_or("application/octet-stream", SourceFormat::content_type)
}

/// Says what came of a file; gives back what is to be said on stderr.
fn tell(file: &Path, outcome: &anyhow::Result<UploadStatus>, as_json: bool) -> Option<String> {
    let name = file.display();
    let status = match outcome {
        Ok(status) => status,
        Err(error) => {
            if as_json {
                let error = json!({"code": "upload_failed", "message": format!("{error:#}")});
                say(&json!({"file": file, "status": "error", "error": error}).to_string());
            }
            return Some(format!("{name}: {error:#}"));
        }
    };
    if as_json {
        let mut line = json!(status);
        line["file"] = json!(file);
        say(&line.to_string());
    }
    match status {
        UploadStatus::Done(manifest) => match &manifest.outcome {
            Outcome::Ready { variants, .. } => {
                for variant in variants.iter().filter(|_| !as_json) {
                    let address = variant.url.as_ref().unwrap_or(&variant.key);
                    let (width, height) = (variant.width, variant.height);
                    let kind = &variant.name;
                    say(&format!(
                        "{name}: ready: {kind} {width} x {height} {address}"
                    ));
                }
                None
            }
            Outcome::Rejected { error } => Some(format!("{name}: rejected: {error}")),
            Outcome::Failed { error } => {
                Some(format!("{name}: failed: {}: {}", error.code, error.message))
            }
        },
        UploadStatus::Pending { status, .. } => {
            Some(format!("{name}: no outcome in time; it is {status:?}"))
        }
    }
}
