//! A queue's redrive policy.

use serde_json::Value;

/// The rule that makes SQS itself move a message to the dead-letter queue (`RedrivePolicy`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedrivePolicy {
    /// The maximum number of deliveries. After that, the message goes to the dead-letter queue.
    pub max_receive_count: u32,
    /// The ARN of the dead-letter queue.
    pub dead_letters: String,
}

impl RedrivePolicy {
    /// Parses the attribute's JSON. SQS writes `maxReceiveCount` as a number or as text.
    pub(crate) fn from_json(policy: &str) -> Option<Self> {
        let policy: Value = serde_json::from_str(policy).ok()?;
        let count = &policy["maxReceiveCount"];
        let count = count.as_u64().or_else(|| count.as_str()?.parse().ok())?;
        Some(Self {
            max_receive_count: u32::try_from(count).ok()?,
            dead_letters: policy["deadLetterTargetArn"].as_str()?.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_max_receive_count_may_be_a_number_or_text() {
        for count in ["7", "\"7\""] {
            let policy = format!(r#"{{"deadLetterTargetArn":"arn:x","maxReceiveCount":{count}}}"#);
            let read = RedrivePolicy::from_json(&policy).unwrap();
            assert_eq!((read.max_receive_count, &*read.dead_letters), (7, "arn:x"));
        }
        assert_eq!(RedrivePolicy::from_json(""), None);
        assert_eq!(RedrivePolicy::from_json("{}"), None);
    }
}
