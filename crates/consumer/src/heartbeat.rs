//! The heartbeat that keeps a message invisible while it is being processed.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use darkroom_cloud::{Queue, Receipt};
use darkroom_telemetry::metric;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

/// The time that a heartbeat call in flight may still take after the grace period.
const LAST_HEARTBEAT: Duration = Duration::from_millis(300);

/// The heartbeat of one delivery.
#[derive(Debug)]
pub(crate) struct Heartbeat<'a> {
    pub(crate) name: &'static str,
    pub(crate) queue: &'a dyn Queue,
    pub(crate) receipt: &'a Receipt,
    pub(crate) visibility_timeout: Duration,
    /// Cancelled when the grace period is over.
    pub(crate) overdue: &'a CancellationToken,
}

/// The result of work under a heartbeat.
#[derive(Debug)]
pub(crate) enum WorkEnd<T> {
    /// The work is finished.
    Finished(T),
    /// The grace period is over, so the message must be released.
    Overdue,
    /// No heartbeat succeeded in time, so the message is about to be delivered to another consumer.
    /// If the work continued, it could write outputs that the other consumer has already deleted.
    Lost,
}

impl Heartbeat<'_> {
    /// Runs `work` to its end, and keeps the message invisible meanwhile. Abandons the work when
    /// the grace period is over or the message is about to become visible.
    ///
    /// When this returns, no heartbeat call is in flight. A late call would overwrite the
    /// visibility timeout that the caller sets next.
    pub(crate) async fn run<T>(&self, work: impl Future<Output = T>) -> WorkEnd<T> {
        let done = CancellationToken::new();
        let extended_at = Mutex::new(Instant::now());
        // Heartbeats are due at 1/3 and 2/3 of the timeout, no matter how long the previous one
        // took. If both fail, the work is abandoned at 5/6.
        let interval = self.visibility_timeout / 3;
        let heartbeat = async {
            let mut due_at = Instant::now() + interval;
            while done
                .run_until_cancelled(sleep_until(due_at))
                .await
                .is_some()
            {
                due_at += interval;
                tokio::select! {
                    biased;
                    () = self.beat(interval, &extended_at) => {}
                    () = last_heartbeat(self.overdue) => {}
                }
            }
        };
        let work = async {
            let ended = tokio::select! {
                biased;
                result = self.overdue.run_until_cancelled(work) => {
                    result.map_or(WorkEnd::Overdue, WorkEnd::Finished)
                }
                () = self.lost(&extended_at) => WorkEnd::Lost,
            };
            done.cancel();
            ended
        };
        tokio::join!(work, heartbeat).0
    }

    /// Waits until shortly before the current visibility timeout ends.
    async fn lost(&self, extended_at: &Mutex<Instant>) {
        loop {
            let deadline = read(extended_at) + self.visibility_timeout * 5 / 6;
            if deadline <= Instant::now() {
                return;
            }
            sleep_until(deadline).await;
        }
    }

    async fn beat(&self, time_limit: Duration, extended_at: &Mutex<Instant>) {
        let started_at = Instant::now();
        let extended = self
            .queue
            .change_visibility(self.receipt, self.visibility_timeout);
        let error = match timeout(time_limit, extended).await {
            Ok(Ok(())) => {
                *extended_at.lock().unwrap_or_else(PoisonError::into_inner) = started_at;
                return;
            }
            Ok(Err(error)) => error.to_string(),
            Err(elapsed) => elapsed.to_string(),
        };
        metric::HEARTBEAT_FAILURES.add(1, [self.name]);
        tracing::warn!(
            queue = self.name,
            error,
            "cannot extend a visibility timeout"
        );
    }
}

fn read(instant: &Mutex<Instant>) -> Instant {
    *instant.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn last_heartbeat(overdue: &CancellationToken) {
    overdue.cancelled().await;
    sleep(LAST_HEARTBEAT).await;
}
