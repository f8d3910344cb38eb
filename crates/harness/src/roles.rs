//! Starting issuers and workers on a test bed.

use crate::{Issuer, TestBed, Worker};

impl TestBed {
    /// Starts an issuer that reaches the cloud without the fault proxies.
    ///
    /// # Errors
    /// If the issuer does not start.
    pub async fn start_issuer(&self, settings: &[(&str, &str)]) -> anyhow::Result<Issuer> {
        let mut command = self.direct_command("issuer");
        command.envs(settings.iter().copied());
        Issuer::start(command).await
    }

    /// Starts a worker, and waits until the worker reports that it takes uploads from its queue.
    /// `settings` are environment variables.
    ///
    /// # Errors
    /// If the worker does not start.
    pub async fn start_worker(&self, settings: &[(&str, &str)]) -> anyhow::Result<Worker> {
        let mut worker = self.spawn_worker(settings)?;
        worker.wait_until_polling().await?;
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

    /// Starts a worker. Does not wait until the worker polls, because a test may need a worker that
    /// exits before it polls.
    ///
    /// # Errors
    /// If the binary cannot be run.
    pub fn spawn_worker(&self, settings: &[(&str, &str)]) -> anyhow::Result<Worker> {
        Ok(Worker::new(self.spawn("worker", settings)?))
    }
}
