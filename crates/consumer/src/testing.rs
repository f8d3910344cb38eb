//! Queues and handlers for this crate's tests.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use darkroom_cloud::{
    CloudError, CloudErrorKind, MemoryQueue, Message, Queue, QueueDepth, Receipt, RedrivePolicy,
};
use darkroom_contract::Clock;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::{
    Consumer, ConsumerParts, ConsumerSettings, ConsumerStatus, Context, DeadLetterReason,
    Disposition, MessageHandler,
};

/// A call that a consumer made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Call {
    Receive,
    Delete(usize),
    ChangeVisibility(Duration),
    Forward(Duration),
}

/// A queue in memory that records calls.
#[derive(Debug, Clone)]
pub(crate) struct RecordingQueue {
    pub(crate) queue: MemoryQueue,
    /// The calls, each with the time since the queue was created.
    calls: Arc<Mutex<Vec<(Duration, Call)>>>,
    /// If `true`, `forward` fails.
    refuses_sends: Arc<AtomicBool>,
    /// If `true`, `change_visibility` never returns.
    pub(crate) hangs: Arc<AtomicBool>,
    started_at: Instant,
    /// The number of batch deletions that the queue will still refuse.
    refused_deletes: Arc<AtomicUsize>,
}

impl RecordingQueue {
    fn new(queue: MemoryQueue) -> Self {
        Self {
            queue,
            calls: Arc::default(),
            refuses_sends: Arc::default(),
            hangs: Arc::default(),
            started_at: Instant::now(),
            refused_deletes: Arc::default(),
        }
    }

    /// Refuses every message of the next `batches` deletions.
    pub(crate) fn refuse_deletes(&self, batches: usize) {
        self.refused_deletes.store(batches, Ordering::Relaxed);
    }

    /// Makes `forward` fail, or succeed again.
    pub(crate) fn refuse_sends(&self, refuses_sends: bool) {
        let order = Ordering::Relaxed;
        self.refuses_sends.store(refuses_sends, order);
    }

    pub(crate) fn calls(&self) -> Vec<(Duration, Call)> {
        let calls = self.calls.lock();
        calls.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn count(&self, call: &Call) -> usize {
        self.calls().iter().filter(|(_, made)| made == call).count()
    }

    fn record(&self, call: Call) {
        let calls = self.calls.lock();
        let mut calls = calls.unwrap_or_else(PoisonError::into_inner);
        calls.push((self.started_at.elapsed(), call));
    }
}

#[async_trait]
impl Queue for RecordingQueue {
    async fn receive(
        &self,
        max: usize,
        wait: Duration,
        visibility_timeout: Duration,
    ) -> Result<Vec<Message>, CloudError> {
        self.record(Call::Receive);
        self.queue.receive(max, wait, visibility_timeout).await
    }

    async fn delete(&self, receipts: &[Receipt]) -> Result<Vec<Receipt>, CloudError> {
        self.record(Call::Delete(receipts.len()));
        let (order, one_less) = (Ordering::Relaxed, |left: usize| left.checked_sub(1));
        let refused = self.refused_deletes.fetch_update(order, order, one_less);
        if refused.is_ok() {
            return Ok(receipts.to_vec());
        }
        self.queue.delete(receipts).await
    }

    async fn change_visibility(
        &self,
        receipt: &Receipt,
        timeout: Duration,
    ) -> Result<(), CloudError> {
        self.record(Call::ChangeVisibility(timeout));
        if self.hangs.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        self.queue.change_visibility(receipt, timeout).await
    }

    async fn change_visibility_batch(
        &self,
        receipts: &[Receipt],
        timeout: Duration,
    ) -> Result<(), CloudError> {
        self.record(Call::ChangeVisibility(timeout));
        self.queue.change_visibility_batch(receipts, timeout).await
    }

    async fn send(&self, bodies: &[String]) -> Result<(), CloudError> {
        self.queue.send(bodies).await
    }

    async fn send_delayed(&self, body: &str, delay: Duration) -> Result<(), CloudError> {
        self.queue.send_delayed(body, delay).await
    }

