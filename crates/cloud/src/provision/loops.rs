//! Detection of configurations in which messages go in a loop.

use aws_sdk_s3::types::QueueConfiguration;
use aws_sdk_sqs::types::QueueAttributeName;
use darkroom_contract::{MANIFEST_PREFIX, REVIEW_PREFIX, TOMBSTONE_PREFIX};

use super::notification::{is_own, prefix_of};
use super::plan::ProvisionPlan;
use super::provisioned_queue::ProvisionedQueue;
use super::provisioner::Provisioner;
use crate::queue::RedrivePolicy;
use crate::{CloudError, CloudErrorKind};

impl Provisioner {
    /// Checks that no notification reports objects written by workers to the queue of upload
    /// events. If it did, each output would cause another event.
    ///
    /// # Errors
    /// `Invalid` with the name of the notification, or the error of the request.
    pub(super) async fn notification_loops(
        &self,
        bucket: &str,
        queue: &ProvisionedQueue,
        plan: &ProvisionPlan<'_>,
    ) -> Result<(), CloudError> {
        const OPERATION: &str = "GetBucketNotificationConfiguration";
        let current = match self.notifications(bucket).await {
            Ok(current) => current.queue_configurations.unwrap_or_default(),
            Err(error) if error.is_not_found() => return Ok(()),
            Err(error) => return Err(error),
        };
        let outputs = output_prefixes(bucket, plan);
        let is_loop = |notification: &&QueueConfiguration| {
            let prefix = prefix_of(notification);
            notification.queue_arn() == queue.arn
                && !(is_own(notification) && bucket == plan.storage.raw_bucket)
                && outputs.iter().any(|output| overlap(output, &prefix))
        };
        match current.iter().find(is_loop) {
            None => Ok(()),
            Some(notification) => {
                let id = notification.id().unwrap_or("without an id");
                let prefix = prefix_of(notification);
                let detail = format!(
                    "notification {id} (prefix {prefix:?}) sends the workers' own objects to \
                     {}; remove it",
                    plan.queues.events
                );
                Err(CloudError::new(CloudErrorKind::Invalid, OPERATION, detail))
            }
        }
    }

    /// Checks that a dead-letter queue does not send messages back to the queue `source`.
    ///
    /// # Errors
    /// `Invalid` if it does, or the error of the request.
    pub(super) async fn redrive_loop(
        &self,
        dead_letters: &ProvisionedQueue,
        source: &str,
    ) -> Result<(), CloudError> {
        let attributes = self.attributes(&dead_letters.url).await?;
        let policy = attributes.get(&QueueAttributeName::RedrivePolicy);
        let policy = policy.and_then(|policy| RedrivePolicy::from_json(policy));
        match policy {
            Some(policy) if policy.dead_letters.rsplit(':').next() == Some(source) => {
                let detail = format!("its redrive policy returns messages to {source}; remove it");
                let kind = CloudErrorKind::Invalid;
                Err(CloudError::new(kind, "GetQueueAttributes", detail))
            }
            _ => Ok(()),
        }
    }
}

/// Returns the prefixes of the objects that workers write to a bucket.
fn output_prefixes(bucket: &str, plan: &ProvisionPlan<'_>) -> Vec<String> {
    let mut prefixes = Vec::new();
    if bucket == plan.storage.raw_bucket {
        prefixes.extend([MANIFEST_PREFIX, TOMBSTONE_PREFIX, REVIEW_PREFIX].map(str::to_owned));
    }
    if bucket == plan.storage.media_bucket {
        let profiles = plan.profiles.iter();
        prefixes.extend(profiles.map(|(_, profile)| format!("{}/", profile.prefix)));
    }
    prefixes
}

/// Returns `true` if a key may begin with both prefixes.
fn overlap(one: &str, other: &str) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

#[cfg(test)]
mod tests {
    use darkroom_contract::{Profiles, QueueSettings, StorageSettings};

    use super::*;

    #[test]
    fn prefixes_overlap_if_one_begins_with_the_other() {
        for (one, other, expected) in [
            ("manifests/", "", true),
            ("manifests/", "man", true),
            ("avatars/", "avatars/u1/", true),
            ("manifests/", "raw/", false),
        ] {
            assert_eq!(overlap(one, other), expected, "{one} {other}");
        }
    }

    #[test]
    fn variants_are_outputs_of_the_media_bucket_and_manifests_of_the_raw_bucket() {
        let (queues, profiles) = (QueueSettings::default(), Profiles::default());
        let prefixes = |storage: &StorageSettings, bucket: &str| {
            let plan = ProvisionPlan {
                storage,
                queues: &queues,
                profiles: &profiles,
                dry_run: true,
            };
            output_prefixes(bucket, &plan)
        };
        let mut storage = StorageSettings::default();
        let own = ["manifests/", "deleted/", "review/"];
        assert_eq!(prefixes(&storage, "darkroom-raw"), own);
        let variants = ["avatars/", "photos/"];
        assert_eq!(prefixes(&storage, "darkroom-media"), variants);
        storage.media_bucket = "darkroom-raw".to_owned();
        let all = ["manifests/", "deleted/", "review/", "avatars/", "photos/"];
        assert_eq!(prefixes(&storage, "darkroom-raw"), all);
    }
}
