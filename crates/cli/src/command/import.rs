//! `darkroom import`: uploads from the objects of another bucket.

use std::io::IsTerminal;
use std::sync::Arc;

use anyhow::Context;
use darkroom_worker::{ImportMapping, ImportProgress};
use indicatif::ProgressBar;
use serde_json::json;

use crate::app_context::AppContext;
use crate::arguments::Import;
use crate::command::connect;
use crate::command::profiles::select_profiles;
use crate::console::print;
use crate::exit_status::{ExitStatus, UsageError};
use crate::settings::Settings;

pub(super) async fn run(arguments: &Import, settings: Settings) -> anyhow::Result<ExitStatus> {
    select_profiles(&settings, Some(&arguments.profile))?;
    let own = [&settings.storage.raw_bucket, &settings.storage.media_bucket];
    if own.contains(&&arguments.source.bucket) {
        let message =
            "the source must not be the raw or media bucket, whose objects are uploads already";
        return Err(UsageError(message.to_owned()).into());
    }
    let path = &arguments.mapping;
    let mut mapping = match arguments.dry_run && !path.exists() {
        true => ImportMapping::in_memory(),
        false => ImportMapping::open(path)
            .with_context(|| format!("cannot open the mapping {}", path.display()))?,
    };
    let context = AppContext::new(connect(&settings).await?, settings)?;
    let import = darkroom_worker::Import {
        store: context.store(),
        source: Arc::new(context.connection.bucket(&arguments.source.bucket)),
        prefix: &arguments.source.prefix,
        profile: &arguments.profile,
        owners: &arguments.owner_from,
        dry_run: arguments.dry_run,
        enqueues: context.settings.issuer.complete_uploads,
        rate: Some(arguments.rate),
    };
    let bar = std::io::stderr()
        .is_terminal()
        .then(ProgressBar::new_spinner);
    let report = |progress: &ImportProgress| {
        if let Some(bar) = &bar {
            bar.set_message(summary(arguments, progress));
            bar.tick();
        }
    };
    let imported = import.run(&mut mapping, report).await;
    if let Some(bar) = &bar {
        bar.finish_and_clear();
    }
    let progress = imported.with_context(|| {
        let s3 = context.connection.s3_url();
        let bucket = &arguments.source.bucket;
        format!(
            "the import from bucket {bucket} in S3 at {s3} stopped early; run the command again to \
             continue"
        )
    })?;
    print(&match arguments.json {
        true => line(arguments, &progress),
        false => summary(arguments, &progress),
    })?;
    Ok(ExitStatus::Success)
}

fn line(arguments: &Import, progress: &ImportProgress) -> String {
    let line = json!({
        "dry_run": arguments.dry_run, "listed": progress.listed, "imported": progress.imported,
        "skipped": progress.skipped, "without_owner": progress.without_owner,
        "unacceptable": progress.unacceptable, "mapping": arguments.mapping.to_string_lossy(),
    });
    line.to_string()
}

fn summary(arguments: &Import, progress: &ImportProgress) -> String {
    let ImportProgress {
        listed,
        imported,
        skipped,
        without_owner,
        unacceptable,
    } = progress;
    let verb = match arguments.dry_run {
        true => "would be imported",
        false => "imported",
    };
    format!(
        "{listed} listed, {imported} {verb}, {skipped} imported before, {without_owner} without \
         an owner, {unacceptable} empty or too large"
    )
}