    async fn forward(
        &self,
        message: &Message,
        attributes: &BTreeMap<&str, String>,
        delay: Duration,
    ) -> Result<(), CloudError> {
        if self.refuses_sends.load(Ordering::Relaxed) {
            let kind = CloudErrorKind::Forbidden;
            return Err(CloudError::new(kind, "SendMessage", "refused"));
        }
        self.record(Call::Forward(delay));
        self.queue.forward(message, attributes, delay).await
    }

    async fn redrive_policy(&self) -> Result<Option<RedrivePolicy>, CloudError> {
        self.queue.redrive_policy().await
    }

    async fn depth(&self) -> Result<QueueDepth, CloudError> {
        self.queue.depth().await
    }
}

/// A handler that works for a while and then returns a scripted disposition. After the last attempt,
/// it returns `DeadLetter` instead of `Retry`, as every handler must.
#[derive(Debug, Clone)]
pub(crate) struct ScriptedHandler {
    pub(crate) work: Duration,
    pub(crate) disposition: Disposition,
    /// Bodies of the messages that were started.
    started: Arc<Mutex<Vec<String>>>,
    /// Bodies of the messages that were finished.
    finished: Arc<Mutex<Vec<String>>>,
    /// The number of messages in progress.
    in_progress: Arc<AtomicUsize>,
}

impl ScriptedHandler {
    pub(crate) fn new(work: Duration, disposition: Disposition) -> Self {
        Self {
            work,
            disposition,
            started: Arc::default(),
            finished: Arc::default(),
            in_progress: Arc::default(),
        }
    }

    /// Returns the number of messages in progress. An abandoned message no longer counts.
    pub(crate) fn in_progress(&self) -> usize {
        self.in_progress.load(Ordering::Relaxed)
    }

    pub(crate) fn started(&self) -> usize {
        let started = self.started.lock();
        started.unwrap_or_else(PoisonError::into_inner).len()
    }

    pub(crate) fn finished(&self) -> usize {
        let finished = self.finished.lock();
        finished.unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// A guard that counts one message in progress until it is dropped.
struct InProgress(Arc<AtomicUsize>);

impl InProgress {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for InProgress {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn push(list: &Mutex<Vec<String>>, message: &Message) {
    let list = list.lock();
    let mut list = list.unwrap_or_else(PoisonError::into_inner);
    list.push(message.body.clone());
}

#[async_trait]
impl MessageHandler for ScriptedHandler {
    async fn handle(&self, message: &Message, context: &Context) -> Disposition {
        push(&self.started, message);
        let _in_progress = InProgress::new(&self.in_progress);
        sleep(self.work).await;
        push(&self.finished, message);
        match self.disposition.clone() {
            Disposition::Retry if context.attempt.is_last() => exhausted(),
            disposition => disposition,
        }
    }
}

/// Returns the disposition of a message that has no attempts left.
pub(crate) fn exhausted() -> Disposition {
    Disposition::DeadLetter(DeadLetterReason::new("attempts_exhausted", &""))
}

/// A running consumer on in-memory queues.
pub(crate) struct TestConsumer {
    pub(crate) queue: RecordingQueue,
    pub(crate) dead_letters: MemoryQueue,
    pub(crate) status: ConsumerStatus,
    pub(crate) stop: CancellationToken,
    pub(crate) task: JoinHandle<()>,
}

impl TestConsumer {
    pub(crate) fn start(handler: impl MessageHandler, settings: ConsumerSettings) -> Self {
        let dead_letters = MemoryQueue::new(Clock::system());
        let max = settings.max_receive_count;
        let queue = MemoryQueue::with_dead_letters(Clock::system(), max, dead_letters.clone());
        let queue = RecordingQueue::new(queue);
        let parts = ConsumerParts {
            name: "test",
            queue: Arc::new(queue.clone()),
            dead_letters: Arc::new(dead_letters.clone()),
            clock: Clock::system(),
        };
        let consumer = Consumer::new(parts, Arc::new(handler), settings);
        let stop = CancellationToken::new();
        Self {
            queue,
            dead_letters,
            status: consumer.status(),
            task: tokio::spawn(consumer.run(stop.clone())),
            stop,
        }
    }

    pub(crate) async fn send(&self, count: usize) {
        let bodies: Vec<String> = (0..count).map(|number| number.to_string()).collect();
        self.queue.send(&bodies).await.unwrap();
    }
}
