//! A `darkroom worker` process.

use std::time::{Duration, Instant};

use darkroom_testkit::process::{Process, Signal};

use super::cloud::Stand;

/// Longer than a start takes on a busy machine.
const START: Duration = Duration::from_secs(60);

/// A running worker; killed when dropped.
pub(crate) struct Worker {
    process: Process,
}

impl Worker {
    /// Starts one with these settings beside the stand's own, and waits until it takes messages.
    pub(crate) async fn start(stand: &Stand, settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let mut worker = Self::spawn(stand, settings)?;
        let ready = |line: &str| line.starts_with("worker takes uploads").then_some(());
        worker
            .process
            .wait_for_line_async("its start", START, ready)
            .await?;
        Ok(worker)
    }

    /// As [`Worker::start`], without waiting: it may die at any moment.
    pub(crate) fn spawn(stand: &Stand, settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let mut command = stand.darkroom("worker");
        command.envs(settings.iter().copied());
        Ok(Self {
            process: Process::start(command)?,
        })
    }

    pub(crate) async fn start_many(
        stand: &Stand,
        count: usize,
        settings: &[(&str, &str)],
    ) -> anyhow::Result<Vec<Self>> {
        let mut workers = Vec::new();
        for _ in 0..count {
            workers.push(Self::start(stand, settings).await?);
        }
        Ok(workers)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) -> anyhow::Result<()> {
        self.process.signal(Signal::KILL)?;
        Ok(())
    }

    /// SIGTERM; how long it took to exit, and whether it exited well.
    pub(crate) async fn terminate(&mut self, within: Duration) -> anyhow::Result<(Duration, bool)> {
        let start = Instant::now();
        let status = self.process.terminate_async(within).await?;
        Ok((start.elapsed(), status.success()))
    }

    /// Waits until it has died by itself.
    pub(crate) async fn until_dead(&mut self, within: Duration) -> anyhow::Result<()> {
        self.process.wait_async(within).await?;
        Ok(())
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        self.process.stderr()
    }
}
