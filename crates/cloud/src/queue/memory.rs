//! A queue in memory, for tests.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use darkroom_contract::Clock;
use time::OffsetDateTime;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::{Message, Queue, QueueDepth, Receipt, RedrivePolicy};
use crate::{CloudError, CloudErrorKind, Faults};

/// A queue in memory with SQS's visibility timeouts, delays and redrive policy. It is cheap to
/// clone, and every clone is the same queue.
///
/// Messages are delivered in the order in which they become visible. Durations follow tokio's
/// clock, which tests may pause. Timestamps follow the [`Clock`].
#[derive(Debug, Clone)]
pub struct MemoryQueue(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clock: Clock,
    redrive: Option<Redrive>,
    entries: Mutex<Entries>,
    changed: Notify,
    faults: Faults,
}

#[derive(Debug)]
struct Redrive {
    max_receive_count: u32,
    dead_letters: MemoryQueue,
}

#[derive(Debug, Default)]
struct Entries {
    by_number: BTreeMap<u64, Entry>,
    next_number: u64,
}

#[derive(Debug)]
struct Entry {
    body: String,
    attributes: BTreeMap<String, String>,
    sent_at: OffsetDateTime,
    first_received_at: Option<OffsetDateTime>,
    receive_count: u32,
    visible_at: Instant,
}

impl MemoryQueue {
    /// Creates an empty queue.
    pub fn new(clock: Clock) -> Self {
        Self::with_redrive(clock, None)
    }

    /// Creates an empty queue that moves a message to `dead_letters` instead of delivering it more
    /// than `max_receive_count` times.
    pub fn with_dead_letters(clock: Clock, max_receive_count: u32, dead_letters: Self) -> Self {
        let redrive = Redrive {
            max_receive_count,
            dead_letters,
        };
        Self::with_redrive(clock, Some(redrive))
    }

    fn with_redrive(clock: Clock, redrive: Option<Redrive>) -> Self {
        Self(Arc::new(Inner {
            clock,
            redrive,
            entries: Mutex::default(),
            changed: Notify::new(),
            faults: Faults::default(),
        }))
    }

    /// Makes every call fail from now on.
    pub fn fail(&self, kind: CloudErrorKind) {
        self.0.faults.fail_all(kind);
    }

    /// Makes every call succeed again.
    pub fn succeed(&self) {
        self.0.faults.clear();
    }

    /// Returns the number of messages, including invisible ones.
    pub fn len(&self) -> usize {
        self.entries().by_number.len()
    }

    /// Returns `true` if the queue has no messages, visible or invisible.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the bodies of all messages, including invisible ones.
    pub fn bodies(&self) -> Vec<String> {
        let entries = self.entries();
        let entries = entries.by_number.values();
        entries.map(|entry| entry.body.clone()).collect()
    }

    fn push(&self, body: &str, attributes: BTreeMap<String, String>, delay: Duration) {
        let entry = Entry {
            body: body.to_owned(),
            attributes,
            sent_at: self.0.clock.now(),
            first_received_at: None,
            receive_count: 0,
            visible_at: Instant::now() + delay,
        };
        let mut entries = self.entries();
        let number = entries.next_number;
        entries.next_number += 1;
        entries.by_number.insert(number, entry);
        drop(entries);
        self.0.changed.notify_waiters();
    }

    /// Delivers up to `max` messages that are visible now. A message that was already delivered
    /// `max_receive_count` times is dead-lettered instead.
    fn take_visible(&self, max: usize, visibility_timeout: Duration) -> Vec<Message> {
        let now = Instant::now();
        let mut entries = self.entries();
        let mut visible: Vec<(Instant, u64)> = entries
            .by_number
            .iter()
            .filter(|(_, entry)| entry.visible_at <= now)
            .map(|(number, entry)| (entry.visible_at, *number))
            .collect();
        visible.sort_unstable();
        let mut messages = Vec::new();
        for (_, number) in visible {
            if messages.len() == max {
                break;
            }
            if self.move_if_exhausted(&mut entries, number) {
                continue;
            }
            if let Some(entry) = entries.by_number.get_mut(&number) {
                entry.receive_count += 1;
                entry.first_received_at.get_or_insert(self.0.clock.now());
                entry.visible_at = now + visibility_timeout;
                messages.push(entry.message(number));
            }
        }
        messages
    }

