//! One queue, with the visibility and the receipts of its messages.
//!
//! A queue has neither a clock nor a lock. The time is always an argument, in milliseconds since
//! 1970.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use uuid::Uuid;

use super::attributes::QueueAttributes;
use super::deduplication::{self, Deduplication};
use super::error::SqsError;
use super::message::{Message, NewMessage, SentMessage};
use super::message_store::MessageStore;
use super::queue_name::FIFO_SUFFIX;
use super::receipt::Receipt;

/// A queue and its messages.
#[derive(Debug)]
pub(crate) struct Queue {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) attributes: QueueAttributes,
    pub(crate) created_ms: u64,
    pub(crate) modified_ms: u64,
    /// Wakes waiting receivers when a message may become visible earlier than they expect.
    pub(crate) arrivals: Arc<Notify>,
    messages: MessageStore,
    deduplication: Deduplication,
}

/// A received message with its receipt handle.
#[derive(Debug)]
pub(crate) struct ReceivedMessage {
    pub(crate) message: Message,
    pub(crate) receipt: Receipt,
}

/// The result of a receive.
#[derive(Debug, Default)]
pub(crate) struct Received {
    pub(crate) messages: Vec<ReceivedMessage>,
    /// The messages that left the queue because they had been received `max_receive_count` times.
    pub(crate) dead_letters: Vec<Message>,
}

/// The numbers of messages by state.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) visible: usize,
    pub(crate) in_flight: usize,
    pub(crate) delayed: usize,
}

impl Queue {
    pub(crate) fn new(name: String, arn: String, attributes: QueueAttributes, now_ms: u64) -> Self {
        Self {
            name,
            arn,
            attributes,
            created_ms: now_ms,
            modified_ms: now_ms,
            arrivals: Arc::default(),
            messages: MessageStore::default(),
            deduplication: Deduplication::default(),
        }
    }

    pub(crate) fn is_fifo(&self) -> bool {
        self.name.ends_with(FIFO_SUFFIX)
    }

    /// Sends a message. For a repeated deduplication id, returns the earlier message instead.
    pub(crate) fn send(&mut self, new: NewMessage, now_ms: u64) -> Result<SentMessage, SqsError> {
        new.check(self.attributes.max_message_bytes())?;
        let by_content = self.attributes.deduplicates_by_content();
        let deduplication_id = deduplication::id(&new, self.is_fifo(), by_content)?;
        let group = new.message_group_id.as_deref();
        let group = group.filter(|_| self.attributes.deduplicates_by_group());
        // Ids contain no spaces, so the scoped ids of different groups cannot clash.
        let scope = group.map(|group| format!("{group} ")).unwrap_or_default();
        let scoped_id = deduplication_id.as_ref().map(|id| scope + id);
        let id = scoped_id.as_ref();
        if let Some(sent) = id.and_then(|id| self.deduplication.find(id, now_ms)) {
            return Ok(sent);
        }
        let position = self.messages.next_position();
        let sent = SentMessage {
            id: Uuid::now_v7().to_string(),
            sequence_number: self.is_fifo().then(|| format!("{position:020}")),
        };
        if let Some(id) = scoped_id {
            self.deduplication.insert(id, sent.clone(), now_ms);
        }
        let delay = self.delay(&new);
        let message = Message::new(new, &sent, deduplication_id, now_ms, millis(delay));
        self.push(message);
        Ok(sent)
    }

    /// Returns the delay of a message. In a FIFO queue, only the delay of the queue applies.
    fn delay(&self, new: &NewMessage) -> Duration {
        let own = new.delay_seconds.filter(|_| !self.is_fifo());
        own.map_or_else(|| self.attributes.delay(), Duration::from_secs)
    }

    /// Adds a message at the end and wakes waiting receivers.
    pub(crate) fn push(&mut self, message: Message) {
        self.messages.push(message);
        self.arrivals.notify_waiters();
    }

