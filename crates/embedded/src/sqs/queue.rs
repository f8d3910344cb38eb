//! One queue: which message is visible, who holds it, and when it comes back.
//!
//! Everything here is plain state; the time is always an argument, in milliseconds since 1970.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use uuid::Uuid;

use super::attributes::QueueAttributes;
use super::error::SqsError;
use super::message::{Message, Outgoing};
use super::receipt::Receipt;

/// How long a FIFO queue remembers a deduplication id.
pub(crate) const DEDUPLICATION_MS: u64 = 5 * 60 * 1000;

/// A queue and its messages. The key of a message is its place in the order of arrival.
#[derive(Debug)]
pub(crate) struct Queue {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) attributes: QueueAttributes,
    pub(crate) created_ms: u64,
    pub(crate) modified_ms: u64,
    /// Told whenever a message may have become visible sooner than a waiting receiver thinks.
    pub(crate) arrivals: Arc<Notify>,
    messages: BTreeMap<u64, Message>,
    visible: BTreeSet<u64>,
    /// By the time of coming back.
    hidden: BTreeSet<(u64, u64)>,
    /// FIFO: deduplication id to message id, sequence number and expiry.
    recent: HashMap<String, (Sent, u64)>,
    last_place: u64,
}

/// What a sender is told.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) message_id: String,
    pub(crate) sequence_number: Option<String>,
}

/// A message with the handle that this receive made for it.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) message: Message,
    pub(crate) receipt: Receipt,
}

