//! The queues that Darkroom uses.

use std::collections::HashMap;

use aws_sdk_sqs::types::QueueAttributeName;
use darkroom_contract::QueueSettings;
use serde_json::json;

use super::provisioner::Provisioner;
use super::queue::{Attributes, ProvisionedQueue};
use super::queue_policy::with_statement;
use super::resource::Change;
use crate::CloudError;

/// The longest retention that SQS supports, 14 days.
const RETENTION_SECONDS: &str = "1209600";
/// The longest long poll that SQS supports.
const RECEIVE_WAIT_SECONDS: &str = "20";
/// Webhook delivery counts attempts and moves dead letters itself. This limit only matters for a
/// message that crashes the process each time it is received.
const WEBHOOK_MAX_RECEIVES: u32 = 10;

impl Provisioner {
    /// Creates or updates a dead-letter queue. Returns `None` if it is missing in a dry run.
    pub(super) async fn dead_letter_queue(
        &self,
        name: &str,
        dry_run: bool,
    ) -> Result<(Option<ProvisionedQueue>, Change), CloudError> {
        let retention = QueueAttributeName::MessageRetentionPeriod;
        let wanted = HashMap::from([(retention, RETENTION_SECONDS.to_owned())]);
        self.queue(name, &wanted, dry_run).await
    }

    /// Creates or updates the queue of outcome events. Its dead-letter queue must exist.
    pub(super) async fn webhook_queue(
        &self,
        queues: &QueueSettings,
        dead_letters: Option<&ProvisionedQueue>,
        dry_run: bool,
    ) -> Result<Change, CloudError> {
        let wanted = source_queue(dead_letters, WEBHOOK_MAX_RECEIVES);
        let (_, change) = self.queue(&queues.webhooks, &wanted, dry_run).await?;
        Ok(change)
    }

    /// Creates or updates the queue of upload events, and lets S3 send to it. Its dead-letter queue
    /// must exist.
    pub(super) async fn event_queue(
        &self,
        queues: &QueueSettings,
        raw_bucket: &str,
        dead_letters: Option<&ProvisionedQueue>,
        dry_run: bool,
    ) -> Result<(Option<ProvisionedQueue>, Change), CloudError> {
        let mut wanted = source_queue(dead_letters, queues.max_receive_count);
        let visibility_timeout = queues.visibility_timeout.as_secs().to_string();
        wanted.insert(QueueAttributeName::VisibilityTimeout, visibility_timeout);
        let (queue, change) = self.queue(&queues.events, &wanted, dry_run).await?;
        let Some(queue) = queue else {
            return Ok((None, change));
        };
        let current = self.attributes(&queue.url).await?;
        let current = current.get(&QueueAttributeName::Policy);
        let policy = with_statement(current.map(String::as_str), &queue.arn, raw_bucket);
        let wanted = HashMap::from([(QueueAttributeName::Policy, policy.to_string())]);
        let policy_change = self.update_attributes(&queue.url, &wanted, dry_run).await?;
        let change = match change {
            Change::Unchanged => policy_change,
            other => other,
        };
        Ok((Some(queue), change))
    }
}

/// Returns the attributes of a queue that consumers poll.
fn source_queue(dead_letters: Option<&ProvisionedQueue>, max_receives: u32) -> Attributes {
    let redrive = json!({
        "deadLetterTargetArn": dead_letters.map_or("", |queue| &queue.arn),
        "maxReceiveCount": max_receives,
    });
    HashMap::from([
        (
            QueueAttributeName::ReceiveMessageWaitTimeSeconds,
            RECEIVE_WAIT_SECONDS.to_owned(),
        ),
        (
            QueueAttributeName::MessageRetentionPeriod,
            RETENTION_SECONDS.to_owned(),
        ),
        (QueueAttributeName::RedrivePolicy, redrive.to_string()),
    ])
}
