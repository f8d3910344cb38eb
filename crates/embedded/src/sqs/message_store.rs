//! The messages of a queue.

use std::collections::{BTreeMap, BTreeSet};

use super::message::Message;

/// The messages of a queue by position, which is their order of arrival. Each message is either
/// visible, or invisible until a time in milliseconds since 1970.
#[derive(Debug, Default)]
pub(crate) struct MessageStore {
    messages: BTreeMap<u64, Message>,
    visible: BTreeSet<u64>,
    /// The times when the invisible messages become visible, with their positions.
    invisible: BTreeSet<(u64, u64)>,
    last_position: u64,
}

impl MessageStore {
    /// Returns the position of the next message.
    pub(crate) fn next_position(&self) -> u64 {
        self.last_position + 1
    }

    /// Adds a message at the end. The first [`refresh`](Self::refresh) after its delay makes it
    /// visible.
    pub(crate) fn push(&mut self, message: Message) {
        self.last_position += 1;
        let position = self.last_position;
        self.invisible.insert((message.visible_at_ms, position));
        self.messages.insert(position, message);
    }

    pub(crate) fn get(&self, position: u64) -> Option<&Message> {
        self.messages.get(&position)
    }

    /// Returns the first visible message after `position`.
    pub(crate) fn next_visible(&self, position: u64) -> Option<(u64, &Message)> {
        let next = *self.visible.range(position + 1..).next()?;
        Some((next, self.messages.get(&next)?))
    }

    pub(crate) fn is_visible(&self, position: u64) -> bool {
        self.visible.contains(&position)
    }

    pub(crate) fn visible_count(&self) -> usize {
        self.visible.len()
    }

    /// Returns the messages that are delayed or in flight.
    pub(crate) fn invisible(&self) -> impl Iterator<Item = &Message> {
        let positions = self.invisible.iter();
        positions.filter_map(|(_, position)| self.messages.get(position))
    }

    /// Returns the time when the next invisible message becomes visible.
    pub(crate) fn next_visible_ms(&self) -> Option<u64> {
        self.invisible.first().map(|(at_ms, _)| *at_ms)
    }

    /// Makes a message invisible until `at_ms` and returns it.
    pub(crate) fn make_invisible(&mut self, position: u64, at_ms: u64) -> Option<&mut Message> {
        let message = self.messages.get_mut(&position)?;
        self.visible.remove(&position);
        self.invisible.remove(&(message.visible_at_ms, position));
        message.visible_at_ms = at_ms;
        self.invisible.insert((at_ms, position));
        Some(message)
    }

    pub(crate) fn remove(&mut self, position: u64) -> Option<Message> {
        let message = self.messages.remove(&position)?;
        self.visible.remove(&position);
        self.invisible.remove(&(message.visible_at_ms, position));
        Some(message)
    }

    pub(crate) fn clear(&mut self) {
        self.messages.clear();
        self.visible.clear();
        self.invisible.clear();
    }

    /// Removes messages in order of arrival, until it finds one whose retention period has not
    /// passed. Makes each message visible whose delay or visibility timeout has passed.
    pub(crate) fn refresh(&mut self, now_ms: u64, retention_ms: u64) {
        while let Some((position, message)) = self.messages.first_key_value()
            && message.sent_ms + retention_ms <= now_ms
        {
            let position = *position;
            self.remove(position);
        }
        while let Some((at_ms, position)) = self.invisible.first().copied()
            && at_ms <= now_ms
        {
            self.invisible.remove(&(at_ms, position));
            self.visible.insert(position);
        }
    }
}
