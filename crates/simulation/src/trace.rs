//! The trace of a run: its digest, and its lines if requested.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use tokio::time::Instant;

/// The steps of a run, in order.
#[derive(Debug)]
pub(crate) struct Trace {
    started_at: Instant,
    keeps_lines: bool,
    lines: Vec<String>,
    hasher: DefaultHasher,
    steps: u64,
}

impl Trace {
    pub(crate) fn new(keeps_lines: bool) -> Self {
        Self {
            started_at: Instant::now(),
            keeps_lines,
            lines: Vec::new(),
            // The hasher has fixed keys, so that two runs of a seed have the same digest.
            hasher: DefaultHasher::new(),
            steps: 0,
        }
    }

    /// Adds a step of a process.
    pub(crate) fn add(&mut self, process: &str, step: fmt::Arguments<'_>) {
        let elapsed = self.started_at.elapsed();
        self.steps += 1;
        elapsed.hash(&mut self.hasher);
        process.hash(&mut self.hasher);
        let line = step.to_string();
        line.hash(&mut self.hasher);
        if self.keeps_lines {
            let seconds = elapsed.as_secs_f64();
            self.lines
                .push(format!("{seconds:10.3}  {process:9} {line}"));
        }
    }

    pub(crate) fn digest(&self) -> u64 {
        self.hasher.finish()
    }

    pub(crate) const fn steps(&self) -> u64 {
        self.steps
    }

    pub(crate) fn take_lines(&mut self) -> Vec<String> {
        std::mem::take(&mut self.lines)
    }
}
