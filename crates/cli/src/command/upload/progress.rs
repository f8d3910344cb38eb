//! A progress bar for each file in transfer, and one for all files.

use std::path::Path;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::path_text::path_text;
use crate::progress::files_bar;

/// The progress bars of all files.
pub(super) struct Bars {
    all: MultiProgress,
    style: ProgressStyle,
    /// The bar that counts files. It is not drawn if there is only one.
    files: ProgressBar,
}

impl Bars {
    /// Creates progress bars on stderr. Draws them only if `is_drawn` is `true` and stderr is a
    /// terminal.
    pub(super) fn new(files: usize, is_drawn: bool) -> anyhow::Result<Self> {
        let target = if is_drawn {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let template = "{prefix:24!} {bar:30} {bytes:>10}/{total_bytes} {bytes_per_sec} {msg}";
        let all = MultiProgress::with_draw_target(target);
        let files_bar = files_bar(files, !is_drawn)?;
        if files > 1 {
            all.add(files_bar.clone());
        }
        Ok(Self {
            all,
            style: ProgressStyle::with_template(template)?,
            files: files_bar,
        })
    }

    pub(super) fn add(&self, file: &Path, size: u64) -> ProgressBar {
        let bar = self.all.add(ProgressBar::new(size));
        bar.set_style(self.style.clone());
        bar.set_prefix(path_text(file.file_name().unwrap_or_default().as_ref()));
        bar
    }

    /// Counts a finished file.
    pub(super) fn finish_file(&self) {
        self.files.inc(1);
    }

    /// Removes the bar that counts files.
    pub(super) fn clear(&self) {
        self.files.finish_and_clear();
    }

    /// Removes the bars from the terminal while `print` runs.
    pub(super) fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        self.all.suspend(print)
    }
}
