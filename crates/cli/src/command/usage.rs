//! `darkroom usage`: the uploads and bytes of an owner, and the quotas.

use anyhow::Context;
use darkroom_contract::{ProfileName, ProfileUsage};
use serde_json::json;

use crate::app_context::AppContext;
use crate::arguments::Usage;
use crate::command::connect;
use crate::command::profiles::select_profiles;
use crate::console::print;
use crate::exit_status::ExitStatus;
use crate::settings::Settings;

pub(super) async fn run(arguments: &Usage, settings: Settings) -> anyhow::Result<ExitStatus> {
    let profiles = select_profiles(&settings, arguments.profile.as_ref())?;
    let context = AppContext::new(connect(&settings).await?, settings)?;
    for profile in profiles {
        let usage = usage(&context, arguments, profile).await?;
        print(&line(&usage, arguments.json))?;
    }
    Ok(ExitStatus::Success)
}

async fn usage(
    context: &AppContext,
    arguments: &Usage,
    name: ProfileName,
) -> anyhow::Result<ProfileUsage> {
    let store = context.store();
    let usage = store.usage(&name, &arguments.owner).await;
    let usage = usage.with_context(|| {
        let bucket = &context.settings.storage.raw_bucket;
        let s3 = context.connection.s3_url();
        format!("cannot list bucket {bucket} of S3 at {s3}")
    })?;
    let profile = context.settings.profile(&name)?;
    Ok(ProfileUsage::new(name, usage, profile))
}

fn line(usage: &ProfileUsage, is_json: bool) -> String {
    if is_json {
        return json!(usage).to_string();
    }
    let amount = |used: u64, quota: Option<u64>, unit: &str| match quota {
        Some(quota) => format!("{used} of {quota} {unit}"),
        None => format!("{used} {unit}"),
    };
    format!(
        "{}  {}  {}",
        usage.profile,
        amount(usage.uploads, usage.quota_uploads, "uploads"),
        amount(usage.bytes, usage.quota_bytes, "bytes")
    )
}
