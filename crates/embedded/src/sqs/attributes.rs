//! The attributes of a queue.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::error::SqsError;
use super::redrive::{Redrive, RedriveAllow};

/// Attributes by name, as in requests and responses.
pub(crate) type AttributeMap = BTreeMap<String, String>;

/// The numeric attributes: name, minimum, maximum and default, from `SetQueueAttributes` in the SQS
/// API reference.
const NUMBERS: [(&str, u64, u64, u64); 5] = [
    ("DelaySeconds", 0, 900, 0),
    ("MaximumMessageSize", 1_024, 1_048_576, 1_048_576),
    ("MessageRetentionPeriod", 60, 1_209_600, 345_600),
    ("ReceiveMessageWaitTimeSeconds", 0, 20, 0),
    ("VisibilityTimeout", 0, 43_200, 30),
];

/// The attributes that accept one of two values: the name, the values with the default first, and
/// `true` if only FIFO queues have the attribute.
const CHOICES: [(&str, [&str; 2], bool); 4] = [
    ("SqsManagedSseEnabled", ["true", "false"], false),
    ("ContentBasedDeduplication", ["false", "true"], true),
    ("DeduplicationScope", ["queue", "messageGroup"], true),
    (
        "FifoThroughputLimit",
        ["perQueue", "perMessageGroupId"],
        true,
    ),
];

/// The other names that a client may request: `All`, the policy documents, and the values that the
/// queue computes.
const OTHERS: [&str; 11] = [
    "All",
    "Policy",
    "RedrivePolicy",
    "RedriveAllowPolicy",
    "QueueArn",
    "FifoQueue",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
];

/// Errors if this is neither the name of a queue attribute nor `All`.
pub(crate) fn check_name(name: &str) -> Result<(), SqsError> {
    let is_number = NUMBERS.iter().any(|number| number.0 == name);
    let is_choice = CHOICES.iter().any(|choice| choice.0 == name);
    if is_number || is_choice || OTHERS.contains(&name) {
        return Ok(());
    }
    Err(SqsError::InvalidAttributeName(name.to_owned()))
}

/// The validated attributes that a client has set.
#[derive(Clone, Debug, Default)]
pub(crate) struct QueueAttributes {
    is_fifo: bool,
    set: AttributeMap,
    redrive: Option<Redrive>,
    redrive_allow: RedriveAllow,
}

/// Parses a policy document with `parse`. Returns `None` for an empty document, because an empty
/// value removes the attribute.
fn parse<T>(
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, SqsError>,
) -> Result<Option<T>, SqsError> {
    (!text.is_empty()).then(|| parse(text)).transpose()
}

impl QueueAttributes {
    pub(crate) fn new(is_fifo: bool) -> Self {
        Self {
            is_fifo,
            ..Default::default()
        }
    }

    /// Applies all attributes of a request, or none of them if any is invalid. `FifoQueue` is
    /// invalid here, because it can only be set at creation.
    pub(crate) fn apply(&mut self, changes: &AttributeMap) -> Result<(), SqsError> {
        let mut next = self.clone();
        for (name, value) in changes {
            next.apply_one(name, value)?;
        }
        // A throughput limit per message group requires deduplication per message group.
        let per_group = next.chosen("FifoThroughputLimit") == "perMessageGroupId";
        if per_group && !next.deduplicates_by_group() {
            let name = "FifoThroughputLimit".to_owned();
            return Err(SqsError::InvalidAttributeValue(name));
        }
        *self = next;
        Ok(())
    }

    fn apply_one(&mut self, name: &str, value: &str) -> Result<(), SqsError> {
        let invalid = || SqsError::InvalidAttributeValue(name.to_owned());
        let number = NUMBERS.iter().find(|number| number.0 == name);
        let mut choices = CHOICES.iter();
        let choice = choices.find(|choice| choice.0 == name && (self.is_fifo || !choice.2));
        match (name, number, choice) {
            (_, Some((_, min, max, _)), _) => {
                let number: u64 = value.parse().map_err(|_| invalid())?;
                if !(*min..=*max).contains(&number) {
                    return Err(invalid());
                }
            }
            (_, _, Some((_, values, _))) if !values.contains(&value) => return Err(invalid()),
            (_, _, Some(_)) => {}
            ("RedrivePolicy", ..) => self.redrive = parse(value, Redrive::parse)?,
            ("RedriveAllowPolicy", ..) => {
                self.redrive_allow = parse(value, RedriveAllow::parse)?.unwrap_or_default();
            }
            ("Policy", ..) => {
                parse(value, |text| {
                    serde_json::from_str::<Value>(text).map_err(|_| invalid())
                })?;
            }
            _ => return Err(SqsError::InvalidAttributeName(name.to_owned())),
        }
        if value.is_empty() {
            self.set.remove(name);
        } else {
            self.set.insert(name.to_owned(), value.to_owned());
        }
        Ok(())
    }

    /// Returns every attribute with its value or default.
    pub(crate) fn all(&self) -> AttributeMap {
        let defaults = NUMBERS
            .iter()
            .map(|(name, _, _, default)| ((*name).to_owned(), default.to_string()));
        let mut all: AttributeMap = defaults.collect();
        let choices = CHOICES.iter().filter(|choice| self.is_fifo || !choice.2);
        all.extend(choices.map(|(name, values, _)| ((*name).to_owned(), values[0].to_owned())));
        all.extend(self.set.clone());
        all
    }

