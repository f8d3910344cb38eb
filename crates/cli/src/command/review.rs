//! `darkroom review`: uploads in review.

use anyhow::Context;
use darkroom_contract::{
    ApproveUpload, Manifest, ProfileName, RawKey, RejectUpload, Review, ReviewError,
};
use darkroom_uploads::{ReviewListRequest, ReviewRefusal, UploadStore, VariantReader, VariantUrls};
use serde_json::json;
use time::format_description::well_known::Rfc3339;

use crate::app_context::AppContext;
use crate::arguments::{self, ReviewApprove, ReviewList, ReviewReject, ReviewedUpload};
use crate::command::connect;
use crate::command::profiles::select_profiles;
use crate::console::{eprint, print};
use crate::exit_status::{ExitStatus, UsageError};
use crate::settings::Settings;

/// The number of uploads that are listed at once. A page is printed only when it is complete.
const PAGE: usize = 100;

pub(super) async fn run(
    arguments: arguments::Review,
    settings: Settings,
) -> anyhow::Result<ExitStatus> {
    match arguments {
        arguments::Review::List(arguments) => list_all(&arguments, settings).await,
        arguments::Review::Approve(ReviewApprove { upload }) => {
            let request = ApproveUpload {
                sha256: upload.sha256.clone(),
            };
            let review = |now| request.review(&upload.reviewer, now);
            decide(&upload, review, settings).await
        }
        arguments::Review::Reject(ReviewReject {
            upload,
            code,
            message,
        }) => {
            let sha256 = upload.sha256.clone();
            let request = RejectUpload {
                sha256,
                code,
                message,
            };
            let review = |now| request.review(&upload.reviewer, now);
            decide(&upload, review, settings).await
        }
    }
}

async fn list_all(arguments: &ReviewList, settings: Settings) -> anyhow::Result<ExitStatus> {
    let profiles = select_profiles(&settings, arguments.profile.as_ref())?;
    let context = AppContext::new(connect(&settings).await?, settings)?;
    let (store, urls) = (context.store(), context.variant_urls());
    for profile in &profiles {
        let listed = list(arguments, &store, &urls, profile).await;
        listed.with_context(|| {
            let bucket = &context.settings.storage.raw_bucket;
            let s3 = context.connection.s3_url();
            format!("cannot list bucket {bucket} of S3 at {s3}")
        })?;
    }
    Ok(ExitStatus::Success)
}

/// Prints the uploads in review of one profile.
async fn list(
    arguments: &ReviewList,
    store: &UploadStore,
    urls: &VariantUrls,
    profile: &ProfileName,
) -> anyhow::Result<()> {
    let mut left = arguments.limit.unwrap_or(usize::MAX);
    let mut after: Option<RawKey> = None;
    while left > 0 {
        let limit = left.min(PAGE);
        let request = ReviewListRequest {
            profile,
            owner: None,
            after: after.as_ref(),
            limit,
        };
        let page = store.list_in_review(request).await?;
        for manifest in &page {
            let mut manifest = Manifest::clone(manifest);
            urls.fill_in(&mut manifest, VariantReader::Reviewer).await?;
            print(&line(arguments, &manifest))?;
        }
        left -= page.len();
        match page.last() {
            Some(last) if page.len() == limit => after = Some(last.raw_key()),
            _ => break,
        }
    }
    Ok(())
}

fn line(arguments: &ReviewList, manifest: &Manifest) -> String {
    if arguments.json {
        return json!(manifest).to_string();
    }
    let Manifest {
        profile, owner, id, ..
    } = manifest;
    let sha256 = manifest.source.sha256.as_deref().unwrap_or_default();
    let finished_at = manifest.finished_at.format(&Rfc3339).unwrap_or_default();
    let variants = manifest.outcome.variants().iter();
    let urls = variants.filter_map(|variant| variant.url.as_deref());
    let urls: Vec<&str> = urls.collect();
    let urls = urls.join("\n  ");
    format!("{profile}/{owner}/{id} --sha256 {sha256}  {finished_at}\n  {urls}")
}

async fn decide(
    arguments: &ReviewedUpload,
    review: impl FnOnce(time::OffsetDateTime) -> Result<Review, ReviewError>,
    settings: Settings,
) -> anyhow::Result<ExitStatus> {
    let key = &arguments.upload.0;
    select_profiles(&settings, Some(&key.profile))?;
    let context = AppContext::new(connect(&settings).await?, settings)?;
    let store = context.store();
    let review = review(store.clock().now()).map_err(|error| UsageError(error.to_string()))?;
    let name = arguments.upload.to_string();
    match store.decide(key, &review).await {
        Ok(stored) if arguments.json => print(&json!(stored).to_string())?,
        Ok(stored) => print(&format!("{name}: {}", stored.decision.name()))?,
        Err(ReviewRefusal::Store(error)) => {
            let s3 = context.connection.s3_url();
            let context = format!("{name}: S3 at {s3} or SQS failed; run the command again");
            return Err(error).context(context);
        }
        Err(refusal) => {
            eprint(&format!("{name}: {refusal}"));
            return Ok(ExitStatus::Failure);
        }
    }
    Ok(ExitStatus::Success)
}
