//! Setting the cloud side up: idempotent, and never touching what is not ours.

mod browser_access;
mod buckets;
mod lifecycle;
mod notification;
mod queues;

use darkroom_contract::{QueueSettings, StorageSettings};

use crate::CloudError;

/// The id of every rule of ours within a configuration that others may share.
const RULE_ID: &str = "darkroom-uploads";

/// Creates and corrects buckets, queues and what connects them.
#[derive(Debug, Clone)]
pub struct Provisioner {
    s3: aws_sdk_s3::Client,
    sqs: aws_sdk_sqs::Client,
    region: String,
}

/// One thing that must be there, and what was done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// What it is, such as `bucket darkroom-raw`.
    pub name: String,
    /// What was done, or in a dry run would be.
    pub change: Change,
}

/// What was done about a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was as it should be.
    Unchanged,
    /// It was not there.
    Created,
    /// It was there, but different.
    Updated,
}

impl Provisioner {
    pub(crate) fn new(s3: aws_sdk_s3::Client, sqs: aws_sdk_sqs::Client, region: &str) -> Self {
        Self {
            s3,
            sqs,
            region: region.to_owned(),
        }
    }

    /// Brings buckets, queues, policy, notification, CORS and lifecycle to what the settings say.
    ///
    /// In a dry run nothing is written, and the answer says what would be.
    ///
    /// # Errors
    /// The first call that failed; what was done before it stays, and a second run goes on.
    pub async fn provision(
        &self,
        storage: &StorageSettings,
        queues: &QueueSettings,
        dry_run: bool,
    ) -> Result<Vec<Resource>, CloudError> {
        let mut done = Vec::new();
        let mut note = |name: String, change: Change| done.push(Resource { name, change });
        let raw = &storage.raw_bucket;
        note(format!("bucket {raw}"), self.bucket(raw, dry_run).await?);
        if storage.media_bucket != *raw {
            let media = &storage.media_bucket;
            note(
                format!("bucket {media}"),
                self.bucket(media, dry_run).await?,
            );
        }
        let name = &queues.webhooks_dead_letters;
        let (dead_letters, change) = self.dead_letters(name, dry_run).await?;
        note(format!("queue {name}"), change);
        let change = self.notices(queues, dead_letters.as_ref(), dry_run);
        note(format!("queue {}", queues.webhooks), change.await?);
        let name = &queues.dead_letters;
        let (dead_letters, change) = self.dead_letters(name, dry_run).await?;
        note(format!("queue {}", queues.dead_letters), change);
        let (events, change) = self
            .events(queues, raw, dead_letters.as_ref(), dry_run)
            .await?;
        note(format!("queue {}", queues.events), change);
        // S3 notifies no FIFO queue: who has one feeds it from EventBridge or SNS.
        if !queues.events.ends_with(".fifo") {
            let change = self.notification(raw, events.as_ref(), dry_run).await?;
            note(format!("notification {raw} -> {}", queues.events), change);
        }
        let change = self.browser_access(storage, dry_run).await?;
        note(format!("CORS of {raw}"), change);
        let change = self.lifecycle(storage, dry_run).await?;
        note(format!("lifecycle of {raw}"), change);
        Ok(done)
    }
}
