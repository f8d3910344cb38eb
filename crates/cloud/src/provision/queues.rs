//! Queues, their redrive and who may send.

use std::collections::HashMap;

use aws_sdk_sqs::types::QueueAttributeName;
use darkroom_contract::QueueSettings;
use serde_json::{Value, json};

use super::{Change, Provisioner};
use crate::{CloudError, CloudErrorKind};

/// SQS keeps messages at most 14 days; nothing of ours is worth losing earlier.
const RETENTION_SECONDS: &str = "1209600";
/// The longest long poll that SQS has.
const RECEIVE_WAIT_SECONDS: &str = "20";

/// Each receipt is one try; the next try is a new message.
const NOTICE_RECEIVES: u32 = 10;

/// A queue that exists.
#[derive(Debug, Clone)]
pub(super) struct ProvisionedQueue {
    url: String,
    pub(super) arn: String,
}

type Attributes = HashMap<QueueAttributeName, String>;

impl Provisioner {
    /// A queue for dead letters; `None` in a dry run that found none.
    pub(super) async fn dead_letters(
        &self,
        name: &str,
        dry_run: bool,
    ) -> Result<(Option<ProvisionedQueue>, Change), CloudError> {
        let retention = QueueAttributeName::MessageRetentionPeriod;
        let wanted = HashMap::from([(retention, RETENTION_SECONDS.to_owned())]);
        self.queue(name, &wanted, dry_run).await
    }

    /// The queue of notices, after the one for its dead letters. Whoever delivers them counts and
    /// buries them itself; SQS does so only for one that ends the process each time.
    pub(super) async fn notices(
        &self,
        queues: &QueueSettings,
        dead_letters: Option<&ProvisionedQueue>,
        dry_run: bool,
    ) -> Result<Change, CloudError> {
        let redrive = json!({
            "deadLetterTargetArn": dead_letters.map_or("", |queue| &queue.arn),
            "maxReceiveCount": NOTICE_RECEIVES,
        });
        let wanted = HashMap::from([
            (
                QueueAttributeName::ReceiveMessageWaitTimeSeconds,
                RECEIVE_WAIT_SECONDS.to_owned(),
            ),
            (
                QueueAttributeName::MessageRetentionPeriod,
                RETENTION_SECONDS.to_owned(),
            ),
            (QueueAttributeName::RedrivePolicy, redrive.to_string()),
        ]);
        let (_, change) = self.queue(&queues.webhooks, &wanted, dry_run).await?;
        Ok(change)
    }

    /// The queue that S3 tells about uploads, after the one that it gives its dead letters to.
    pub(super) async fn events(
        &self,
        queues: &QueueSettings,
        raw_bucket: &str,
        dead_letters: Option<&ProvisionedQueue>,
        dry_run: bool,
    ) -> Result<(Option<ProvisionedQueue>, Change), CloudError> {
        let redrive = json!({
            "deadLetterTargetArn": dead_letters.map_or("", |queue| &queue.arn),
            "maxReceiveCount": queues.max_receive_count,
        });
        let wanted = HashMap::from([
            (
                QueueAttributeName::VisibilityTimeout,
                queues.visibility_timeout.as_secs().to_string(),
            ),
            (
                QueueAttributeName::ReceiveMessageWaitTimeSeconds,
                RECEIVE_WAIT_SECONDS.to_owned(),
            ),
            (
                QueueAttributeName::MessageRetentionPeriod,
                RETENTION_SECONDS.to_owned(),
            ),
            (QueueAttributeName::RedrivePolicy, redrive.to_string()),
        ]);
        let (queue, change) = self.queue(&queues.events, &wanted, dry_run).await?;
        let Some(queue) = queue else {
            return Ok((None, change));
        };
        let current = self.current(&queue.url).await?;
        let current = current.get(&QueueAttributeName::Policy);
        let policy = with_our_statement(current, &queue.arn, raw_bucket);
        let wanted = HashMap::from([(QueueAttributeName::Policy, policy.to_string())]);
        let policy_change = self.attributes(&queue.url, &wanted, dry_run).await?;
        let change = match change {
            Change::Unchanged => policy_change,
            other => other,
        };
        Ok((Some(queue), change))
    }

    async fn queue(
        &self,
        name: &str,
        wanted: &Attributes,
        dry_run: bool,
    ) -> Result<(Option<ProvisionedQueue>, Change), CloudError> {
        let found = self.sqs.get_queue_url().queue_name(name).send().await;
        let url = match found.map_err(CloudError::from_sdk("GetQueueUrl")) {
            Ok(found) => found.queue_url,
            Err(error) if error.is_not_found() => None,
            Err(error) => return Err(error),
        };
        if let Some(url) = url {
            let change = self.attributes(&url, wanted, dry_run).await?;
            return Ok((Some(self.provisioned(url).await?), change));
        }
        if dry_run {
            return Ok((None, Change::Created));
        }
        let mut attributes = wanted.clone();
        if name.ends_with(".fifo") {
            attributes.insert(QueueAttributeName::FifoQueue, "true".to_owned());
        }
        let request = self.sqs.create_queue().queue_name(name);
        let created = request.set_attributes(Some(attributes)).send().await;
        let url = created
            .map_err(CloudError::from_sdk("CreateQueue"))?
            .queue_url;
        let url = url.ok_or_else(|| {
            CloudError::new(
                CloudErrorKind::Invalid,
                "CreateQueue",
                "the answer has no URL",
            )
        })?;
        Ok((Some(self.provisioned(url).await?), Change::Created))
    }

