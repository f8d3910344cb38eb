//! The lifecycle rules of raw objects, abandoned uploads and tombstones.

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus,
    LifecycleExpiration, LifecycleRule, LifecycleRuleFilter, builders::LifecycleRuleBuilder,
};
use darkroom_contract::{RAW_PREFIX, StorageSettings, TOMBSTONE_PREFIX};

use super::provisioner::{Provisioner, RULE_ID};
use super::resource::Change;
use crate::{CloudError, CloudErrorKind};

const OPERATION: &str = "PutBucketLifecycleConfiguration";
/// The age of a multipart upload at which it counts as abandoned.
const ABANDONED_AFTER_DAYS: i32 = 1;
const TOMBSTONE_RULE_ID: &str = "darkroom-deleted";
/// The age at which a tombstone is removed.
const TOMBSTONE_DAYS: i32 = 30;

impl Provisioner {
    /// Adds Darkroom's rules to the existing rules. S3 accepts only the whole list.
    pub(super) async fn lifecycle(
        &self,
        storage: &StorageSettings,
        dry_run: bool,
    ) -> Result<Change, CloudError> {
        let bucket = &storage.raw_bucket;
        let current = self
            .s3
            .get_bucket_lifecycle_configuration()
            .bucket(bucket)
            .send()
            .await;
        let rules = match current.map_err(CloudError::from_sdk("GetBucketLifecycleConfiguration")) {
            Ok(current) => current.rules.unwrap_or_default(),
            Err(error) if error.is_not_found() => Vec::new(),
            Err(error) => return Err(error),
        };
        let wanted = [upload_rule(storage.raw_expiration_days)?, tombstone_rule()?];
        let (own, mut rules): (Vec<_>, Vec<_>) = rules.into_iter().partition(|rule| {
            let is_own = |wanted: &LifecycleRule| wanted.id() == rule.id();
            wanted.iter().any(is_own)
        });
        let is_unchanged = |wanted: &LifecycleRule| own.iter().any(|rule| is_same(rule, wanted));
        let change = if own.is_empty() {
            Change::Created
        } else if own.len() == wanted.len() && wanted.iter().all(is_unchanged) {
            return Ok(Change::Unchanged);
        } else {
            Change::Updated
        };
        if !dry_run {
            rules.extend(wanted);
            let configuration = BucketLifecycleConfiguration::builder().set_rules(Some(rules));
            let configuration = configuration.build().map_err(invalid)?;
            let request = self.s3.put_bucket_lifecycle_configuration().bucket(bucket);
            let put = request.lifecycle_configuration(configuration).send().await;
            put.map_err(CloudError::from_sdk(OPERATION))?;
        }
        Ok(change)
    }
}

fn upload_rule(expiration_days: Option<u32>) -> Result<LifecycleRule, CloudError> {
    let abort = AbortIncompleteMultipartUpload::builder();
    let abort = abort.days_after_initiation(ABANDONED_AFTER_DAYS).build();
    let days = expiration_days.map(|days| i32::try_from(days).unwrap_or(i32::MAX));
    let rule = rule(RULE_ID, RAW_PREFIX, days).abort_incomplete_multipart_upload(abort);
    rule.build().map_err(invalid)
}

fn tombstone_rule() -> Result<LifecycleRule, CloudError> {
    let rule = rule(TOMBSTONE_RULE_ID, TOMBSTONE_PREFIX, Some(TOMBSTONE_DAYS));
    rule.build().map_err(invalid)
}

fn rule(id: &str, prefix: &str, expiration_days: Option<i32>) -> LifecycleRuleBuilder {
    let expiration = expiration_days.map(|days| LifecycleExpiration::builder().days(days).build());
    LifecycleRule::builder()
        .id(id)
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix(prefix).build())
        .set_expiration(expiration)
}

fn invalid(error: BuildError) -> CloudError {
    CloudError::new(CloudErrorKind::Invalid, OPERATION, error)
}

/// Compares the ids, the numbers of days and the statuses of two rules. Each store fills in the
/// other fields differently.
fn is_same(current: &LifecycleRule, wanted: &LifecycleRule) -> bool {
    let days = |rule: &LifecycleRule| {
        let abort = rule.abort_incomplete_multipart_upload();
        (
            rule.expiration().and_then(LifecycleExpiration::days),
            abort.and_then(AbortIncompleteMultipartUpload::days_after_initiation),
        )
    };
    current.id() == wanted.id()
        && days(current) == days(wanted)
        && current.status() == wanted.status()
}
