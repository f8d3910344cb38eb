//! The summary of a command that processes many files.

use std::time::Instant;

use bytesize::ByteSize;

use crate::report::{Report, ReportStatus};

/// The counts of results and bytes.
pub(crate) struct Summary {
    started: Instant,
    ready: u64,
    skipped: u64,
    rejected: u64,
    failed: u64,
    source_bytes: u64,
    variant_bytes: u64,
}

impl Summary {
    /// Creates a summary without files. Its time starts now.
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            ready: 0,
            skipped: 0,
            rejected: 0,
            failed: 0,
            source_bytes: 0,
            variant_bytes: 0,
        }
    }

    /// Adds the result of one file.
    pub(crate) fn add(&mut self, report: &Report) {
        let count = match report.status {
            ReportStatus::Ready | ReportStatus::InReview if report.skipped => &mut self.skipped,
            ReportStatus::Ready | ReportStatus::InReview => &mut self.ready,
            ReportStatus::Rejected => &mut self.rejected,
            _ => &mut self.failed,
        };
        *count += 1;
        if let (Some(variants), false) = (&report.variants, report.skipped) {
            let source = report.source.as_ref().and_then(|source| source.bytes);
            self.source_bytes += source.unwrap_or_default();
            self.variant_bytes += variants.iter().map(|variant| variant.bytes).sum::<u64>();
        }
    }

    /// Returns the number of files.
    pub(crate) const fn files(&self) -> u64 {
        self.ready + self.skipped + self.rejected + self.failed
    }

    /// Returns the summary as one line.
    pub(crate) fn line(&self) -> String {
        self.line_after(self.started.elapsed().as_secs_f64())
    }

    fn line_after(&self, seconds: f64) -> String {
        let files = self.files();
        let rate = files as f64 / seconds.max(0.001);
        let counts = [
            (self.ready, "ready"),
            (self.skipped, "skipped (already done)"),
            (self.rejected, "rejected"),
            (self.failed, "failed"),
        ];
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let counts: Vec<_> = counts
            .map(|(count, name)| format!("{count} {name}"))
            .collect();
        let counts = counts.join(", ");
        let mut line = format!("{files} files in {seconds:.1} s ({rate:.1} per second): {counts}");
        if self.ready > 0 {
            let [from, to] = [self.source_bytes, self.variant_bytes].map(ByteSize);
            line += &format!("; {} became {}", from.display().iec(), to.display().iec());
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::ReportCommand;

    #[test]
    fn the_summary_counts_each_result_and_the_bytes_of_new_results() {
        let mut summary = Summary::new();
        for status in [
            ReportStatus::Ready,
            ReportStatus::Rejected,
            ReportStatus::Error,
            ReportStatus::Processing,
        ] {
            summary.add(&Report::new(ReportCommand::Process, status));
        }
        summary.add(&Report {
            skipped: true,
            ..Report::new(ReportCommand::Process, ReportStatus::Ready)
        });
        assert_eq!(
            summary.line_after(2.0),
            "5 files in 2.0 s (2.5 per second): 1 ready, 1 skipped (already done), 1 rejected, \
             2 failed; 0 B became 0 B"
        );
    }
}
