//! Messages, and the digests of their content.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use s3s::crypto::{Checksum as _, Md5, Sha256};
use serde::{Deserialize, Serialize};

use super::error::SqsError;

/// A message attribute, as in requests and responses.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AttributeValue {
    pub(crate) data_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) string_value: Option<String>,
    /// The bytes in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) binary_value: Option<String>,
}

/// The attributes, sorted by name as required for their MD5.
pub(crate) type MessageAttributes = BTreeMap<String, AttributeValue>;

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
    /// Checks the limits that apply to every queue.
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
        Ok(())
    }

    /// Returns the size that SQS limits: body plus attributes.
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

fn is_allowed(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
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

/// Returns the MD5 of attributes in hex, or `None` if there are none.
///
/// "Calculating the MD5 message digest for message attributes" in the SQS developer guide.
pub(crate) fn md5_of_attributes(attributes: &MessageAttributes) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut md5 = Md5::new();
    for (name, value) in attributes {
        let field = |md5: &mut Md5, bytes: &[u8]| {
            md5.update(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
            md5.update(bytes);
        };
        field(&mut md5, name.as_bytes());
        field(&mut md5, value.data_type.as_bytes());
        if let Some(text) = &value.string_value {
            md5.update(&[1]);
            field(&mut md5, text.as_bytes());
        } else if let Some(binary) = &value.binary_value {
            md5.update(&[2]);
            field(&mut md5, &BASE64.decode(binary).unwrap_or_default());
        }
    }
    Some(hex::encode(md5.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_allowed_characters_from_one_byte_up_to_the_limit() {
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
