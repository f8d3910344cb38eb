//! The captured output of a child process.

use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// The number of lines that an error quotes.
const QUOTED_LINES: usize = 30;

/// One of the two output streams of a child.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    Stdout,
    Stderr,
}

/// All lines of both streams so far, in the order of arrival.
#[derive(Clone, Default)]
pub(super) struct Captured {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    lines: Vec<(Stream, String)>,
    open_streams: usize,
}

impl Captured {
    /// Reads `source` to its end on a new thread, so that the child never blocks on a full pipe.
    pub(super) fn follow(&self, stream: Stream, source: impl Read + Send + 'static) {
        self.lock().open_streams += 1;
        let captured = self.clone();
        thread::spawn(move || {
            for line in BufReader::new(source).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line)
                    .trim_end_matches('\r')
                    .to_owned();
                captured.lock().lines.push((stream, line));
            }
            captured.lock().open_streams -= 1;
        });
    }

    /// Returns `true` once both streams have been read to their end.
    pub(super) fn is_complete(&self) -> bool {
        self.lock().open_streams == 0
    }

    /// Passes the lines of `stream` to `pick`, starting at line number `from`. Returns the first
    /// result that is not `None`, and the line number from which the next call should start.
    pub(super) fn pick<T>(
        &self,
        stream: Stream,
        from: usize,
        mut pick: impl FnMut(&str) -> Option<T>,
    ) -> (Option<T>, usize) {
        let inner = self.lock();
        for (number, (source, line)) in inner.lines.iter().enumerate().skip(from) {
            if *source == stream
                && let Some(picked) = pick(line)
            {
                return (Some(picked), number + 1);
            }
        }
        (None, inner.lines.len())
    }

    pub(super) fn text(&self, stream: Stream) -> String {
        let inner = self.lock();
        let lines = inner.lines.iter().filter(|(source, _)| *source == stream);
        lines.flat_map(|(_, line)| [line.as_str(), "\n"]).collect()
    }

    /// Returns the last lines of both streams, for errors.
    pub(super) fn tail(&self) -> String {
        let inner = self.lock();
        let skipped = inner.lines.len().saturating_sub(QUOTED_LINES);
        let lines: Vec<&str> = inner
            .lines
            .iter()
            .skip(skipped)
            .map(|(_, line)| line.as_str())
            .collect();
        lines.join("\n")
    }

    /// Locks the state. A reader that panicked has lost at most its next line, so a poisoned lock
    /// is still used.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