    /// Receives up to `max` messages and makes them invisible for `visibility`.
    ///
    /// Messages that have been received `max_receive_count` times become dead letters instead.
    pub(crate) fn receive(
        &mut self,
        max: usize,
        visibility: Duration,
        max_receive_count: Option<u32>,
        now_ms: u64,
    ) -> Received {
        self.refresh(now_ms);
        let locked = self.locked_groups();
        let mut received = Received::default();
        let mut last = 0;
        while received.messages.len() < max
            && let Some((position, message)) = self.messages.next_visible(last)
        {
            last = position;
            let group = message.group_id.as_ref();
            if group.is_some_and(|group| locked.contains(group)) {
                continue;
            }
            if max_receive_count.is_some_and(|max| message.receive_count >= max) {
                received.dead_letters.extend(self.messages.remove(position));
            } else {
                let message = self.receive_one(position, visibility, now_ms);
                received.messages.extend(message);
            }
        }
        received
    }

    fn receive_one(
        &mut self,
        position: u64,
        visibility: Duration,
        now_ms: u64,
    ) -> Option<ReceivedMessage> {
        let secret = fastrand::u64(..);
        let visible_at_ms = now_ms + millis(visibility);
        let message = self.messages.make_invisible(position, visible_at_ms)?;
        message.receive_count += 1;
        message.first_received_ms.get_or_insert(now_ms);
        message.receipt = Some(secret);
        Some(ReceivedMessage {
            message: message.clone(),
            receipt: Receipt { position, secret },
        })
    }

    /// Returns the FIFO message groups that are blocked by a message in flight.
    fn locked_groups(&self) -> HashSet<String> {
        if !self.is_fifo() {
            return HashSet::new();
        }
        let invisible = self.messages.invisible();
        let in_flight = invisible.filter(|message| message.receipt.is_some());
        in_flight
            .filter_map(|message| message.group_id.clone())
            .collect()
    }

    /// Deletes the message of a receipt. As in SQS, succeeds without any effect if the receipt is
    /// outdated or the message is gone. On a FIFO queue, errors if the visibility timeout has
    /// ended.
    pub(crate) fn delete(&mut self, receipt: &Receipt, now_ms: u64) -> Result<(), SqsError> {
        self.refresh(now_ms);
        if !self.is_current(receipt) {
            return Ok(());
        }
        if self.is_fifo() && self.messages.is_visible(receipt.position) {
            return Err(SqsError::invalid(
                "ReceiptHandle",
                "The receipt handle has expired.",
            ));
        }
        self.messages.remove(receipt.position);
        // The deletion may unlock a group.
        self.arrivals.notify_waiters();
        Ok(())
    }

    /// Makes a message in flight invisible for `visibility` from now. A duration of zero releases
    /// the message.
    pub(crate) fn change_visibility(
        &mut self,
        receipt: &Receipt,
        visibility: Duration,
        now_ms: u64,
    ) -> Result<(), SqsError> {
        self.refresh(now_ms);
        if !self.is_current(receipt) || self.messages.is_visible(receipt.position) {
            return Err(SqsError::MessageNotInflight);
        }
        let visible_at_ms = now_ms + millis(visibility);
        self.messages
            .make_invisible(receipt.position, visible_at_ms);
        self.arrivals.notify_waiters();
        Ok(())
    }

    /// Returns `true` if the message exists and this is its latest receipt.
    fn is_current(&self, receipt: &Receipt) -> bool {
        let message = self.messages.get(receipt.position);
        message.is_some_and(|message| message.receipt == Some(receipt.secret))
    }

    pub(crate) fn purge(&mut self) {
        self.messages.clear();
    }

    pub(crate) fn counts(&mut self, now_ms: u64) -> Counts {
        self.refresh(now_ms);
        let (in_flight, delayed): (Vec<_>, Vec<_>) = self
            .messages
            .invisible()
            .partition(|message| message.receipt.is_some());
        Counts {
            visible: self.messages.visible_count(),
            in_flight: in_flight.len(),
            delayed: delayed.len(),
        }
    }

    /// Returns the time when the next invisible message becomes visible.
    pub(crate) fn next_visible_ms(&self) -> Option<u64> {
        self.messages.next_visible_ms()
    }

    fn refresh(&mut self, now_ms: u64) {
        let retention_ms = millis(self.attributes.retention());
        self.messages.refresh(now_ms, retention_ms);
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX / 4)
}
