//! The provisioner and the order of its steps.

use darkroom_contract::{QueueSettings, StorageSettings};

use super::resource::{Change, Resource};
use crate::CloudError;

/// The id of Darkroom's rules in configurations that may also contain other rules.
pub(super) const RULE_ID: &str = "darkroom-uploads";

/// Creates and updates the buckets and queues, and the settings that connect them.
#[derive(Debug, Clone)]
pub struct Provisioner {
    pub(super) s3: aws_sdk_s3::Client,
    pub(super) sqs: aws_sdk_sqs::Client,
    pub(super) region: String,
}

impl Provisioner {
    pub(crate) fn new(s3: aws_sdk_s3::Client, sqs: aws_sdk_sqs::Client, region: &str) -> Self {
        Self {
            s3,
            sqs,
            region: region.to_owned(),
        }
    }

    /// Creates and updates buckets, queues, policy, notification, CORS and lifecycle according to
    /// the settings.
    ///
    /// A dry run only returns the changes that would be made.
    ///
    /// # Errors
    /// The error of the first call that failed. Earlier changes remain, and a second run continues
    /// from there.
    pub async fn provision(
        &self,
        storage: &StorageSettings,
        queues: &QueueSettings,
        dry_run: bool,
    ) -> Result<Vec<Resource>, CloudError> {
        let mut resources = Vec::new();
        let mut report = |name: String, change: Change| resources.push(Resource { name, change });
        let raw = &storage.raw_bucket;
        report(format!("bucket {raw}"), self.bucket(raw, dry_run).await?);
        if storage.media_bucket != *raw {
            let media = &storage.media_bucket;
            report(
                format!("bucket {media}"),
                self.bucket(media, dry_run).await?,
            );
        }
        let name = &queues.webhooks_dead_letters;
        let (dead_letters, change) = self.dead_letter_queue(name, dry_run).await?;
        report(format!("queue {name}"), change);
        let change = self.webhook_queue(queues, dead_letters.as_ref(), dry_run);
        report(format!("queue {}", queues.webhooks), change.await?);
        let name = &queues.dead_letters;
        let (dead_letters, change) = self.dead_letter_queue(name, dry_run).await?;
        report(format!("queue {}", queues.dead_letters), change);
        let (events, change) = self
            .event_queue(queues, raw, dead_letters.as_ref(), dry_run)
            .await?;
        report(format!("queue {}", queues.events), change);
        // S3 cannot notify a FIFO queue. EventBridge or SNS must do that.
        if !queues.events.ends_with(".fifo") {
            let change = self.notification(raw, events.as_ref(), dry_run).await?;
            report(format!("notification {raw} -> {}", queues.events), change);
        }
        let change = self.cors(storage, dry_run).await?;
        report(format!("CORS of {raw}"), change);
        let change = self.lifecycle(storage, dry_run).await?;
        report(format!("lifecycle of {raw}"), change);
        Ok(resources)
    }
}
