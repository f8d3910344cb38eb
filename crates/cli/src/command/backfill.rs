//! `darkroom backfill`: enqueues raw objects that have no current outcome.

use anyhow::Context;
use darkroom_worker::{Backfill, BackfillProgress};

use crate::app_context::AppContext;
use crate::arguments;
use crate::command::connect;
use crate::command::profiles::select_profiles;
use crate::console::print;
use crate::exit_status::ExitStatus;
use crate::progress_line::ProgressLine;
use crate::report::{BackfillReport, Report, ReportCommand, ReportStatus};
use crate::settings::Settings;

pub(super) async fn run(
    arguments: &arguments::Backfill,
    settings: Settings,
) -> anyhow::Result<ExitStatus> {
    let profile = arguments.profile.as_ref();
    select_profiles(&settings, profile)?;
    let context = AppContext::new(connect(&settings).await?, settings)?;
    let backfill = Backfill {
        profile,
        force: arguments.force,
        dry_run: arguments.dry_run,
        after: arguments.after.clone(),
        max_waiting: Some(arguments.max_waiting),
        ..context.backfill()
    };
    let display = Display::new(arguments);
    let mut last_key = arguments.after.clone();
    let report = |progress: &BackfillProgress| {
        last_key.clone_from(&progress.last_key);
        display.update(progress);
    };
    let ran = backfill.run(report).await;
    let progress = ran.with_context(|| {
        let bucket = &context.settings.storage.raw_bucket;
        let s3 = context.connection.s3_url();
        match &last_key {
            Some(key) => {
                format!(
                    "the backfill of bucket {bucket} in S3 at {s3} stopped early; to continue, use \
                     --after {key}"
                )
            }
            None => format!("the backfill of bucket {bucket} in S3 at {s3} stopped early"),
        }
    })?;
    display.finish(&progress)?;
    Ok(ExitStatus::Success)
}

/// The progress on stderr, and the result on stdout.
struct Display<'a> {
    arguments: &'a arguments::Backfill,
    line: ProgressLine,
}

impl<'a> Display<'a> {
    fn new(arguments: &'a arguments::Backfill) -> Self {
        Self {
            arguments,
            line: ProgressLine::new(arguments.json),
        }
    }

    fn update(&self, progress: &BackfillProgress) {
        let summary = self.summary(progress);
        self.line.update(&summary, progress.last_key.as_deref());
    }

    fn finish(&self, progress: &BackfillProgress) -> anyhow::Result<()> {
        self.line.finish();
        if self.arguments.json {
            let BackfillProgress {
                listed,
                enqueued,
                current,
                foreign,
                last_key,
            } = progress.clone();
            let status = match self.arguments.dry_run {
                true => ReportStatus::WouldBeEnqueued,
                false => ReportStatus::Enqueued,
            };
            let report = Report {
                backfill: Some(BackfillReport {
                    listed,
                    enqueued,
                    skipped: current + foreign,
                    current,
                    foreign,
                    last_key,
                }),
                ..Report::new(ReportCommand::Backfill, status)
            };
            print(&report.to_line()?)
        } else {
            print(&self.summary(progress))
        }
    }

    fn summary(&self, progress: &BackfillProgress) -> String {
        let BackfillProgress {
            listed,
            enqueued,
            current,
            foreign,
            last_key: _,
        } = progress;
        let skipped = current + foreign;
        let verb = if self.arguments.dry_run {
            "would be enqueued"
        } else {
            "enqueued"
        };
        format!(
            "{listed} listed, {enqueued} {verb}, \
             {skipped} skipped ({current} current, {foreign} foreign)"
        )
    }
}
