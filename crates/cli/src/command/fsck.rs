//! `darkroom fsck`: the check of both buckets for objects that contradict each other.

use anyhow::Context;
use darkroom_contract::RawKey;
use darkroom_uploads::{Fsck, FsckError, FsckProgress, FsckUpdate, Inconsistency, Repair};

use crate::app_context::AppContext;
use crate::arguments;
use crate::command::connect;
use crate::command::profiles::select_profiles;
use crate::console::print;
use crate::exit_status::{ExitStatus, UsageError};
use crate::line_text::escape;
use crate::progress_line::ProgressLine;
use crate::report::{FsckReport, InconsistencyReport, Report, ReportCommand, ReportStatus};
use crate::settings::Settings;

pub(super) async fn run(
    arguments: &arguments::Fsck,
    settings: Settings,
) -> anyhow::Result<ExitStatus> {
    let profile = arguments.profile.as_ref();
    select_profiles(&settings, profile)?;
    let after = arguments.after.as_deref().map(parse_key).transpose()?;
    let context = AppContext::new(connect(&settings).await?, settings)?;
    let fsck = Fsck {
        store: context.store(),
        profile,
        after: after.as_ref(),
        repair: arguments.repair,
        grace: arguments.grace,
        max_rate: Some(arguments.max_rate),
        max_waiting: Some(arguments.max_waiting),
    };
    let line = ProgressLine::new(arguments.json);
    let mut last_key = arguments.after.clone();
    let mut printed = Ok(());
    let report = |update: FsckUpdate<'_>| match update {
        FsckUpdate::Found {
            inconsistency,
            repaired,
        } if printed.is_ok() => {
            let text = found(inconsistency, repaired, arguments.json);
            printed = text.and_then(|text| line.print(&text));
        }
        FsckUpdate::Found { .. } => {}
        FsckUpdate::Progress(progress) => {
            last_key.clone_from(&progress.last_key);
            line.update(&summary(progress), progress.last_key.as_deref());
        }
    };
    let checked = fsck.run(report).await;
    line.finish();
    printed?;
    let progress = match checked {
        Ok(progress) => progress,
        Err(error @ FsckError::UnknownProfile(_)) => {
            return Err(UsageError(format!("--after: {error}")).into());
        }
        Err(error) => return Err(error).with_context(|| stopped(&context, last_key.as_deref())),
    };
    print(&match arguments.json {
        true => summary_report(&progress).to_line()?,
        false => summary(&progress),
    })?;
    Ok(match progress.unrepaired() {
        0 => ExitStatus::Success,
        _ => ExitStatus::Failure,
    })
}

fn parse_key(key: &str) -> Result<RawKey, UsageError> {
    RawKey::parse(key).map_err(|error| UsageError(format!("--after: {error}")))
}

/// Describes the end of a check that failed.
fn stopped(context: &AppContext, last_key: Option<&str>) -> String {
    let s3 = context.connection.s3_url();
    match last_key {
        Some(key) => {
            format!("the check of S3 at {s3} stopped early; to continue, use --after {key}")
        }
        None => format!("the check of S3 at {s3} stopped early"),
    }
}

/// Describes an inconsistency in one line.
fn found(inconsistency: &Inconsistency, repaired: bool, json: bool) -> anyhow::Result<String> {
    if json {
        let status = match repaired {
            true => ReportStatus::Repaired,
            false => ReportStatus::Inconsistent,
        };
        let report = Report {
            inconsistency: Some(InconsistencyReport::from(inconsistency)),
            ..Report::new(ReportCommand::Fsck, status)
        };
        return Ok(report.to_line()?);
    }
    let Inconsistency {
        code, key, detail, ..
    } = inconsistency;
    let action = match (inconsistency.repair, repaired) {
        (Repair::Enqueue { .. }, true) => "the upload was enqueued",
        (Repair::Enqueue { .. }, false) => "--repair enqueues the upload",
        (Repair::DeleteVariant, true) => "the variant was deleted",
        (Repair::DeleteVariant, false) => "--repair deletes the variant",
        (Repair::DeleteReview, true) => "the object was deleted",
        (Repair::DeleteReview, false) => "--repair deletes the object",
        (Repair::FinishDeletion, true) => "its objects were deleted",
        (Repair::FinishDeletion, false) => "--repair deletes its objects",
        (Repair::Manual { advice }, _) => advice,
    };
    let (code, key) = (code.name(), escape(key));
    Ok(format!("{code} {key}: {}; {action}", escape(detail)))
}

fn summary_report(progress: &FsckProgress) -> Report {
    Report {
        fsck: Some(FsckReport::from(progress)),
        ..Report::new(ReportCommand::Fsck, ReportStatus::Checked)
    }
}

fn summary(progress: &FsckProgress) -> String {
    let FsckProgress {
        listed,
        uploads,
        in_progress,
        failed,
        outdated,
        repaired,
        ..
    } = progress;
    let found = progress.found();
    format!(
        "{listed} objects, {uploads} uploads ({in_progress} in progress, {failed} failed, \
         {outdated} of another recipe), {found} inconsistencies, {repaired} repaired"
    )
}