    fn move_if_exhausted(&self, entries: &mut Entries, number: u64) -> bool {
        let Some(redrive) = &self.0.redrive else {
            return false;
        };
        let is_exhausted = |entry: &mut Entry| entry.receive_count >= redrive.max_receive_count;
        match entries.by_number.get_mut(&number).map(is_exhausted) {
            Some(true) => {}
            Some(false) | None => return false,
        }
        if let Some(entry) = entries.by_number.remove(&number) {
            let dead_letters = &redrive.dead_letters;
            dead_letters.push(&entry.body, entry.attributes, Duration::ZERO);
        }
        true
    }

    fn next_visible_at(&self) -> Option<Instant> {
        let entries = self.entries();
        let entries = entries.by_number.values();
        entries.map(|entry| entry.visible_at).min()
    }

    fn set_timeout(&self, receipt: &Receipt, timeout: Duration) -> Result<(), CloudError> {
        let mut entries = self.entries();
        let entry = entries.in_flight(receipt).ok_or_else(|| {
            CloudError::new(
                CloudErrorKind::Invalid,
                "ChangeMessageVisibility",
                "the receipt handle is no longer valid",
            )
        })?;
        entry.visible_at = Instant::now() + timeout;
        drop(entries);
        self.0.changed.notify_waiters();
        Ok(())
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        let entries = self.0.entries.lock();
        entries.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn message(&self, number: u64) -> Message {
        Message {
            id: format!("message-{number}"),
            receipt: Receipt(format!("{number}-{}", self.receive_count)),
            body: self.body.clone(),
            attributes: self.attributes.clone(),
            receive_count: self.receive_count,
            sent_at: Some(self.sent_at),
            first_received_at: self.first_received_at,
            group: None,
        }
    }
}

impl Entries {
    /// Returns the number of the message if this is its latest receipt.
    fn number(&self, receipt: &Receipt) -> Option<u64> {
        let (number, count) = receipt.0.split_once('-')?;
        let (number, count) = (number.parse().ok()?, count.parse::<u32>().ok()?);
        let entry = self.by_number.get(&number)?;
        (entry.receive_count == count).then_some(number)
    }

    fn in_flight(&mut self, receipt: &Receipt) -> Option<&mut Entry> {
        let number = self.number(receipt)?;
        let entry = self.by_number.get_mut(&number)?;
        (entry.visible_at > Instant::now()).then_some(entry)
    }
}

#[async_trait]
impl Queue for MemoryQueue {
    async fn receive(
        &self,
        max: usize,
        wait: Duration,
        visibility_timeout: Duration,
    ) -> Result<Vec<Message>, CloudError> {
        self.0.faults.call("ReceiveMessage", "").await?;
        let deadline = Instant::now() + wait;
        loop {
            let changed = self.0.changed.notified();
            let messages = self.take_visible(max, visibility_timeout);
            if !messages.is_empty() || Instant::now() >= deadline {
                return Ok(messages);
            }
            let next = self.next_visible_at();
            let wake_at = next.map_or(deadline, |next| next.min(deadline));
            tokio::select! {
                biased;
                () = changed => {}
                () = sleep_until(wake_at) => {}
            }
        }
    }

    /// Deletes messages as SQS does: a stale receipt deletes nothing and causes no error.
    async fn delete(&self, receipts: &[Receipt]) -> Result<Vec<Receipt>, CloudError> {
        self.0.faults.call("DeleteMessageBatch", "").await?;
        let mut entries = self.entries();
        for receipt in receipts {
            if let Some(number) = entries.number(receipt) {
                entries.by_number.remove(&number);
            }
        }
        Ok(Vec::new())
    }

    async fn change_visibility(
        &self,
        receipt: &Receipt,
        timeout: Duration,
    ) -> Result<(), CloudError> {
        self.0.faults.call("ChangeMessageVisibility", "").await?;
        self.set_timeout(receipt, timeout)
    }

