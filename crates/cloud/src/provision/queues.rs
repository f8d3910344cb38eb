//! The queues that Darkroom uses.

use std::collections::HashMap;

use aws_sdk_sqs::types::QueueAttributeName;
use darkroom_contract::QueueSettings;
use serde_json::json;

use super::provisioned_queue::ProvisionedQueue;
use super::provisioner::Provisioner;
use super::queue::Attributes;
use super::queue_policy::with_statement;
use super::resource::{Change, Resource};
use super::steps::Steps;
use crate::CloudError;

/// The longest retention that SQS supports, 14 days.
const RETENTION_SECONDS: &str = "1209600";
/// The longest long poll that SQS supports.
const RECEIVE_WAIT_SECONDS: &str = "20";
/// The number of receives after which SQS dead-letters a webhook message. Webhook delivery counts
/// attempts and moves dead letters itself, so this limit matters only for a message that crashes
/// the process each time it is received.
const WEBHOOK_MAX_RECEIVES: u32 = 10;

impl Provisioner {
    /// Creates or updates the queue of outcome events and its dead-letter queue.
    pub(super) async fn webhook_queues(
        &self,
        queues: &QueueSettings,
        steps: &mut Steps<'_>,
    ) -> Result<(), CloudError> {
        let names = (&*queues.webhooks, &*queues.webhooks_dead_letters);
        let own = Attributes::new();
        self.queue_pair(names, own, WEBHOOK_MAX_RECEIVES, steps)
            .await?;
        Ok(())
    }

    /// Creates or updates the queue of upload events and its dead-letter queue. Returns the queue
    /// of upload events, or `None` if one of the two steps failed or a dry run did not find the
    /// queue of upload events.
    pub(super) async fn event_queues(
        &self,
        queues: &QueueSettings,
        steps: &mut Steps<'_>,
    ) -> Result<Option<ProvisionedQueue>, CloudError> {
        let names = (&*queues.events, &*queues.dead_letters);
        let visibility_timeout = queues.visibility_timeout.as_secs().to_string();
        let own = HashMap::from([(QueueAttributeName::VisibilityTimeout, visibility_timeout)]);
        self.queue_pair(names, own, queues.max_receive_count, steps)
            .await
    }

    /// Creates or updates the queue `dead_letters_name`, and then the queue `name`, which uses it. The
    /// attributes in `own` apply only to the queue `name`.
    async fn queue_pair(
        &self,
        (name, dead_letters_name): (&str, &str),
        own: Attributes,
        max_receives: u32,
        steps: &mut Steps<'_>,
    ) -> Result<Option<ProvisionedQueue>, CloudError> {
        let retention = QueueAttributeName::MessageRetentionPeriod;
        let retention = HashMap::from([(retention, RETENTION_SECONDS.to_owned())]);
        let found = self
            .queue_step(dead_letters_name, &retention, steps)
            .await?;
        if found.is_none() && !steps.dry_run {
            steps.finish_without(Resource::Queue(name.to_owned()), dead_letters_name)?;
            return Ok(None);
        }
        if let Some(dead_letters) = &found {
            let looping = self.redrive_loop(dead_letters, name).await;
            steps.finish_if_failed(Resource::Loops(dead_letters_name.to_owned()), looping)?;
        }
        let mut wanted = source_queue(found.as_ref(), max_receives);
        wanted.extend(own);
        self.queue_step(name, &wanted, steps).await
    }

    async fn queue_step(
        &self,
        name: &str,
        wanted: &Attributes,
        steps: &mut Steps<'_>,
    ) -> Result<Option<ProvisionedQueue>, CloudError> {
        let (queue, result) = match self.queue(name, wanted, steps.dry_run).await {
            Ok((queue, change)) => (queue, Ok(change)),
            Err(error) => (None, Err(error)),
        };
        steps.finish(Resource::Queue(name.to_owned()), result)?;
        Ok(queue)
    }

    /// Lets the bucket send to the queue.
    pub(super) async fn queue_policy(
        &self,
        queue: &ProvisionedQueue,
        raw_bucket: &str,
        dry_run: bool,
    ) -> Result<Change, CloudError> {
        let current = self.attributes(&queue.url).await?;
        let current = current.get(&QueueAttributeName::Policy);
        let policy = with_statement(current.map(String::as_str), &queue.arn, raw_bucket);
        let wanted = HashMap::from([(QueueAttributeName::Policy, policy.to_string())]);
        self.update_attributes(&queue.url, &wanted, dry_run).await
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
