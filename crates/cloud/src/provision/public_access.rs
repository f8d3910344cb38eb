//! The block of public access to a bucket.

use aws_sdk_s3::types::PublicAccessBlockConfiguration;

use super::difference::{Description, differences};
use super::provisioner::Provisioner;
use super::resource::Change;
use crate::CloudError;

impl Provisioner {
    /// Blocks every kind of public access to a bucket.
    pub(super) async fn public_access(
        &self,
        bucket: &str,
        dry_run: bool,
    ) -> Result<Change, CloudError> {
        let current = self
            .s3
            .get_public_access_block()
            .bucket(bucket)
            .send()
            .await;
        let current = match current.map_err(CloudError::from_sdk("GetPublicAccessBlock")) {
            Ok(current) => current.public_access_block_configuration,
            Err(error) if error.is_not_found() => None,
            Err(error) => return Err(error),
        };
        let wanted = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .ignore_public_acls(true)
            .block_public_policy(true)
            .restrict_public_buckets(true)
            .build();
        let described = current.as_ref().map(description).unwrap_or_default();
        let different = differences(&described, &description(&wanted));
        if !different.is_empty() && !dry_run {
            let request = self.s3.put_public_access_block().bucket(bucket);
            let put = request.public_access_block_configuration(wanted).send();
            put.await
                .map_err(CloudError::from_sdk("PutPublicAccessBlock"))?;
        }
        Ok(Change::new(current.is_some(), different))
    }
}

fn description(block: &PublicAccessBlockConfiguration) -> Description {
    let settings = [
        ("BlockPublicAcls", block.block_public_acls()),
        ("IgnorePublicAcls", block.ignore_public_acls()),
        ("BlockPublicPolicy", block.block_public_policy()),
        ("RestrictPublicBuckets", block.restrict_public_buckets()),
    ];
    let value = |value: Option<bool>| value.unwrap_or_default().to_string();
    let settings = settings.map(|(name, is_set)| (name.to_owned(), value(is_set)));
    settings.into()
}
