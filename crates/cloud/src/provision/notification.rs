//! The notification that S3 sends to SQS for raw objects.

use std::time::Duration;

use aws_sdk_s3::operation::get_bucket_notification_configuration::GetBucketNotificationConfigurationOutput;
use aws_sdk_s3::types::{
    Event, FilterRule, FilterRuleName, NotificationConfiguration, NotificationConfigurationFilter,
    QueueConfiguration, S3KeyFilter,
};
use darkroom_contract::RAW_PREFIX;

use super::difference::{Description, differences};
use super::provisioned_queue::ProvisionedQueue;
use super::provisioner::{Provisioner, RULE_ID};
use super::resource::Change;
use crate::{CloudError, CloudErrorKind};

const OPERATION: &str = "PutBucketNotificationConfiguration";

/// The maximum number of times that a new configuration is read back, one second apart. S3 may take
/// a moment to return the new configuration.
const READ_BACKS: u32 = 5;

impl Provisioner {
    /// Adds Darkroom's notification to the existing configuration. S3 accepts only the whole
    /// configuration.
    ///
    /// # Errors
    /// `NotImplemented` if the store does not support notifications, even if it accepts the
    /// request. Otherwise, the error of the request.
    pub(super) async fn notification(
        &self,
        bucket: &str,
        queue: &ProvisionedQueue,
        dry_run: bool,
    ) -> Result<Change, CloudError> {
        if dry_run && !self.bucket_exists(bucket).await? {
            let different = differences(
                &Description::new(),
                &description(&configuration(&queue.arn)?),
            );
            return Ok(Change::Created(different));
        }
        let current = self.notifications(bucket).await?;
        let wanted = configuration(&queue.arn)?;
        let (own, mut queues): (Vec<_>, Vec<_>) = current
            .queue_configurations
            .unwrap_or_default()
            .into_iter()
            .partition(is_own);
        let described = own.first().map(description).unwrap_or_default();
        let different = differences(&described, &description(&wanted));
        if different.is_empty() && own.len() == 1 {
            return Ok(Change::Unchanged);
        }
        let change = Change::new(!own.is_empty(), different);
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
        self.read_back(bucket).await?;
        Ok(change)
    }

    pub(super) async fn notifications(
        &self,
        bucket: &str,
    ) -> Result<GetBucketNotificationConfigurationOutput, CloudError> {
        let request = self
            .s3
            .get_bucket_notification_configuration()
            .bucket(bucket);
        let current = request.send().await;
        current.map_err(CloudError::from_sdk("GetBucketNotificationConfiguration"))
    }

    /// Checks that the store has kept the notification. A store that does not support notifications
    /// may treat the request as a request to create the existing bucket, and accept it.
    async fn read_back(&self, bucket: &str) -> Result<(), CloudError> {
        for _ in 0..READ_BACKS {
            let stored = self.notifications(bucket).await?;
            let stored = stored.queue_configurations.unwrap_or_default();
            if stored.iter().any(is_own) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        let detail = "the store accepted the notification but did not keep it";
        Err(CloudError::new(
            CloudErrorKind::NotImplemented,
            OPERATION,
            detail,
        ))
    }
}

pub(super) fn is_own(configuration: &QueueConfiguration) -> bool {
    configuration.id() == Some(RULE_ID)
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

/// Returns the prefix of the keys that a notification is about. Compares the name of the filter
/// rule in lower case, because S3 returns `prefix` as `Prefix`.
pub(super) fn prefix_of(configuration: &QueueConfiguration) -> String {
    let key = configuration.filter().and_then(|filter| filter.key());
    let rules = key.map(S3KeyFilter::filter_rules).unwrap_or_default();
    let prefix = rules.iter().find(|rule| {
        let name = rule.name().map(FilterRuleName::as_str);
        name.is_some_and(|name| name.eq_ignore_ascii_case("prefix"))
    });
    let prefix = prefix.and_then(FilterRule::value);
    prefix.unwrap_or_default().to_owned()
}

fn description(configuration: &QueueConfiguration) -> Description {
    let events = configuration.events().iter().map(Event::as_str);
    let key = configuration.filter().and_then(|filter| filter.key());
    let rules = key.map(S3KeyFilter::filter_rules).unwrap_or_default();
    [
        ("Queue", configuration.queue_arn().to_owned()),
        ("Events", events.collect::<Vec<_>>().join(" ")),
        ("Prefix", prefix_of(configuration)),
        ("FilterRules", rules.len().to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}
