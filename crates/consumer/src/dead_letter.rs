//! The reason for a dead letter, stored in the attributes of the message.

use std::collections::BTreeMap;
use std::fmt;

/// The attribute with the reason's code.
const CODE: &str = "darkroom-reason";
/// The attribute with the explanation for people.
const DETAIL: &str = "darkroom-detail";
/// The limit on the detail, which is enough for any error message.
const MAX_DETAIL_CHARS: usize = 400;

/// The reason why a message went to the dead-letter queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetterReason {
    /// A stable code in snake case.
    pub code: String,
    /// The explanation for people. It may be empty.
    pub detail: String,
}

impl DeadLetterReason {
    /// Creates a reason. Shortens `detail` and makes it printable, because SQS accepts neither
    /// control characters nor very long attributes, and an error may quote the queue message.
    pub fn new(code: &str, detail: &impl fmt::Display) -> Self {
        let printable = |character: char| match character {
            ' '..='~' | '\u{a0}'..='\u{d7ff}' => character,
            _ => '\u{b7}',
        };
        let detail = detail.to_string();
        let detail = detail.chars().take(MAX_DETAIL_CHARS).map(printable);
        Self {
            code: code.to_owned(),
            detail: detail.collect(),
        }
    }

    /// Returns the message attributes for the reason. Omits an empty detail, because SQS accepts no
    /// empty value.
    pub fn attributes(&self) -> BTreeMap<&'static str, String> {
        let mut attributes = BTreeMap::from([(CODE, self.code.clone())]);
        if !self.detail.is_empty() {
            attributes.insert(DETAIL, self.detail.clone());
        }
        attributes
    }

    /// Reads the reason from a dead letter's attributes. Returns `None` if SQS itself moved the
    /// message.
    pub fn from_attributes(attributes: &BTreeMap<String, String>) -> Option<Self> {
        Some(Self {
            code: attributes.get(CODE)?.clone(),
            detail: attributes.get(DETAIL).cloned().unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_can_be_read_from_its_attributes() {
        let reason = DeadLetterReason::new("malformed", &"GetObject: unavailable: über");
        let attributes = reason.attributes().into_iter();
        let attributes = attributes.map(|(name, value)| (name.to_owned(), value));
        let read = DeadLetterReason::from_attributes(&attributes.collect());
        assert_eq!(read, Some(reason));
        assert_eq!(DeadLetterReason::from_attributes(&BTreeMap::new()), None);
    }

    #[test]
    fn a_detail_is_always_acceptable_to_sqs() {
        let hostile = format!("event \u{0}\u{1b}[31m\u{fffe}{}", "x".repeat(9000));
        let detail = DeadLetterReason::new("malformed", &hostile).detail;
        assert!(detail.chars().count() <= MAX_DETAIL_CHARS);
        assert!(!detail.chars().any(char::is_control));
        let empty = DeadLetterReason::new("malformed", &"");
        assert!(!empty.attributes().contains_key(DETAIL));
    }
}
