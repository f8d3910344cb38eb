//! The lifecycle rules of raw objects, abandoned uploads, tombstones and review copies.

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus,
    LifecycleExpiration, LifecycleRule, LifecycleRuleFilter, builders::LifecycleRuleBuilder,
};
use darkroom_contract::{RAW_PREFIX, REVIEW_COPY_PREFIX, StorageSettings, TOMBSTONE_PREFIX};

use super::difference::{Description, differences};
use super::provisioner::{Provisioner, RULE_ID};
use super::resource::Change;
use crate::{CloudError, CloudErrorKind};

const OPERATION: &str = "PutBucketLifecycleConfiguration";
/// The age of a multipart upload at which it counts as abandoned.
const ABANDONED_AFTER_DAYS: i32 = 1;
const TOMBSTONE_RULE_ID: &str = "darkroom-deleted";
/// The age at which a tombstone is removed.
const TOMBSTONE_DAYS: i32 = 30;
const REVIEW_RULE_ID: &str = "darkroom-review";
const OWN_RULES: [&str; 3] = [RULE_ID, TOMBSTONE_RULE_ID, REVIEW_RULE_ID];

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
        let mut wanted = vec![upload_rule(storage.raw_expiration_days)?, tombstone_rule()?];
        wanted.extend(review_rule(storage.raw_expiration_days)?);
        let (own, mut rules): (Vec<_>, Vec<_>) = rules
            .into_iter()
            .partition(|rule| rule.id().is_some_and(|id| OWN_RULES.contains(&id)));
        let different = differences(&description(&own), &description(&wanted));
        if different.is_empty() && own.len() == wanted.len() {
            return Ok(Change::Unchanged);
        }
        if !dry_run {
            rules.extend(wanted);
            let configuration = BucketLifecycleConfiguration::builder().set_rules(Some(rules));
            let configuration = configuration.build().map_err(invalid)?;
            let request = self.s3.put_bucket_lifecycle_configuration().bucket(bucket);
            let put = request.lifecycle_configuration(configuration).send().await;
            put.map_err(CloudError::from_sdk(OPERATION))?;
        }
        Ok(Change::new(!own.is_empty(), different))
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

/// Returns the rule for review copies, which are of no use after their raw object has expired. Returns
/// `None` if raw objects do not expire.
fn review_rule(expiration_days: Option<u32>) -> Result<Option<LifecycleRule>, CloudError> {
    let days = expiration_days.map(|days| i32::try_from(days).unwrap_or(i32::MAX));
    let rule = days.map(|days| rule(REVIEW_RULE_ID, REVIEW_COPY_PREFIX, Some(days)).build());
    rule.transpose().map_err(invalid)
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

/// Describes rules by their prefixes, actions and statuses. Each store fills in the other fields
/// differently.
fn description(rules: &[LifecycleRule]) -> Description {
    let describe = |rule: &LifecycleRule| {
        let filter = rule.filter().and_then(LifecycleRuleFilter::prefix);
        let days = |days: Option<i32>| days.map_or("never".to_owned(), |days| format!("{days} d"));
        let abort = rule.abort_incomplete_multipart_upload();
        let text = format!(
            "prefix {}, expiration {}, abandoned uploads {}, {}",
            filter.or_else(|| prefix(rule)).unwrap_or_default(),
            days(rule.expiration().and_then(LifecycleExpiration::days)),
            days(abort.and_then(AbortIncompleteMultipartUpload::days_after_initiation)),
            rule.status().as_str(),
        );
        (rule.id().unwrap_or_default().to_owned(), text)
    };
    rules.iter().map(describe).collect()
}

/// Returns the prefix of a rule in the older form, which has no filter.
#[expect(deprecated, reason = "stores may return the older form")]
fn prefix(rule: &LifecycleRule) -> Option<&str> {
    rule.prefix()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_with_another_prefix_is_different() {
        let wanted = [upload_rule(Some(30)).unwrap()];
        assert_eq!(
            description(&wanted)["darkroom-uploads"],
            "prefix raw/, expiration 30 d, abandoned uploads 1 d, Enabled"
        );
        let own = rule(RULE_ID, "old/", Some(30))
            .abort_incomplete_multipart_upload(
                AbortIncompleteMultipartUpload::builder()
                    .days_after_initiation(ABANDONED_AFTER_DAYS)
                    .build(),
            )
            .build()
            .unwrap();
        let different = differences(&description(&[own]), &description(&wanted));
        assert_eq!(different.len(), 1, "{different:?}");
        assert!(different[0].to_string().contains("prefix old/"));
    }
}
