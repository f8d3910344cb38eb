//! The progress of a command that reads the whole store.

use std::io::IsTerminal;

use indicatif::ProgressBar;

use crate::console::{eprint, print};

/// The progress on stderr. On a terminal, one line shows the latest numbers. Otherwise, every update
/// adds a line, except with `--json`.
pub(crate) struct ProgressLine {
    json: bool,
    bar: Option<ProgressBar>,
}

impl ProgressLine {
    /// Creates the line. Nothing is shown yet.
    pub(crate) fn new(json: bool) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        Self {
            json,
            bar: is_terminal.then(ProgressBar::new_spinner),
        }
    }

    /// Shows a summary, and the last key up to which all objects are done.
    pub(crate) fn update(&self, summary: &str, last_key: Option<&str>) {
        match &self.bar {
            Some(bar) => {
                bar.set_message(summary.to_owned());
                bar.tick();
            }
            None if self.json => {}
            None => {
                let key = last_key.unwrap_or_default();
                eprint(&format!("{summary}; up to {key}"));
            }
        }
    }

    /// Prints a line on stdout.
    pub(crate) fn print(&self, line: &str) -> anyhow::Result<()> {
        match &self.bar {
            Some(bar) => bar.suspend(|| print(line)),
            None => print(line),
        }
    }

    /// Removes the line from the terminal.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
