//! Worker processes.

use std::time::{Duration, Instant};

use darkroom_testkit::process::{Process, Signal};

use crate::{DEADLINE, TestBed};

/// A running `darkroom worker`. It is killed when this is dropped.
pub struct Worker {
    process: Process,
}

impl TestBed {
    /// Starts a worker with these settings (environment variables), and waits until it polls.
    ///
    /// # Errors
    /// If it does not start.
    pub async fn start_worker(&self, settings: &[(&str, &str)]) -> anyhow::Result<Worker> {
        let mut worker = self.spawn_worker(settings)?;
        let ready = |line: &str| line.starts_with("worker takes uploads").then_some(());
        let process = &mut worker.process;
        process
            .wait_for_line_async("its start", DEADLINE, ready)
            .await?;
        Ok(worker)
    }

    /// Starts several workers with the same settings.
    ///
    /// # Errors
    /// If one of them does not start.
    pub async fn start_workers(
        &self,
        count: usize,
        settings: &[(&str, &str)],
    ) -> anyhow::Result<Vec<Worker>> {
        let mut workers = Vec::new();
        for _ in 0..count {
            workers.push(self.start_worker(settings).await?);
        }
        Ok(workers)
    }

    /// Starts a worker without waiting for it, because it may exit at any moment.
    ///
    /// # Errors
    /// If the binary cannot be run.
    pub fn spawn_worker(&self, settings: &[(&str, &str)]) -> anyhow::Result<Worker> {
        Ok(Worker {
            process: self.spawn("worker", settings)?,
        })
    }
}

impl Worker {
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
    /// If it does not exit `within` that time.
    pub async fn terminate(&mut self, within: Duration) -> anyhow::Result<(Duration, bool)> {
        let start = Instant::now();
        let status = self.process.terminate_async(within).await?;
        Ok((start.elapsed(), status.success()))
    }

    /// Waits until the worker has exited by itself.
    ///
    /// # Errors
    /// If it does not exit `within` that time.
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
