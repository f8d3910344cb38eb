//! All queues of the process: their clock, their lock, and the long poll.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::attributes::{AttributeMap, QueueAttributes};
use super::clock::Clock;
use super::error::SqsError;
use super::message::{NewMessage, SentMessage};
use super::queue::{Queue, ReceivedMessage};
use super::queue_name::{self, FIFO_SUFFIX};
use super::state::{ReceiveOptions, State};

/// The queues. Their lock is never held across an await.
#[derive(Debug)]
pub(crate) struct Queues {
    pub(crate) region: String,
    clock: Clock,
    state: Mutex<State>,
    stopping: CancellationToken,
}

impl Queues {
    /// Creates an empty set of queues. Long polls end when `stopping` is cancelled.
    pub(crate) fn new(region: String, stopping: CancellationToken) -> Self {
        Self {
            region,
            clock: Clock::start(),
            state: Mutex::default(),
            stopping,
        }
    }

    /// Calls `f` with a queue and the current time.
    pub(crate) fn with<T>(
        &self,
        name: &str,
        f: impl FnOnce(&mut Queue, u64) -> Result<T, SqsError>,
    ) -> Result<T, SqsError> {
        f(self.lock().queue(name)?, self.clock.now_ms())
    }

    /// Errors if no queue has this name.
    pub(crate) fn check_exists(&self, name: &str) -> Result<(), SqsError> {
        self.lock().queue(name).map(drop)
    }

    /// Returns the names that begin with `prefix`.
    pub(crate) fn names(&self, prefix: &str) -> Vec<String> {
        let state = self.lock();
        let names = state.queues.keys();
        names
            .filter(|name| name.starts_with(prefix))
            .cloned()
            .collect()
    }

    /// Creates a queue. If the queue exists and its attributes match `wanted`, succeeds without any
    /// effect.
    pub(crate) fn create(&self, name: &str, mut wanted: AttributeMap) -> Result<(), SqsError> {
        queue_name::check(name)?;
        let is_fifo = match wanted.remove("FifoQueue").as_deref() {
            None => false,
            Some("true") => true,
            Some(_) => return Err(SqsError::InvalidAttributeValue("FifoQueue".into())),
        };
        if is_fifo != name.ends_with(FIFO_SUFFIX) {
            let reason = "The name of a FIFO queue must end with .fifo, and no other name may.";
            return Err(SqsError::invalid("QueueName", reason));
        }
        let mut attributes = QueueAttributes::new(is_fifo);
        attributes.apply(&wanted)?;
        let mut state = self.lock();
        if let Some(existing) = state.queues.get(name) {
            return match existing.attributes.difference(&attributes) {
                Some(attribute) => Err(SqsError::QueueNameExists(attribute)),
                None => Ok(()),
            };
        }
        state.check_redrive(&self.arn(name), is_fifo, &attributes)?;
        let queue = Queue::new(name.into(), self.arn(name), attributes, self.clock.now_ms());
        state.queues.insert(name.into(), queue);
        Ok(())
    }

    /// Changes all given attributes of a queue, or none of them if one is invalid.
    pub(crate) fn set_attributes(
        &self,
        name: &str,
        changes: &AttributeMap,
    ) -> Result<(), SqsError> {
        let mut state = self.lock();
        let queue = state.queue(name)?;
        let (is_fifo, mut attributes) = (queue.is_fifo(), queue.attributes.clone());
        attributes.apply(changes)?;
        state.check_redrive(&self.arn(name), is_fifo, &attributes)?;
        let queue = state.queue(name)?;
        queue.attributes = attributes;
        queue.modified_ms = self.clock.now_ms();
        Ok(())
    }

    /// Sends a message.
    pub(crate) fn send(&self, name: &str, message: NewMessage) -> Result<SentMessage, SqsError> {
        self.with(name, |queue, now_ms| queue.send(message, now_ms))
    }

    /// Receives messages. If there are none, waits for the first message. The wait time comes from
    /// `options` or, by default, from the queue's attributes.
    ///
    /// When the server stops, the wait ends early. This function is cancel safe: dropping the
    /// future takes nothing from the queue.
    pub(crate) async fn receive(
        &self,
        name: &str,
        options: &ReceiveOptions,
    ) -> Result<Vec<ReceivedMessage>, SqsError> {
        let (arrivals, queue_wait) = self.with(name, |queue, _| {
            Ok((Arc::clone(&queue.arrivals), queue.attributes.wait()))
        })?;
        let deadline = Instant::now() + options.wait.unwrap_or(queue_wait);
        loop {
            let arrival = arrivals.notified();
            tokio::pin!(arrival);
            // The poll registers for arrivals before it receives, so that it does not miss a
            // message that arrives in between.
            arrival.as_mut().enable();
            let (received, next_visible) = self.try_receive(name, options)?;
            if !received.is_empty() || Instant::now() >= deadline || self.stopping.is_cancelled() {
                return Ok(received);
            }
            let wake = next_visible.map_or(deadline, |at| at.min(deadline));
            tokio::select! {
                _ = timeout_at(wake, arrival) => {}
                () = self.stopping.cancelled() => {}
            }
        }
    }

    /// Receives without waiting. Also returns the time when the next invisible message becomes
    /// visible.
    fn try_receive(
        &self,
        name: &str,
        options: &ReceiveOptions,
    ) -> Result<(Vec<ReceivedMessage>, Option<Instant>), SqsError> {
        let now_ms = self.clock.now_ms();
        let mut state = self.lock();
        let received = state.receive(name, options, now_ms)?;
        let next_ms = state.queue(name)?.next_visible_ms();
        let next = next_ms
            .map(|at_ms| Instant::now() + Duration::from_millis(at_ms.saturating_sub(now_ms)));
        Ok((received, next))
    }

    /// Returns the ARN of a queue, whether it exists or not.
    pub(crate) fn arn(&self, name: &str) -> String {
        queue_name::to_arn(&self.region, name)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
