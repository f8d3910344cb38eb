//! The progress of a command that processes many files.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// The time between two updates of the remaining time.
const TICK: Duration = Duration::from_millis(200);

/// Creates a bar on stderr with the number of files, the rate and the time left. It is drawn only
/// if there are several files, the output is not JSON, and stderr is a terminal.
pub(crate) fn files_bar(files: usize, is_json: bool) -> anyhow::Result<ProgressBar> {
    if is_json || files < 2 {
        return Ok(ProgressBar::hidden());
    }
    let bar = ProgressBar::new(files as u64).with_style(files_style()?);
    bar.enable_steady_tick(TICK);
    Ok(bar)
}

/// Returns the style of a bar that counts files.
pub(crate) fn files_style() -> anyhow::Result<ProgressStyle> {
    let template = "{bar:40} {pos}/{len} files, {per_sec}, {eta} left";
    Ok(ProgressStyle::with_template(template)?)
}
