use std::fmt;
use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use thiserror::Error;

/// What went wrong with a child process. The text ends with the last lines that the child wrote.
#[derive(Error)]
pub enum ProcessError {
    /// The program could not be started, waited for or sent a signal.
    #[error("{program}: {source}")]
    Io {
        /// The program, as it was named.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// It ended before it wrote the line that was waited for.
    #[error("{program} ended ({status}) without {what}:\n{tail}")]
    Ended {
        /// The program, as it was named.
        program: String,
        /// What the line was to say.
        what: String,
        /// How it ended.
        status: ExitStatus,
        /// The last lines of both streams.
        tail: String,
    },
    /// It runs, but has not written the line that was waited for.
    #[error("{program} has not shown {what} within {within:?}:\n{tail}")]
    NoLine {
        /// The program, as it was named.
        program: String,
        /// What the line was to say.
        what: String,
        /// How long was waited.
        within: Duration,
        /// The last lines of both streams.
        tail: String,
    },
    /// It was to have ended, and has not.
    #[error("{program} still runs after {within:?}:\n{tail}")]
    StillRunning {
        /// The program, as it was named.
        program: String,
        /// How long was waited.
        within: Duration,
        /// The last lines of both streams.
        tail: String,
    },
}

/// The same sentences, because it is `unwrap` that prints them.
impl fmt::Debug for ProcessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
