//! The deduplication of a FIFO queue.

use std::collections::HashMap;

use super::error::SqsError;
use super::message::{NewMessage, SentMessage};

/// The deduplication interval of SQS, 5 minutes.
pub(crate) const INTERVAL_MS: u64 = 5 * 60 * 1000;

/// The messages of the last five minutes by deduplication id.
#[derive(Debug, Default)]
pub(crate) struct Deduplication {
    recent: HashMap<String, Recent>,
}

#[derive(Debug)]
struct Recent {
    sent: SentMessage,
    expires_ms: u64,
}

impl Deduplication {
    /// Returns the message that was sent with this id within the interval.
    pub(crate) fn find(&mut self, id: &str, now_ms: u64) -> Option<SentMessage> {
        self.recent.retain(|_, recent| recent.expires_ms > now_ms);
        self.recent.get(id).map(|recent| recent.sent.clone())
    }

    pub(crate) fn insert(&mut self, id: String, sent: SentMessage, now_ms: u64) {
        let expires_ms = now_ms + INTERVAL_MS;
        self.recent.insert(id, Recent { sent, expires_ms });
    }
}

/// Returns the deduplication id of a message. A FIFO queue requires a group id, and a deduplication
/// id unless the queue derives it from the body. A standard queue refuses a deduplication id.
pub(crate) fn id(
    message: &NewMessage,
    is_fifo: bool,
    by_content: bool,
) -> Result<Option<String>, SqsError> {
    if !is_fifo {
        return match &message.message_deduplication_id {
            None => Ok(None),
            Some(_) => Err(SqsError::invalid(
                "MessageDeduplicationId",
                "The request include parameter that is not valid for this queue type.",
            )),
        };
    }
    if message.message_group_id.is_none() {
        return Err(SqsError::MissingParameter("MessageGroupId"));
    }
    match &message.message_deduplication_id {
        Some(id) => Ok(Some(id.clone())),
        None if by_content => Ok(Some(message.content_digest())),
        None => Err(SqsError::invalid(
            "MessageDeduplicationId",
            "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided.",
        )),
    }
}
