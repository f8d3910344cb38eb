//! A progress bar for each file in transfer.

use std::path::Path;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The progress bars of all files.
pub(super) struct Bars {
    all: MultiProgress,
    style: ProgressStyle,
}

impl Bars {
    /// Creates progress bars on stderr. Draws them only if `is_drawn` is `true` and stderr is a
    /// terminal.
    pub(super) fn new(is_drawn: bool) -> anyhow::Result<Self> {
        let target = if is_drawn {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
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

    /// Removes the bars from the terminal while `print` runs.
    pub(super) fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        self.all.suspend(print)
    }
}
