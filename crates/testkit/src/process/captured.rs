use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// How many lines an error quotes.
const QUOTED_LINES: usize = 30;

/// One of a child's two streams.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    Stdout,
    Stderr,
}

/// Every line that a child has written so far, of both streams, in the order of arrival.
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
    /// Reads `source` to its end on a thread of its own, so that the child never blocks on a full
    /// pipe.
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

    /// Whether everything that will ever be written has been read.
    pub(super) fn is_complete(&self) -> bool {
        self.lock().open_streams == 0
    }

    /// What `pick` makes of the first line of `stream` that it accepts, and how many lines were
    /// looked at, beginning with line number `from`.
    pub(super) fn pick<T>(
        &self,
        stream: Stream,
        from: usize,
        mut pick: impl FnMut(&str) -> Option<T>,
    ) -> (Option<T>, usize) {
        let inner = self.lock();
        for (number, (of, line)) in inner.lines.iter().enumerate().skip(from) {
            if *of == stream
                && let Some(picked) = pick(line)
            {
                return (Some(picked), number + 1);
            }
        }
        (None, inner.lines.len())
    }

    pub(super) fn text(&self, stream: Stream) -> String {
        let inner = self.lock();
        let lines = inner.lines.iter().filter(|(of, _)| *of == stream);
        lines.flat_map(|(_, line)| [line.as_str(), "\n"]).collect()
    }

    /// The last lines of both streams, as errors quote them.
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

    /// A reader that panicked has lost at most its own next line, so the lock is used all the same.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