    /// Returns the name of the first attribute whose value in `wanted` differs from the current
    /// value.
    pub(crate) fn difference(&self, wanted: &Self) -> Option<String> {
        let all = self.all();
        wanted
            .set
            .iter()
            .find(|(name, value)| all.get(*name) != Some(*value))
            .map(|(name, _)| name.clone())
    }

    pub(crate) fn redrive(&self) -> Option<&Redrive> {
        self.redrive.as_ref()
    }

    pub(crate) fn visibility(&self) -> Duration {
        self.seconds("VisibilityTimeout")
    }

    pub(crate) fn delay(&self) -> Duration {
        self.seconds("DelaySeconds")
    }

    pub(crate) fn wait(&self) -> Duration {
        self.seconds("ReceiveMessageWaitTimeSeconds")
    }

    pub(crate) fn retention(&self) -> Duration {
        self.seconds("MessageRetentionPeriod")
    }

    pub(crate) fn max_message_bytes(&self) -> usize {
        usize::try_from(self.number("MaximumMessageSize")).unwrap_or(usize::MAX)
    }

    pub(crate) fn redrive_allow(&self) -> &RedriveAllow {
        &self.redrive_allow
    }

    pub(crate) fn deduplicates_by_content(&self) -> bool {
        self.chosen("ContentBasedDeduplication") == "true"
    }

    /// Returns `true` if a deduplication id applies only within its message group.
    pub(crate) fn deduplicates_by_group(&self) -> bool {
        self.chosen("DeduplicationScope") == "messageGroup"
    }

    /// Returns the value that a client has set for one of the `CHOICES`, or an empty string.
    fn chosen(&self, name: &str) -> &str {
        self.set.get(name).map_or("", String::as_str)
    }

    fn seconds(&self, name: &str) -> Duration {
        Duration::from_secs(self.number(name))
    }

    fn number(&self, name: &str) -> u64 {
        let default = NUMBERS
            .iter()
            .find(|number| number.0 == name)
            .map_or(0, |number| number.3);
        self.set
            .get(name)
            .and_then(|value| value.parse().ok())
            .unwrap_or(default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(name: &str, value: &str) -> AttributeMap {
        AttributeMap::from([(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn an_empty_value_removes_the_redrive_policy() {
        let policy = r#"{"deadLetterTargetArn":"arn:x:dlq","maxReceiveCount":5}"#;
        let mut attributes = QueueAttributes::default();
        attributes.apply(&map("RedrivePolicy", policy)).unwrap();
        assert_eq!(attributes.redrive().unwrap().max_receive_count, 5);
        attributes.apply(&map("RedrivePolicy", "")).unwrap();
        assert!(attributes.redrive().is_none());
        assert!(!attributes.all().contains_key("RedrivePolicy"));
    }

    #[test]
    fn only_a_fifo_queue_has_the_attribute_deduplication_scope() {
        let scope = map("DeduplicationScope", "messageGroup");
        let refused = QueueAttributes::default().apply(&scope);
        assert!(matches!(refused, Err(SqsError::InvalidAttributeName(_))));
        let mut fifo = QueueAttributes::new(true);
        assert_eq!(fifo.all()["DeduplicationScope"], "queue");
        assert!(fifo.apply(&map("DeduplicationScope", "none")).is_err());
        fifo.apply(&scope).unwrap();
        assert!(fifo.deduplicates_by_group());
    }

    #[test]
    fn throughput_per_group_needs_deduplication_per_group() {
        let mut fifo = QueueAttributes::new(true);
        let limit = map("FifoThroughputLimit", "perMessageGroupId");
        assert!(fifo.apply(&limit).is_err());
        let mut both = limit;
        both.extend(map("DeduplicationScope", "messageGroup"));
        fifo.apply(&both).unwrap();
    }

    #[test]
    fn every_attribute_of_a_queue_has_a_known_name() {
        for name in QueueAttributes::new(true).all().keys() {
            assert!(check_name(name).is_ok(), "{name}");
        }
        assert!(check_name("Visibility").is_err());
    }

    #[test]
    fn values_out_of_range_and_unknown_names_are_refused() {
        let mut attributes = QueueAttributes::default();
        let refused = attributes.apply(&map("VisibilityTimeout", "43201"));
        assert!(matches!(refused, Err(SqsError::InvalidAttributeValue(_))));
        let unknown = attributes.apply(&map("Visibility", "1"));
        assert!(matches!(unknown, Err(SqsError::InvalidAttributeName(_))));
        assert_eq!(attributes.visibility(), Duration::from_secs(30));
    }

    #[test]
    fn an_invalid_attribute_leaves_the_others_unset() {
        let mut attributes = QueueAttributes::default();
        let mut changes = map("DelaySeconds", "5");
        changes.extend(map("VisibilityTimeout", "no"));
        assert!(attributes.apply(&changes).is_err());
        assert_eq!(attributes.delay(), Duration::ZERO);
    }
}