/// How many messages a queue holds, by what they wait for.
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
            messages: BTreeMap::new(),
            visible: BTreeSet::new(),
            hidden: BTreeSet::new(),
            recent: HashMap::new(),
            last_place: 0,
        }
    }

    pub(crate) fn is_fifo(&self) -> bool {
        self.name.ends_with(".fifo")
    }

    pub(crate) fn send(&mut self, outgoing: Outgoing, now_ms: u64) -> Result<Sent, SqsError> {
        outgoing.check(self.attributes.max_message_bytes())?;
        let deduplication_id = self.deduplication_id(&outgoing)?;
        self.recent.retain(|_, (_, until_ms)| *until_ms > now_ms);
        if let Some((sent, _)) = deduplication_id.as_ref().and_then(|id| self.recent.get(id)) {
            return Ok(sent.clone());
        }
        let delay = outgoing
            .delay_seconds
            .filter(|_| !self.is_fifo())
            .map(Duration::from_secs);
        let delay = delay.unwrap_or_else(|| self.attributes.delay());
        let place = self.last_place + 1;
        let sequence_number = self.is_fifo().then(|| format!("{place:020}"));
        let sent = Sent {
            message_id: Uuid::now_v7().to_string(),
            sequence_number: sequence_number.clone(),
        };
        if let Some(id) = &deduplication_id {
            self.recent
                .insert(id.clone(), (sent.clone(), now_ms + DEDUPLICATION_MS));
        }
        self.add(Message {
            id: sent.message_id.clone(),
            body: outgoing.message_body,
            attributes: outgoing.message_attributes,
            sent_ms: now_ms,
            first_received_ms: None,
            receive_count: 0,
            group_id: outgoing.message_group_id,
            deduplication_id,
            sequence_number,
            visible_at_ms: now_ms + millis(delay),
            receipt: None,
        });
        Ok(sent)
    }

    fn deduplication_id(&self, outgoing: &Outgoing) -> Result<Option<String>, SqsError> {
        if !self.is_fifo() {
            return Ok(outgoing.message_deduplication_id.clone());
        }
        if outgoing.message_group_id.is_none() {
            return Err(SqsError::MissingParameter("MessageGroupId"));
        }
        match &outgoing.message_deduplication_id {
            Some(id) => Ok(Some(id.clone())),
            None if self.attributes.deduplicates_by_content() => {
                Ok(Some(outgoing.content_digest()))
            }
            None => Err(SqsError::invalid(
                "MessageDeduplicationId",
                "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided.",
            )),
        }
    }

    /// Puts a message at the end and wakes the receivers that wait.
    pub(crate) fn add(&mut self, message: Message) {
        self.last_place += 1;
        self.hidden.insert((message.visible_at_ms, self.last_place));
        self.messages.insert(self.last_place, message);
        self.arrivals.notify_waiters();
    }

    /// Up to `max` visible messages, hidden from now on for `visibility`. The second list is what was received too
    /// often already: those messages have left this queue and belong to the dead-letter queue. Without one
    /// (`redrives` is false), they stay and are received on.
    pub(crate) fn receive(
        &mut self,
        max: usize,
        visibility: Duration,
        redrives: bool,
        now_ms: u64,
    ) -> (Vec<Received>, Vec<Message>) {
        self.refresh(now_ms);
        let limit = self
            .attributes
            .redrive()
            .filter(|_| redrives)
            .map(|redrive| redrive.max_receive_count);
        let held = self.held_groups();
        let (mut received, mut given_up) = (Vec::new(), Vec::new());
        let mut after = 0;
        while received.len() < max
            && let Some(place) = self.visible.range(after + 1..).next().copied()
        {
            after = place;
            let Some(message) = self.messages.get(&place) else {
                continue;
            };
            if message
                .group_id
                .as_ref()
                .is_some_and(|group| held.contains(group))
            {
                continue;
            }
            if limit.is_some_and(|limit| message.receive_count >= limit) {
                given_up.extend(self.remove(place));
            } else {
                received.extend(self.hand_out(place, visibility, now_ms));
            }
        }
        (received, given_up)
    }

    fn hand_out(&mut self, place: u64, visibility: Duration, now_ms: u64) -> Option<Received> {
        let message = self.messages.get_mut(&place)?;
        let secret = fastrand::u64(..);
        message.receive_count += 1;
        message.first_received_ms.get_or_insert(now_ms);
        message.receipt = Some(secret);
        message.visible_at_ms = now_ms + millis(visibility);
        self.visible.remove(&place);
        self.hidden.insert((message.visible_at_ms, place));
        Some(Received {
            message: message.clone(),
            receipt: Receipt { place, secret },
        })
    }

    /// FIFO: the groups that have a message in flight, of which no further message may be given out.
    fn held_groups(&self) -> HashSet<String> {
        if !self.is_fifo() {
            return HashSet::new();
        }
        let held = self
            .hidden
            .iter()
            .filter_map(|(_, place)| self.messages.get(place));
        held.filter(|message| message.receipt.is_some())
            .filter_map(|message| message.group_id.clone())
            .collect()
    }

    /// Deletes the message of a handle. As in SQS, a handle that is no longer the last one succeeds and deletes
    /// nothing, and so does one of a message that is gone.
    pub(crate) fn delete(&mut self, receipt: &Receipt, now_ms: u64) -> Result<(), SqsError> {
        self.refresh(now_ms);
        let current = self
            .messages
            .get(&receipt.place)
            .is_some_and(|message| message.receipt == Some(receipt.secret));
        if !current {
            return Ok(());
        }
        if self.is_fifo() && self.visible.contains(&receipt.place) {
            return Err(SqsError::invalid(
                "ReceiptHandle",
                "The receipt handle has expired.",
            ));
        }
        self.remove(receipt.place);
        // The next message of the group may be free now.
        self.arrivals.notify_waiters();
        Ok(())
    }

    /// Hides a message for `visibility` from now on; zero gives it back at once.
    pub(crate) fn change_visibility(
        &mut self,
        receipt: &Receipt,
        visibility: Duration,
        now_ms: u64,
    ) -> Result<(), SqsError> {
        self.refresh(now_ms);
        let message = self.messages.get_mut(&receipt.place);
        let message = message.filter(|message| message.receipt == Some(receipt.secret));
        let message = message.ok_or(SqsError::MessageNotInflight)?;
        if !self.hidden.remove(&(message.visible_at_ms, receipt.place)) {
            return Err(SqsError::MessageNotInflight);
        }
        message.visible_at_ms = now_ms + millis(visibility);
        self.hidden.insert((message.visible_at_ms, receipt.place));
        self.arrivals.notify_waiters();
        Ok(())
    }

    pub(crate) fn purge(&mut self) {
        self.messages.clear();
        self.visible.clear();
        self.hidden.clear();
    }

    pub(crate) fn counts(&mut self, now_ms: u64) -> Counts {
        self.refresh(now_ms);
        let hidden = self
            .hidden
            .iter()
            .filter_map(|(_, place)| self.messages.get(place));
        let in_flight = hidden.filter(|message| message.receipt.is_some()).count();
        Counts {
            visible: self.visible.len(),
            in_flight,
            delayed: self.hidden.len() - in_flight,
        }
    }

    /// When the next hidden message becomes visible.
    pub(crate) fn next_visible_ms(&self) -> Option<u64> {
        self.hidden.first().map(|(at_ms, _)| *at_ms)
    }

    /// Brings the state to `now_ms`: messages whose time has come are visible, messages past retention are gone.
    fn refresh(&mut self, now_ms: u64) {
        let retention_ms = millis(self.attributes.retention());
        while let Some((_, first)) = self.messages.first_key_value()
            && first.sent_ms + retention_ms <= now_ms
        {
            let place = self
                .messages
                .first_key_value()
                .map_or(0, |(place, _)| *place);
            self.remove(place);
        }
        while let Some((at_ms, place)) = self.hidden.first().copied()
            && at_ms <= now_ms
        {
            self.hidden.remove(&(at_ms, place));
            self.visible.insert(place);
        }
    }

    fn remove(&mut self, place: u64) -> Option<Message> {
        let message = self.messages.remove(&place)?;
        self.visible.remove(&place);
        self.hidden.remove(&(message.visible_at_ms, place));
        Some(message)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX / 4)
}
