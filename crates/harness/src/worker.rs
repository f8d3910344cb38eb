//! Worker processes.

use std::time::{Duration, Instant};

use darkroom_testkit::process::{Process, Signal};

use crate::DEADLINE;
use crate::announcement::announcement;

/// A running `darkroom worker`. Dropping this value kills the process.
pub struct Worker {
    process: Process,
}

impl Worker {
    pub(crate) const fn new(process: Process) -> Self {
        Self { process }
    }

    /// Waits until the worker reports that it takes uploads from its queue.
    pub(crate) async fn wait_until_polling(&mut self) -> anyhow::Result<()> {
        let ready = |line: &str| {
            let line = announcement(line);
            line.starts_with("worker takes uploads").then_some(())
        };
        self.process
            .wait_for_line_async("the start of the worker", DEADLINE, ready)
            .await?;
        Ok(())
    }

    /// Returns the process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Sends SIGKILL.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn kill(mut self) -> anyhow::Result<()> {
        Ok(self.process.signal(Signal::KILL)?)
    }

    /// Sends SIGTERM without waiting.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn signal_stop(&mut self) -> anyhow::Result<()> {
        Ok(self.process.signal(Signal::TERM)?)
    }

    /// Sends SIGTERM and waits for the exit. Returns the time that the exit took, and `true` if the
    /// exit status is success.
    ///
    /// # Errors
    /// If the worker has not exited after the time `within`.
    pub async fn terminate(&mut self, within: Duration) -> anyhow::Result<(Duration, bool)> {
        let start = Instant::now();
        let status = self.process.terminate_async(within).await?;
        Ok((start.elapsed(), status.success()))
    }

    /// Waits until the worker has exited by itself.
    ///
    /// # Errors
    /// If the worker has not exited after the time `within`.
    pub async fn wait_for_exit(&mut self, within: Duration) -> anyhow::Result<()> {
        self.process.wait_async(within).await?;
        Ok(())
    }

    /// Returns the log so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.process.stderr()
    }
}
