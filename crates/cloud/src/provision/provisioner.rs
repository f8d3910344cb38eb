//! The provisioner and the order of its steps.

use super::plan::ProvisionPlan;
use super::provisioned_queue::ProvisionedQueue;
use super::resource::{Resource, Step};
use super::steps::Steps;
use crate::CloudError;

/// The id of Darkroom's rules in configurations that may also contain other rules.
pub(super) const RULE_ID: &str = "darkroom-uploads";

/// The setup of buckets and queues, and of the settings that connect them.
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

    /// Creates and updates buckets, queues, policy, notification, public-access blocks, encryption,
    /// CORS and lifecycle according to the plan. If the settings use conditional writes, also
    /// checks that the store supports them. Passes each finished step to `report`.
    ///
    /// If a service refuses a step, the other steps still run, because the service may simply not
    /// support that resource. If a service is unavailable, times out or throttles, the run ends. A
    /// dry run only reports the changes it would make, and does not check conditional writes.
    ///
    /// # Errors
    /// The error of the request that ended the run. Earlier changes remain, and a second run
    /// continues from there.
    pub async fn provision(
        &self,
        plan: &ProvisionPlan<'_>,
        report: &mut (dyn FnMut(Step) + Send),
    ) -> Result<(), CloudError> {
        let ProvisionPlan {
            storage,
            queues,
            dry_run,
            ..
        } = *plan;
        let mut steps = Steps::new(dry_run, report);
        let raw = &storage.raw_bucket;
        for name in plan.buckets() {
            let bucket = self.bucket(name, dry_run).await;
            steps.finish(Resource::Bucket(name.to_owned()), bucket)?;
        }
        self.webhook_queues(queues, &mut steps).await?;
        let events = self.event_queues(queues, &mut steps).await?;
        // S3 cannot send events to a FIFO queue. EventBridge or SNS must send them.
        if !queues.is_fifo() {
            self.events(plan, events.as_ref(), &mut steps).await?;
        }
        self.protection(plan, &mut steps).await?;
        let cors = self.cors(storage, dry_run).await;
        steps.finish(Resource::Cors(raw.clone()), cors)?;
        let lifecycle = self.lifecycle(storage, dry_run).await;
        steps.finish(Resource::Lifecycle(raw.clone()), lifecycle)?;
        if storage.conditional_writes && !dry_run {
            let checked = self.conditional_writes(raw).await;
            steps.finish(Resource::ConditionalWrites(raw.clone()), checked)?;
        }
        Ok(())
    }

    /// Blocks public access to the private buckets, and encrypts all buckets.
    async fn protection(
        &self,
        plan: &ProvisionPlan<'_>,
        steps: &mut Steps<'_>,
    ) -> Result<(), CloudError> {
        for name in plan.private_buckets() {
            let blocked = self.public_access(name, plan.dry_run).await;
            steps.finish(Resource::PublicAccess(name.to_owned()), blocked)?;
        }
        for name in plan.buckets() {
            let encrypted = self.encryption(name, plan.dry_run).await;
            steps.finish(Resource::Encryption(name.to_owned()), encrypted)?;
        }
        Ok(())
    }

    /// Permits S3 to send events to the queue, configures the bucket to send them, and detects
    /// other notifications that would make a loop.
    async fn events(
        &self,
        plan: &ProvisionPlan<'_>,
        queue: Option<&ProvisionedQueue>,
        steps: &mut Steps<'_>,
    ) -> Result<(), CloudError> {
        let raw_bucket = &*plan.storage.raw_bucket;
        let name = &plan.queues.events;
        let policy = Resource::QueuePolicy(name.clone());
        let notification = Resource::Notification {
            bucket: raw_bucket.to_owned(),
            queue: name.clone(),
        };
        let Some(queue) = queue else {
            steps.finish_without(policy, name)?;
            return steps.finish_without(notification, name);
        };
        let set = self.queue_policy(queue, raw_bucket, plan.dry_run).await;
        steps.finish(policy, set)?;
        let set = self.notification(raw_bucket, queue, plan.dry_run).await;
        steps.finish(notification, set)?;
        for bucket in plan.buckets() {
            let looping = self.notification_loops(bucket, queue, plan).await;
            steps.finish_if_failed(Resource::Loops(bucket.to_owned()), looping)?;
        }
        Ok(())
    }
}