    async fn provisioned(&self, url: String) -> Result<ProvisionedQueue, CloudError> {
        let attributes = self.current(&url).await?;
        let arn = attributes.get(&QueueAttributeName::QueueArn).cloned();
        let arn = arn.ok_or_else(|| {
            CloudError::new(
                CloudErrorKind::Invalid,
                "GetQueueAttributes",
                "the queue has no ARN",
            )
        })?;
        Ok(ProvisionedQueue { url, arn })
    }

    async fn current(&self, url: &str) -> Result<Attributes, CloudError> {
        let request = self.sqs.get_queue_attributes().queue_url(url);
        let output = request
            .attribute_names(QueueAttributeName::All)
            .send()
            .await;
        let output = output.map_err(CloudError::from_sdk("GetQueueAttributes"))?;
        Ok(output.attributes.unwrap_or_default())
    }

    /// Sets those attributes that are not as they should be.
    async fn attributes(
        &self,
        url: &str,
        wanted: &Attributes,
        dry_run: bool,
    ) -> Result<Change, CloudError> {
        let current = self.current(url).await?;
        let different: Attributes = wanted
            .iter()
            .filter(|(name, value)| !same(current.get(*name), value))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if different.is_empty() {
            return Ok(Change::Unchanged);
        }
        if !dry_run {
            let request = self.sqs.set_queue_attributes().queue_url(url);
            let set = request.set_attributes(Some(different)).send().await;
            set.map_err(CloudError::from_sdk("SetQueueAttributes"))?;
        }
        Ok(Change::Updated)
    }
}

/// The policy with our statement in it and those of others kept. A policy that is not JSON is none.
fn with_our_statement(current: Option<&String>, queue_arn: &str, raw_bucket: &str) -> Value {
    let partition = queue_arn.split(':').nth(1).unwrap_or("aws");
    let ours = json!({
        "Sid": super::RULE_ID,
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnLike": {"aws:SourceArn": format!("arn:{partition}:s3:*:*:{raw_bucket}")}},
    });
    let parsed = current.and_then(|policy| serde_json::from_str::<Value>(policy).ok());
    let mut policy = parsed.unwrap_or_else(|| json!({"Version": "2012-10-17"}));
    let others = match policy["Statement"].take() {
        Value::Array(statements) => statements,
        Value::Null => Vec::new(),
        one => vec![one],
    };
    let others = others
        .into_iter()
        .filter(|statement| statement["Sid"] != super::RULE_ID);
    policy["Statement"] = others.chain([ours]).collect();
    policy
}

/// Policies come back as JSON that is spelled another way, and numbers in it as text.
fn same(current: Option<&String>, wanted: &str) -> bool {
    let Some(current) = current else {
        return false;
    };
    let parse = |text: &str| serde_json::from_str::<Value>(text).map(loose);
    current == wanted || matches!((parse(current), parse(wanted)), (Ok(a), Ok(b)) if a == b)
}

fn loose(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::String(number.to_string()),
        Value::Array(items) => items.into_iter().map(loose).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, loose(value)))
            .collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statements_of_others_stay_and_ours_stands_once() {
        let theirs = r#"{"Version":"2012-10-17","Id":"x","Statement":{"Sid":"theirs"}}"#;
        let once = with_our_statement(Some(&theirs.to_owned()), "arn:aws-cn:sqs:r:1:q", "raw");
        let twice = with_our_statement(Some(&once.to_string()), "arn:aws-cn:sqs:r:1:q", "raw");
        assert_eq!(once, twice);
        assert_eq!(once["Id"], "x");
        assert_eq!(once["Statement"][0]["Sid"], "theirs");
        assert_eq!(
            once["Statement"][1]["Condition"]["ArnLike"]["aws:SourceArn"],
            "arn:aws-cn:s3:*:*:raw"
        );
        assert_eq!(
            with_our_statement(None, "a:b", "raw")["Statement"][1],
            Value::Null
        );
    }

    #[test]
    fn a_policy_spelled_another_way_is_the_same() {
        let current = r#"{"maxReceiveCount":"5", "deadLetterTargetArn":"a"}"#.to_owned();
        assert!(same(
            Some(&current),
            r#"{"deadLetterTargetArn":"a","maxReceiveCount":5}"#
        ));
        assert!(!same(
            Some(&current),
            r#"{"deadLetterTargetArn":"a","maxReceiveCount":4}"#
        ));
        assert!(same(Some(&"60".to_owned()), "60"));
        assert!(!same(None, "60"));
    }
}
