//! `darkroom backfill`.

use anyhow::ensure;
use darkroom_worker::Backfill;

use crate::arguments;
use crate::cloud::Parts;
use crate::command::connect;
use crate::outcome::{Ending, UsageError, complain, say};
use crate::settings::Settings;

pub(super) async fn run(
    arguments: &arguments::Backfill,
    settings: Settings,
) -> anyhow::Result<Ending> {
    let profile = arguments.profile.as_ref();
    if let Some(profile) = profile {
        let known = settings.profiles.get(profile).is_some();
        ensure!(known, UsageError(format!("there is no profile {profile}")));
    }
    let parts = Parts::new(connect(&settings).await, settings)?;
    let backfill = Backfill {
        profile,
        force: arguments.force,
        dry_run: arguments.dry_run,
        ..parts.backfill().await?
    };
    let enqueued = if arguments.dry_run {
        "would be enqueued"
    } else {
        "enqueued"
    };
    let progress = backfill
        .run(|progress| {
            complain(&format!(
                "{} seen, {} {enqueued}",
                progress.seen, progress.enqueued
            ));
        })
        .await?;
    say(&format!(
        "{} raw objects seen, {} {enqueued}",
        progress.seen, progress.enqueued
    ));
    Ok(Ending::Well)
}
