//! Creation of buckets.

use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};

use super::provisioner::Provisioner;
use super::resource::Change;
use crate::CloudError;

/// The one region that S3 does not accept as a location constraint.
const DEFAULT_LOCATION: &str = "us-east-1";

impl Provisioner {
    /// Creates a bucket unless it exists.
    pub(super) async fn bucket(&self, name: &str, dry_run: bool) -> Result<Change, CloudError> {
        if self.bucket_exists(name).await? {
            return Ok(Change::Unchanged);
        }
        if !dry_run {
            self.create_bucket(name).await?;
        }
        Ok(Change::Created(Vec::new()))
    }

    pub(super) async fn bucket_exists(&self, name: &str) -> Result<bool, CloudError> {
        let head = self.s3.head_bucket().bucket(name).send().await;
        match head.map_err(CloudError::from_sdk("HeadBucket")) {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Creates a bucket. Also succeeds if another process of the same account has just created it.
    async fn create_bucket(&self, name: &str) -> Result<(), CloudError> {
        let mut request = self.s3.create_bucket().bucket(name);
        if self.region != DEFAULT_LOCATION {
            let location = BucketLocationConstraint::from(self.region.as_str());
            let configuration = CreateBucketConfiguration::builder().location_constraint(location);
            request = request.create_bucket_configuration(configuration.build());
        }
        match request.send().await {
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|error| error.is_bucket_already_owned_by_you()) =>
            {
                Ok(())
            }
            other => other
                .map(drop)
                .map_err(CloudError::from_sdk("CreateBucket")),
        }
    }
}
