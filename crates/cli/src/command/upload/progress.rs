//! A progress bar for each file in transfer.

use std::path::Path;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The progress bars of all files.
pub(super) struct Bars {
    all: MultiProgress,
    style: ProgressStyle,
}

impl Bars {
    /// Progress bars on stderr, if it is a terminal and they are not `hidden`.
    pub(super) fn new(hidden: bool) -> anyhow::Result<Self> {
        let target = if hidden {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let template = "{prefix:24!} {bar:30} {bytes:>10}/{total_bytes} {msg}";
        Ok(Self {
            all: MultiProgress::with_draw_target(target),
            style: ProgressStyle::with_template(template)?,
        })
    }

    pub(super) fn add(&self, file: &Path, size: u64) -> ProgressBar {
        let bar = self.all.add(ProgressBar::new(size));
        bar.set_style(self.style.clone());
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        bar.set_prefix(name.into_owned());
        bar
    }

    /// Removes the bars while `print` runs.
    pub(super) fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        self.all.suspend(print)
    }
}
