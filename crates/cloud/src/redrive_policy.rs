//! When SQS takes a message off a queue by itself.

use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::Value;

use crate::{CloudError, Queue};

/// What a queue does with messages that are given out again and again (`RedrivePolicy`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedrivePolicy {
    /// How often a message is given out; when it would be once more, it goes to the dead letters.
    pub max_receive_count: u32,
    /// The ARN of the queue for dead letters.
    pub dead_letters: String,
}

impl Queue {
    /// The queue's redrive policy; `None` if it has none.
    ///
    /// # Errors
    /// What the call met.
    pub async fn redrive_policy(&self) -> Result<Option<RedrivePolicy>, CloudError> {
        let name = QueueAttributeName::RedrivePolicy;
        let output = self
            .client
            .get_queue_attributes()
            .queue_url(&self.url)
            .attribute_names(name.clone())
            .send()
            .await
            .map_err(CloudError::of("GetQueueAttributes"))?;
        let attributes = output.attributes.unwrap_or_default();
        Ok(attributes.get(&name).and_then(|text| parse(text)))
    }
}

/// The count comes as a number or as text.
fn parse(policy: &str) -> Option<RedrivePolicy> {
    let policy: Value = serde_json::from_str(policy).ok()?;
    let count = &policy["maxReceiveCount"];
    let count = count.as_u64().or_else(|| count.as_str()?.parse().ok())?;
    Some(RedrivePolicy {
        max_receive_count: u32::try_from(count).ok()?,
        dead_letters: policy["deadLetterTargetArn"].as_str()?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_a_number_or_text() {
        for count in ["7", "\"7\""] {
            let policy = format!(r#"{{"deadLetterTargetArn":"arn:x","maxReceiveCount":{count}}}"#);
            let read = parse(&policy).unwrap();
            assert_eq!((read.max_receive_count, &*read.dead_letters), (7, "arn:x"));
        }
        assert_eq!(parse(""), None);
        assert_eq!(parse("{}"), None);
    }
}
