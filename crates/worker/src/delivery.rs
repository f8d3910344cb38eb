//! What a message's way so far says about what may have been left behind.

use darkroom_cloud::Message;
use darkroom_contract::Manifest;
use time::OffsetDateTime;

/// One of the times that a message is given out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Delivery {
    receive_count: u32,
    first_received_at: Option<OffsetDateTime>,
    sent_at: Option<OffsetDateTime>,
}

impl Delivery {
    pub(crate) fn of(message: &Message) -> Self {
        Self {
            receive_count: message.receive_count,
            first_received_at: message.first_received_at,
            sent_at: message.sent_at,
        }
    }

    /// The same for who tries once more without giving the message back.
    pub(crate) const fn once_more(self) -> Self {
        Self {
            receive_count: self.receive_count.saturating_add(1),
            ..self
        }
    }

    /// Nobody has had the message before, so nobody was stopped in the middle of it.
    pub(crate) const fn is_first(&self) -> bool {
        self.receive_count <= 1
    }

    /// How long ago the message was sent, which is when its object was written.
    pub(crate) fn age_seconds(&self) -> Option<f64> {
        let age = OffsetDateTime::now_utc() - self.sent_at?;
        // The clocks of two machines differ.
        Some(age.as_seconds_f64().max(0.0))
    }

    /// Whether variants, or this manifest, may be what an earlier try at this very message wrote of
    /// an object that was deleted meanwhile. Those are removed. An outcome from before the message
    /// is not: raw objects may expire, and what was made of them stays.
    pub(crate) fn may_have_left(&self, manifest: Option<&Manifest>) -> bool {
        let is_since = |manifest: &Manifest| {
            let first = self.first_received_at;
            first.is_some_and(|first| first <= manifest.finished_at)
        };
        !self.is_first() && manifest.is_none_or(is_since)
    }
}
