use std::fmt;
use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use thiserror::Error;

/// An error of a child process. The text ends with the last lines of the child's output.
#[derive(Error)]
pub enum ProcessError {
    /// The program could not be started, waited for or sent a signal.
    #[error("{program}: {source}")]
    Io {
        /// The program, as it was named.
        program: String,
        /// The error of the system.
        source: io::Error,
    },
    /// It ended before it wrote the line that was waited for.
    #[error("{program} ended ({status}) without {what}:\n{tail}")]
    Ended {
        /// The program, as it was named.
        program: String,
        /// A description of the line.
        what: String,
        /// Its exit status.
        status: ExitStatus,
        /// The last lines of both streams.
        tail: String,
    },
    /// It runs, but has not written the line that was waited for.
    #[error("{program} has not shown {what} within {within:?}:\n{tail}")]
    NoLine {
        /// The program, as it was named.
        program: String,
        /// A description of the line.
        what: String,
        /// The time limit.
        within: Duration,
        /// The last lines of both streams.
        tail: String,
    },
    /// It was to have ended, and has not.
    #[error("{program} still runs after {within:?}:\n{tail}")]
    StillRunning {
        /// The program, as it was named.
        program: String,
        /// The time limit.
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
