//! The attributes of a queue.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::error::SqsError;

/// Attributes by name, as in requests and responses.
pub(crate) type AttributeMap = BTreeMap<String, String>;

/// The numeric attributes with minimum, maximum and default, from `SetQueueAttributes` in the SQS
/// API reference.
const NUMBERS: [(&str, u64, u64, u64); 5] = [
    ("DelaySeconds", 0, 900, 0),
    ("MaximumMessageSize", 1_024, 1_048_576, 1_048_576),
    ("MessageRetentionPeriod", 60, 1_209_600, 345_600),
    ("ReceiveMessageWaitTimeSeconds", 0, 20, 0),
    ("VisibilityTimeout", 0, 43_200, 30),
];

/// The redrive policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Redrive {
    pub(crate) target_arn: String,
    pub(crate) max_receive_count: u32,
}

/// The validated attributes that a client has set.
#[derive(Clone, Debug, Default)]
pub(crate) struct QueueAttributes {
    set: AttributeMap,
    redrive: Option<Redrive>,
}

impl QueueAttributes {
    /// Applies all attributes of a request, or none if one is invalid. `FifoQueue` is not among
    /// them, because it can only be set at creation.
    pub(crate) fn apply(&mut self, changes: &AttributeMap) -> Result<(), SqsError> {
        let mut next = self.clone();
        for (name, value) in changes {
            next.apply_one(name, value)?;
        }
        *self = next;
        Ok(())
    }

    fn apply_one(&mut self, name: &str, value: &str) -> Result<(), SqsError> {
        let invalid = || SqsError::InvalidAttributeValue(name.to_owned());
        if let Some((_, min, max, _)) = NUMBERS.iter().find(|number| number.0 == name) {
            let number: u64 = value.parse().map_err(|_| invalid())?;
            if !(*min..=*max).contains(&number) {
                return Err(invalid());
            }
        } else if name == "RedrivePolicy" {
            self.redrive = if value.is_empty() {
                None
            } else {
                Some(parse_redrive(value)?)
            };
        } else if name == "ContentBasedDeduplication" {
            value.parse::<bool>().map_err(|_| invalid())?;
        } else if name != "Policy" {
            return Err(SqsError::InvalidAttributeName(name.to_owned()));
        } else if !value.is_empty() {
            serde_json::from_str::<Value>(value).map_err(|_| invalid())?;
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
        all.extend(self.set.clone());
        all
    }

    /// Returns the name of an attribute in `wanted` whose value differs from the current one.
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

    pub(crate) fn deduplicates_by_content(&self) -> bool {
        self.set
            .get("ContentBasedDeduplication")
            .is_some_and(|value| value == "true")
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

/// Parses the policy. AWS accepts the count as a number or a string.
fn parse_redrive(text: &str) -> Result<Redrive, SqsError> {
    let invalid = |reason: &str| SqsError::invalid("RedrivePolicy", reason);
    let policy: Value = serde_json::from_str(text).map_err(|_| invalid("Not a JSON document."))?;
    let target_arn = policy["deadLetterTargetArn"]
        .as_str()
        .ok_or_else(|| invalid("deadLetterTargetArn is missing."))?;
    let count = &policy["maxReceiveCount"];
    let count = count.as_u64().or_else(|| count.as_str()?.parse().ok());
    let count = count.filter(|count| (1..=1000).contains(count));
    let count = count.ok_or_else(|| invalid("maxReceiveCount must be from 1 to 1000."))?;
    Ok(Redrive {
        target_arn: target_arn.into(),
        max_receive_count: u32::try_from(count).unwrap_or(1000),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(name: &str, value: &str) -> AttributeMap {
        AttributeMap::from([(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn a_redrive_count_may_be_a_number_or_a_string() {
        for count in ["5", "\"5\""] {
            let policy =
                format!(r#"{{"deadLetterTargetArn":"arn:x:dlq","maxReceiveCount":{count}}}"#);
            let mut attributes = QueueAttributes::default();
            attributes.apply(&map("RedrivePolicy", &policy)).unwrap();
            assert_eq!(attributes.redrive().unwrap().max_receive_count, 5);
            attributes.apply(&map("RedrivePolicy", "")).unwrap();
            assert!(attributes.redrive().is_none());
        }
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
