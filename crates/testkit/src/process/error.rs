//! The errors of child processes.

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
        /// The name of the program.
        program: String,
        /// The error of the system.
        source: io::Error,
    },
    /// The process ended before it wrote the expected line.
    #[error("{program} ended ({status}) without {what}:\n{tail}")]
    Ended {
        /// The name of the program.
        program: String,
        /// A description of the expected line.
        what: String,
        /// The exit status of the process.
        status: ExitStatus,
        /// The last lines of both streams.
        tail: String,
    },
    /// The process is running, but has not written the expected line.
    #[error("{program} has not shown {what} within {within:?}:\n{tail}")]
    NoLine {
        /// The name of the program.
        program: String,
        /// A description of the expected line.
        what: String,
        /// The time limit.
        within: Duration,
        /// The last lines of both streams.
        tail: String,
    },
    /// The process did not end in time.
    #[error("{program} still runs after {within:?}:\n{tail}")]
    StillRunning {
        /// The name of the program.
        program: String,
        /// The time limit.
        within: Duration,
        /// The last lines of both streams.
        tail: String,
    },
}

/// `unwrap` prints this format, so it is the same as `Display`.
impl fmt::Debug for ProcessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