    async fn change_visibility_batch(
        &self,
        receipts: &[Receipt],
        timeout: Duration,
    ) -> Result<(), CloudError> {
        self.0
            .faults
            .call("ChangeMessageVisibilityBatch", "")
            .await?;
        for receipt in receipts {
            // A refused message keeps its timeout.
            let _ = self.set_timeout(receipt, timeout);
        }
        Ok(())
    }

    async fn send(&self, bodies: &[String]) -> Result<(), CloudError> {
        self.0.faults.call("SendMessageBatch", "").await?;
        for body in bodies {
            self.push(body, BTreeMap::new(), Duration::ZERO);
        }
        Ok(())
    }

    async fn send_delayed(&self, body: &str, delay: Duration) -> Result<(), CloudError> {
        self.0.faults.call("SendMessage", "").await?;
        self.push(body, BTreeMap::new(), delay);
        Ok(())
    }

    async fn forward(
        &self,
        message: &Message,
        attributes: &BTreeMap<&str, String>,
        delay: Duration,
    ) -> Result<(), CloudError> {
        self.0.faults.call("SendMessage", "").await?;
        let attributes = attributes.iter();
        let attributes = attributes.map(|(name, value)| ((*name).to_owned(), value.clone()));
        self.push(&message.body, attributes.collect(), delay);
        Ok(())
    }

    async fn redrive_policy(&self) -> Result<Option<RedrivePolicy>, CloudError> {
        self.0.faults.call("GetQueueAttributes", "").await?;
        Ok(self.0.redrive.as_ref().map(|redrive| RedrivePolicy {
            max_receive_count: redrive.max_receive_count,
            dead_letters: "dead-letters".to_owned(),
        }))
    }

    async fn depth(&self) -> Result<QueueDepth, CloudError> {
        self.0.faults.call("GetQueueAttributes", "").await?;
        let now = Instant::now();
        let mut depth = QueueDepth::default();
        for entry in self.entries().by_number.values() {
            if entry.visible_at <= now {
                depth.visible += 1;
            } else if entry.receive_count > 0 {
                depth.in_flight += 1;
            } else {
                depth.delayed += 1;
            }
        }
        Ok(depth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Duration = Duration::from_secs(20);
    const TIMEOUT: Duration = Duration::from_secs(30);

    async fn receive_one(queue: &MemoryQueue) -> Message {
        queue.receive(1, WAIT, TIMEOUT).await.unwrap().remove(0)
    }

    #[tokio::test(start_paused = true)]
    async fn a_received_message_is_invisible_until_its_timeout_ends() {
        let queue = MemoryQueue::new(Clock::system());
        queue.send(&["a".to_owned()]).await.unwrap();
        let first = receive_one(&queue).await;
        assert!(queue.receive(1, WAIT, TIMEOUT).await.unwrap().is_empty());
        let second = receive_one(&queue).await;
        assert_eq!((first.receive_count, second.receive_count), (1, 2));
        assert_eq!(queue.delete(&[first.receipt]).await.unwrap(), []);
        assert_eq!(queue.len(), 1, "a stale receipt deletes nothing");
        queue.delete(&[second.receipt]).await.unwrap();
        assert!(queue.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_that_was_delivered_max_receive_count_times_becomes_a_dead_letter() {
        let dead_letters = MemoryQueue::new(Clock::system());
        let queue = MemoryQueue::with_dead_letters(Clock::system(), 2, dead_letters.clone());
        queue.send(&["a".to_owned()]).await.unwrap();
        for _ in 0..2 {
            let message = receive_one(&queue).await;
            queue.release(&[message.receipt]).await.unwrap();
        }
        assert!(queue.receive(1, WAIT, TIMEOUT).await.unwrap().is_empty());
        assert_eq!(dead_letters.bodies(), ["a"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_poll_receives_a_delayed_message_after_its_delay() {
        let queue = MemoryQueue::new(Clock::system());
        let delay = Duration::from_secs(5);
        queue.send_delayed("a", delay).await.unwrap();
        let started_at = Instant::now();
        receive_one(&queue).await;
        assert!(started_at.elapsed() >= delay);
    }
}
