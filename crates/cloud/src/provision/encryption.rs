//! The default encryption of a bucket.

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types::{
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule,
};

use super::difference::Difference;
use super::provisioner::Provisioner;
use super::resource::Change;
use crate::{CloudError, CloudErrorKind};

const OPERATION: &str = "PutBucketEncryption";

impl Provisioner {
    /// Encrypts new objects with keys of S3 (SSE-S3), unless the bucket already encrypts them, for
    /// example with a key of AWS KMS.
    pub(super) async fn encryption(
        &self,
        bucket: &str,
        dry_run: bool,
    ) -> Result<Change, CloudError> {
        let current = self.s3.get_bucket_encryption().bucket(bucket).send().await;
        let current = match current.map_err(CloudError::from_sdk("GetBucketEncryption")) {
            Ok(current) => current.server_side_encryption_configuration,
            Err(error) if error.is_not_found() => None,
            Err(error) => return Err(error),
        };
        if current.is_some_and(|current| !current.rules().is_empty()) {
            return Ok(Change::Unchanged);
        }
        if !dry_run {
            let request = self.s3.put_bucket_encryption().bucket(bucket);
            let configuration = configuration()
                .map_err(|error| CloudError::new(CloudErrorKind::Invalid, OPERATION, error))?;
            let put = request.server_side_encryption_configuration(configuration);
            put.send().await.map_err(CloudError::from_sdk(OPERATION))?;
        }
        Ok(Change::Created(vec![Difference {
            setting: "SSEAlgorithm".to_owned(),
            current: None,
            wanted: ServerSideEncryption::Aes256.as_str().to_owned(),
        }]))
    }
}

fn configuration() -> Result<ServerSideEncryptionConfiguration, BuildError> {
    let default = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(ServerSideEncryption::Aes256)
        .build()?;
    let rule = ServerSideEncryptionRule::builder();
    let rule = rule
        .apply_server_side_encryption_by_default(default)
        .build();
    ServerSideEncryptionConfiguration::builder()
        .rules(rule)
        .build()
}
