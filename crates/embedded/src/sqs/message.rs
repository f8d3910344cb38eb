//! Messages, and the digests of their content.

use s3s::crypto::{Checksum as _, Md5, Sha256};
use serde::Deserialize;

use super::characters::is_allowed;
use super::error::SqsError;
use super::message_attributes::{self, AttributeValue, MessageAttributes};

/// The limit on a group id and on a deduplication id.
const MAX_ID_BYTES: usize = 128;

/// A message to send.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct NewMessage {
    pub(crate) message_body: String,
    #[serde(default)]
    pub(crate) delay_seconds: Option<u64>,
    #[serde(default)]
    pub(crate) message_attributes: MessageAttributes,
    #[serde(default)]
    pub(crate) message_group_id: Option<String>,
    #[serde(default)]
    pub(crate) message_deduplication_id: Option<String>,
}

impl NewMessage {
    /// Checks the message against the limits of SQS, and its size against `max_bytes`.
    pub(crate) fn check(&self, max_bytes: usize) -> Result<(), SqsError> {
        if self.message_body.is_empty() {
            return Err(SqsError::MissingParameter("MessageBody"));
        }
        if self.bytes() > max_bytes {
            let reason = format!("Message must be shorter than {max_bytes} bytes.");
            return Err(SqsError::invalid("MessageBody", reason));
        }
        if !self.message_body.chars().all(is_allowed) {
            return Err(SqsError::InvalidMessageContents);
        }
        if self.delay_seconds.is_some_and(|delay| delay > 900) {
            return Err(SqsError::invalid(
                "DelaySeconds",
                "DelaySeconds must be >= 0 and <= 900.",
            ));
        }
        check_id("MessageGroupId", self.message_group_id.as_deref())?;
        let deduplication_id = self.message_deduplication_id.as_deref();
        check_id("MessageDeduplicationId", deduplication_id)?;
        message_attributes::check(&self.message_attributes)
    }

    /// Returns the size that counts against the limits of SQS: the body plus the attributes.
    pub(crate) fn bytes(&self) -> usize {
        let attribute = |(name, value): (&String, &AttributeValue)| {
            let content = value.string_value.as_ref().or(value.binary_value.as_ref());
            name.len() + value.data_type.len() + content.map_or(0, String::len)
        };
        self.message_body.len() + self.message_attributes.iter().map(attribute).sum::<usize>()
    }

    /// Returns the deduplication id for a FIFO queue with content-based deduplication.
    pub(crate) fn content_digest(&self) -> String {
        hex::encode(Sha256::checksum(self.message_body.as_bytes()))
    }
}

fn check_id(parameter: &'static str, id: Option<&str>) -> Result<(), SqsError> {
    let is_valid = |id: &str| {
        (1..=MAX_ID_BYTES).contains(&id.len()) && id.chars().all(|c| c.is_ascii_graphic())
    };
    if id.is_none_or(is_valid) {
        return Ok(());
    }
    let reason = "It can only include alphanumeric and punctuation characters. 1 to 128 in length.";
    Err(SqsError::invalid(parameter, reason))
}

/// A message in a queue. Times are in milliseconds since 1970.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) body: String,
    pub(crate) attributes: MessageAttributes,
    pub(crate) sent_ms: u64,
    pub(crate) first_received_ms: Option<u64>,
    pub(crate) receive_count: u32,
    pub(crate) group_id: Option<String>,
    pub(crate) deduplication_id: Option<String>,
    /// The sequence number of a message in a FIFO queue.
    pub(crate) sequence_number: Option<String>,
    /// The end of the delay or of the visibility timeout.
    pub(crate) visible_at_ms: u64,
    /// The secret of the last receipt.
    pub(crate) receipt: Option<u64>,
}

/// The ids of a sent message.
#[derive(Clone, Debug)]
pub(crate) struct SentMessage {
    pub(crate) id: String,
    pub(crate) sequence_number: Option<String>,
}

impl Message {
    pub(crate) fn new(
        new: NewMessage,
        sent: &SentMessage,
        deduplication_id: Option<String>,
        now_ms: u64,
        delay_ms: u64,
    ) -> Self {
        Self {
            id: sent.id.clone(),
            body: new.message_body,
            attributes: new.message_attributes,
            sent_ms: now_ms,
            first_received_ms: None,
            receive_count: 0,
            group_id: new.message_group_id,
            deduplication_id,
            sequence_number: sent.sequence_number.clone(),
            visible_at_ms: now_ms + delay_ms,
            receipt: None,
        }
    }

    /// Returns the message as it arrives in a dead-letter queue: visible and never received. Its
    /// retention period continues in a standard queue and starts over in a FIFO queue.
    pub(crate) fn into_dead_letter(self, is_fifo: bool, now_ms: u64) -> Self {
        Self {
            sent_ms: if is_fifo { now_ms } else { self.sent_ms },
            first_received_ms: None,
            receive_count: 0,
            visible_at_ms: now_ms,
            receipt: None,
            ..self
        }
    }
}

/// Returns the MD5 of a body in hex.
pub(crate) fn md5_of_body(body: &str) -> String {
    hex::encode(Md5::checksum(body.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_is_empty_or_too_long_or_has_invalid_characters_is_refused() {
        let body = |text: &str| NewMessage {
            message_body: text.into(),
            ..Default::default()
        };
        assert!(body("\u{1f4f7} photo\n").check(100).is_ok());
        assert!(matches!(
            body("").check(100),
            Err(SqsError::MissingParameter(_))
        ));
        assert!(matches!(
            body("\u{1}").check(100),
            Err(SqsError::InvalidMessageContents)
        ));
        assert!(matches!(
            body("12345").check(4),
            Err(SqsError::InvalidParameterValue { .. })
        ));
    }
}
