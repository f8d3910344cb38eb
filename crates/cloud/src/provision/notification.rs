//! The notification that S3 sends to SQS for raw objects.

use aws_sdk_s3::types::{
    Event, FilterRule, FilterRuleName, NotificationConfiguration, NotificationConfigurationFilter,
    QueueConfiguration, S3KeyFilter,
};
use darkroom_contract::RAW_PREFIX;

use super::provisioner::{Provisioner, RULE_ID};
use super::queue::ProvisionedQueue;
use super::resource::Change;
use crate::{CloudError, CloudErrorKind};

const OPERATION: &str = "PutBucketNotificationConfiguration";

impl Provisioner {
    /// Adds Darkroom's notification to the existing ones. S3 only accepts the whole configuration.
    pub(super) async fn notification(
        &self,
        bucket: &str,
        queue: Option<&ProvisionedQueue>,
        dry_run: bool,
    ) -> Result<Change, CloudError> {
        let Some(queue) = queue else {
            return Ok(Change::Created);
        };
        if dry_run && !self.bucket_exists(bucket).await? {
            return Ok(Change::Created);
        }
        let request = self
            .s3
            .get_bucket_notification_configuration()
            .bucket(bucket);
        let current = request.send().await;
        let current =
            current.map_err(CloudError::from_sdk("GetBucketNotificationConfiguration"))?;
        let wanted = configuration(&queue.arn)?;
        let (own, mut queues): (Vec<_>, Vec<_>) = current
            .queue_configurations
            .unwrap_or_default()
            .into_iter()
            .partition(|configuration| configuration.id() == Some(RULE_ID));
        let change = match own.as_slice() {
            [] => Change::Created,
            [one] if is_same(one, &wanted) => return Ok(Change::Unchanged),
            _ => Change::Updated,
        };
        if dry_run {
            return Ok(change);
        }
        queues.push(wanted);
        let all = NotificationConfiguration::builder()
            .set_queue_configurations(Some(queues))
            .set_topic_configurations(current.topic_configurations)
            .set_lambda_function_configurations(current.lambda_function_configurations)
            .set_event_bridge_configuration(current.event_bridge_configuration)
            .build();
        let request = self
            .s3
            .put_bucket_notification_configuration()
            .bucket(bucket);
        let put = request.notification_configuration(all).send().await;
        put.map_err(CloudError::from_sdk(OPERATION))?;
        Ok(change)
    }
}

fn configuration(queue_arn: &str) -> Result<QueueConfiguration, CloudError> {
    let prefix = FilterRule::builder()
        .name(FilterRuleName::Prefix)
        .value(RAW_PREFIX)
        .build();
    let key = S3KeyFilter::builder().filter_rules(prefix).build();
    QueueConfiguration::builder()
        .id(RULE_ID)
        .queue_arn(queue_arn)
        .events(Event::S3ObjectCreated)
        .filter(NotificationConfigurationFilter::builder().key(key).build())
        .build()
        .map_err(|error| CloudError::new(CloudErrorKind::Invalid, OPERATION, error))
}

/// Compares in lower case, because S3 returns the filter's name as `Prefix`.
fn is_same(current: &QueueConfiguration, wanted: &QueueConfiguration) -> bool {
    let prefix = |configuration: &QueueConfiguration| {
        let key = configuration.filter()?.key()?;
        let [rule] = key.filter_rules() else {
            return None;
        };
        let name = rule.name()?.as_str().to_ascii_lowercase();
        Some((name, rule.value()?.to_owned()))
    };
    current.queue_arn() == wanted.queue_arn()
        && current.events() == wanted.events()
        && prefix(current) == prefix(wanted)
}
