//! `darkroom list`: the uploads of an owner.

use anyhow::Context;
use darkroom_contract::{ListOrder, ProfileName, UploadEntry};
use darkroom_uploads::{ListRequest, UploadStore};
use serde_json::json;
use time::format_description::well_known::Rfc3339;

use crate::app_context::AppContext;
use crate::arguments::{List, Order};
use crate::command::connect;
use crate::command::profiles::select_profiles;
use crate::console::print;
use crate::exit_status::ExitStatus;
use crate::settings::Settings;

/// The length of a page with outcomes. It is short, because a page is printed only when it is
/// complete.
const PAGE_WITH_OUTCOMES: usize = 100;
/// The length of a page without outcomes, which is one request to S3.
const PAGE: usize = 1000;

pub(super) async fn run(arguments: &List, settings: Settings) -> anyhow::Result<ExitStatus> {
    let profiles = select_profiles(&settings, arguments.profile.as_ref())?;
    let context = AppContext::new(connect(&settings).await?, settings)?;
    let store = context.store();
    for profile in &profiles {
        let listed = list(arguments, &store, profile).await;
        listed.with_context(|| {
            let bucket = &context.settings.storage.raw_bucket;
            let s3 = context.connection.s3_url();
            format!("cannot list bucket {bucket} of S3 at {s3}")
        })?;
    }
    Ok(ExitStatus::Success)
}

/// Prints the uploads of one profile.
async fn list(arguments: &List, store: &UploadStore, profile: &ProfileName) -> anyhow::Result<()> {
    let page_length = match arguments.outcomes {
        true => PAGE_WITH_OUTCOMES,
        false => PAGE,
    };
    let mut left = arguments.limit.unwrap_or(usize::MAX);
    let mut after = None;
    while left > 0 {
        let request = ListRequest {
            profile,
            owner: &arguments.owner,
            order: match arguments.order {
                Order::Newest => ListOrder::Newest,
                Order::Oldest => ListOrder::Oldest,
            },
            after,
            limit: left.min(page_length),
        };
        let mut page = store.list_uploads(&request).await?;
        if arguments.outcomes {
            store.add_outcomes(&mut page).await?;
        }
        for upload in &page.uploads {
            print(&line(arguments, upload))?;
        }
        left -= page.uploads.len();
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(())
}

fn line(arguments: &List, upload: &UploadEntry) -> String {
    if arguments.json {
        return json!(upload).to_string();
    }
    let UploadEntry { id, profile, .. } = upload;
    let created_at = upload.created_at.format(&Rfc3339).unwrap_or_default();
    let mut line = format!("{id}  {created_at}  {profile}  {} bytes", upload.bytes);
    if arguments.outcomes {
        let outcome = upload.outcome.as_ref();
        let status = outcome.map_or("processing", |manifest| manifest.outcome.name());
        line.push_str("  ");
        line.push_str(status);
    }
    line
}
