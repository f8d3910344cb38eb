//! The lifecycle rule of raw objects and abandoned uploads.

use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus,
    LifecycleExpiration, LifecycleRule, LifecycleRuleFilter,
};
use darkroom_contract::{RAW_PREFIX, StorageSettings};

use super::provisioner::{Provisioner, RULE_ID};
use super::resource::Change;
use crate::{CloudError, CloudErrorKind};

const OPERATION: &str = "PutBucketLifecycleConfiguration";
/// The age of a multipart upload at which it counts as abandoned.
const ABANDONED_AFTER_DAYS: i32 = 1;

impl Provisioner {
    /// Adds Darkroom's rule to the existing ones. S3 only accepts the whole list.
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
        let wanted = rule(storage.raw_expiration_days)?;
        let (own, mut rules): (Vec<_>, Vec<_>) = rules
            .into_iter()
            .partition(|rule| rule.id() == Some(RULE_ID));
        let change = match own.as_slice() {
            [] => Change::Created,
            [one] if is_same(one, &wanted) => return Ok(Change::Unchanged),
            _ => Change::Updated,
        };
        if !dry_run {
            rules.push(wanted);
            let configuration = BucketLifecycleConfiguration::builder().set_rules(Some(rules));
            let configuration = configuration
                .build()
                .map_err(|error| CloudError::new(CloudErrorKind::Invalid, OPERATION, error))?;
            let request = self.s3.put_bucket_lifecycle_configuration().bucket(bucket);
            let put = request.lifecycle_configuration(configuration).send().await;
            put.map_err(CloudError::from_sdk(OPERATION))?;
        }
        Ok(change)
    }
}

fn rule(expiration_days: Option<u32>) -> Result<LifecycleRule, CloudError> {
    let abort = AbortIncompleteMultipartUpload::builder();
    let expiration = expiration_days.map(|days| {
        LifecycleExpiration::builder()
            .days(i32::try_from(days).unwrap_or(i32::MAX))
            .build()
    });
    LifecycleRule::builder()
        .id(RULE_ID)
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix(RAW_PREFIX).build())
        .abort_incomplete_multipart_upload(
            abort.days_after_initiation(ABANDONED_AFTER_DAYS).build(),
        )
        .set_expiration(expiration)
        .build()
        .map_err(|error| CloudError::new(CloudErrorKind::Invalid, OPERATION, error))
}

/// Compares the fields that Darkroom sets. Each service fills in the others differently.
fn is_same(current: &LifecycleRule, wanted: &LifecycleRule) -> bool {
    let days = |rule: &LifecycleRule| {
        let abort = rule.abort_incomplete_multipart_upload();
        (
            rule.expiration().and_then(LifecycleExpiration::days),
            abort.and_then(AbortIncompleteMultipartUpload::days_after_initiation),
        )
    };
    days(current) == days(wanted) && current.status() == wanted.status()
}
