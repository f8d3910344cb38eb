//! The path of an event from the raw bucket to the event queue.

use std::time::Duration;

use darkroom_cloud::{Bucket, CloudErrorKind, Message, Queue, Receipt, SqsQueue};
use tokio::time::{Instant, sleep};

use super::objects::is_gone;
use crate::Doctor;
use crate::finding::{Check, Finding};

/// The time limit of one poll of the queue.
const POLL_WAIT: Duration = Duration::from_secs(1);
/// The interval between two requests for the object if the queue is not polled.
const INTERVAL: Duration = Duration::from_millis(500);
/// The largest backlog in which the event is searched for. Each message that is received costs an
/// attempt.
const MAX_BACKLOG: u64 = 10;

/// The outcome of the wait for an event.
enum Arrival {
    Arrived,
    /// It did not arrive in time.
    Missing,
    /// No worker took it in time, and the queue could not be searched for it.
    Unknown(String),
}

impl Doctor<'_> {
    /// Returns the number of messages in the event queue before the probe is written, or `None` if
    /// it is unknown.
    pub(super) async fn backlog(&self, has_sqs: bool) -> Option<u64> {
        if !has_sqs {
            return None;
        }
        let name = &self.deployment.queues.events;
        let queue = self.deployment.connection.queue(name).await.ok()?;
        Some(queue.depth().await.ok()?.visible)
    }

    /// Waits until the event of the probe's raw object arrives. Either a worker takes it, and
    /// deletes the object, or it is found in the queue.
    pub(super) async fn check_round_trip(&mut self, backlog: Option<u64>) {
        let queues = &self.deployment.queues;
        if self.deployment.completes_uploads || queues.is_fifo() {
            return;
        }
        let raw = &self.deployment.storage.raw_bucket;
        let subject = format!("event of a new object from {raw} to {}", queues.events);
        let seconds = self.deployment.max_wait.as_secs();
        self.report(match self.wait_for_event(backlog).await {
            Arrival::Arrived => Finding::ok(Check::RoundTrip, subject),
            Arrival::Missing => Finding::failed(
                Check::RoundTrip,
                subject,
                format!("it did not arrive within {seconds} s"),
                "run `darkroom provision`, which sets the notification and the policy of the \
                 queue; check that no other program consumes this queue",
            ),
            Arrival::Unknown(reason) => Finding::warning(
                Check::RoundTrip,
                subject,
                format!("no worker took it within {seconds} s, and {reason}"),
                "start a worker and repeat the check",
            ),
        });
    }

    async fn wait_for_event(&self, backlog: Option<u64>) -> Arrival {
        let name = &self.deployment.queues.events;
        let mut search = match (backlog, self.deployment.connection.queue(name).await) {
            (Some(0..=MAX_BACKLOG), Ok(queue)) => Ok(queue),
            (Some(count), _) => Err(format!("{count} messages wait before it")),
            (None, _) => Err("these credentials cannot read the queue".to_owned()),
        };
        let deadline = Instant::now() + self.deployment.max_wait;
        let (raw, key) = (self.deployment.raw(), self.probe.raw_key());
        let mut others = Vec::new();
        let mut arrived = false;
        while !arrived && Instant::now() < deadline {
            if is_gone(&raw.head(&key).await) {
                arrived = true;
                break;
            }
            match &search {
                Ok(queue) => match self.find_event(queue, &mut others).await {
                    Ok(is_found) => arrived = is_found,
                    Err(reason) => search = Err(reason),
                },
                Err(_) => sleep(INTERVAL).await,
            }
        }
        if let Ok(queue) = &search {
            // A failure only means that these messages become visible a little later.
            let _ = queue.release(&others).await;
        }
        match search {
            _ if arrived => Arrival::Arrived,
            Ok(_) => Arrival::Missing,
            Err(reason) => Arrival::Unknown(reason),
        }
    }

    /// Receives messages and deletes the one about the probe. Adds the receipt handles of the other
    /// messages to `others`. These messages stay invisible for now, so that the next poll does not
    /// receive them again.
    async fn find_event(
        &self,
        queue: &SqsQueue,
        others: &mut Vec<Receipt>,
    ) -> Result<bool, String> {
        let visibility = self.deployment.max_wait + POLL_WAIT;
        let received = queue.receive(10, POLL_WAIT, visibility).await;
        let messages = received.map_err(|error| match error.kind {
            CloudErrorKind::Forbidden => "these credentials may not receive messages".to_owned(),
            _ => format!("the queue cannot be read ({error})"),
        })?;
        let id = self.probe.to_string();
        let is_ours = |message: &Message| message.body.contains(&id);
        let (ours, foreign): (Vec<_>, Vec<_>) = messages.into_iter().partition(is_ours);
        others.extend(foreign.into_iter().map(|message| message.receipt));
        let ours: Vec<Receipt> = ours.into_iter().map(|message| message.receipt).collect();
        if ours.is_empty() {
            return Ok(false);
        }
        // A worker ignores a probe whose object is gone, so a failure here does no harm.
        let _ = queue.delete(&ours).await;
        Ok(true)
    }
}
