//! The policies about dead letters.

use serde_json::Value;

use super::error::SqsError;

/// AWS's limit on the number of queues that a redrive allow policy names.
const MAX_SOURCES: usize = 10;

/// The redrive policy of a queue: its dead-letter queue, and the number of receives before a
/// message moves there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Redrive {
    pub(crate) target_arn: String,
    pub(crate) max_receive_count: u32,
}

/// The redrive allow policy of a dead-letter queue: the source queues whose dead letters it
/// accepts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum RedriveAllow {
    #[default]
    All,
    None,
    /// The queues with these ARNs.
    ByQueue(Vec<String>),
}

impl Redrive {
    /// Parses the policy. Like AWS, accepts the count as a number or a string.
    pub(crate) fn parse(text: &str) -> Result<Self, SqsError> {
        let invalid = |reason: &str| SqsError::invalid("RedrivePolicy", reason);
        let policy: Value =
            serde_json::from_str(text).map_err(|_| invalid("Not a JSON document."))?;
        let target_arn = policy["deadLetterTargetArn"]
            .as_str()
            .ok_or_else(|| invalid("deadLetterTargetArn is missing."))?;
        let count = &policy["maxReceiveCount"];
        let count = count.as_u64().or_else(|| count.as_str()?.parse().ok());
        let count = count.filter(|count| (1..=1000).contains(count));
        let count = count.ok_or_else(|| invalid("maxReceiveCount must be from 1 to 1000."))?;
        Ok(Self {
            target_arn: target_arn.into(),
            max_receive_count: u32::try_from(count).unwrap_or(1000),
        })
    }
}

impl RedriveAllow {
    /// Parses the policy. `byQueue` requires the ARNs of source queues. The other permissions do
    /// not allow such ARNs.
    pub(crate) fn parse(text: &str) -> Result<Self, SqsError> {
        let invalid = |reason: &str| SqsError::invalid("RedriveAllowPolicy", reason);
        let policy: Value =
            serde_json::from_str(text).map_err(|_| invalid("Not a JSON document."))?;
        let sources = policy["sourceQueueArns"].as_array();
        let sources = sources.map(|arns| {
            let arns = arns.iter().filter_map(Value::as_str);
            arns.map(str::to_owned).collect::<Vec<_>>()
        });
        match (policy["redrivePermission"].as_str(), sources) {
            (Some("allowAll"), None) => Ok(Self::All),
            (Some("denyAll"), None) => Ok(Self::None),
            (Some("byQueue"), Some(arns)) if (1..=MAX_SOURCES).contains(&arns.len()) => {
                Ok(Self::ByQueue(arns))
            }
            (Some("byQueue"), _) => Err(invalid("byQueue needs 1 to 10 sourceQueueArns.")),
            (Some("allowAll" | "denyAll"), Some(_)) => {
                Err(invalid("sourceQueueArns are only allowed with byQueue."))
            }
            _ => Err(invalid(
                "redrivePermission must be allowAll, denyAll or byQueue.",
            )),
        }
    }

    pub(crate) fn permits(&self, source_arn: &str) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::ByQueue(arns) => arns.iter().any(|arn| arn == source_arn),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_max_receive_count_may_be_a_number_or_a_string() {
        for count in ["5", "\"5\""] {
            let policy =
                format!(r#"{{"deadLetterTargetArn":"arn:x:dlq","maxReceiveCount":{count}}}"#);
            assert_eq!(Redrive::parse(&policy).unwrap().max_receive_count, 5);
        }
        for count in ["0", "1001", "-1", "\"many\"", "null"] {
            let policy =
                format!(r#"{{"deadLetterTargetArn":"arn:x:dlq","maxReceiveCount":{count}}}"#);
            assert!(Redrive::parse(&policy).is_err(), "{count}");
        }
    }

    #[test]
    fn a_dead_letter_queue_may_accept_all_or_no_or_some_source_queues() {
        let parse = |text: &str| RedriveAllow::parse(text);
        assert!(RedriveAllow::default().permits("a"));
        let all = parse(r#"{"redrivePermission":"allowAll"}"#).unwrap();
        assert!(all.permits("a"));
        let none = parse(r#"{"redrivePermission":"denyAll"}"#).unwrap();
        assert!(!none.permits("a"));
        let some = r#"{"redrivePermission":"byQueue","sourceQueueArns":["a"]}"#;
        let some = parse(some).unwrap();
        assert!(some.permits("a") && !some.permits("b"));
    }

    #[test]
    fn sources_without_by_queue_and_by_queue_without_sources_are_refused() {
        for policy in [
            r#"{"redrivePermission":"allowAll","sourceQueueArns":["a"]}"#,
            r#"{"redrivePermission":"byQueue"}"#,
            r#"{"redrivePermission":"byQueue","sourceQueueArns":[]}"#,
            r#"{"redrivePermission":"byQueue","sourceQueueArns":["1","2","3","4","5","6","7","8","9","10","11"]}"#,
            r#"{"redrivePermission":"some"}"#,
            "{}",
            "no",
        ] {
            assert!(RedriveAllow::parse(policy).is_err(), "{policy}");
        }
    }
}
