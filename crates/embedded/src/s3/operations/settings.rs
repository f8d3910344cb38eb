//! Operations on the settings of a bucket.

use s3s::dto::*;
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use crate::s3::api::S3Api;

pub(crate) fn put_notification(
    api: &S3Api,
    input: PutBucketNotificationConfigurationInput,
) -> S3Result<PutBucketNotificationConfigurationOutput> {
    let bucket = api.store.bucket(&input.bucket)?;
    let configuration = input.notification_configuration;
    api.notifier.check(&configuration)?;
    bucket
        .settings
        .notification
        .put(configuration.clone())
        .map_err(S3Error::internal_error)?;
    api.notifier.send_test_event(&bucket, &configuration);
    Ok(PutBucketNotificationConfigurationOutput::default())
}

pub(crate) fn get_notification(
    api: &S3Api,
    input: &GetBucketNotificationConfigurationInput,
) -> S3Result<GetBucketNotificationConfigurationOutput> {
    let bucket = api.store.bucket(&input.bucket)?;
    let configuration = bucket.settings.notification.get();
    Ok(GetBucketNotificationConfigurationOutput {
        queue_configurations: configuration
            .and_then(|configuration| configuration.queue_configurations.clone()),
        ..Default::default()
    })
}

pub(crate) fn put_cors(api: &S3Api, input: PutBucketCorsInput) -> S3Result<PutBucketCorsOutput> {
    let bucket = api.store.bucket(&input.bucket)?;
    bucket
        .settings
        .cors
        .put(input.cors_configuration)
        .map_err(S3Error::internal_error)?;
    Ok(PutBucketCorsOutput::default())
}

pub(crate) fn get_cors(api: &S3Api, input: &GetBucketCorsInput) -> S3Result<GetBucketCorsOutput> {
    let cors = api.store.bucket(&input.bucket)?.settings.cors.get();
    let cors = cors.ok_or_else(|| missing("NoSuchCORSConfiguration"))?;
    Ok(GetBucketCorsOutput {
        cors_rules: Some(cors.cors_rules.clone()),
    })
}

pub(crate) fn put_lifecycle(
    api: &S3Api,
    input: PutBucketLifecycleConfigurationInput,
) -> S3Result<PutBucketLifecycleConfigurationOutput> {
    let bucket = api.store.bucket(&input.bucket)?;
    let lifecycle = input.lifecycle_configuration;
    let lifecycle = lifecycle.ok_or_else(|| s3_error!(MalformedXML))?;
    bucket
        .settings
        .lifecycle
        .put(lifecycle)
        .map_err(S3Error::internal_error)?;
    Ok(PutBucketLifecycleConfigurationOutput::default())
}

pub(crate) fn get_lifecycle(
    api: &S3Api,
    input: &GetBucketLifecycleConfigurationInput,
) -> S3Result<GetBucketLifecycleConfigurationOutput> {
    let lifecycle = api.store.bucket(&input.bucket)?.settings.lifecycle.get();
    let lifecycle = lifecycle.ok_or_else(|| missing("NoSuchLifecycleConfiguration"))?;
    Ok(GetBucketLifecycleConfigurationOutput {
        rules: Some(lifecycle.rules.clone()),
        ..Default::default()
    })
}

pub(crate) fn put_public_access_block(
    api: &S3Api,
    input: PutPublicAccessBlockInput,
) -> S3Result<PutPublicAccessBlockOutput> {
    let bucket = api.store.bucket(&input.bucket)?;
    bucket
        .settings
        .public_access_block
        .put(input.public_access_block_configuration)
        .map_err(S3Error::internal_error)?;
    Ok(PutPublicAccessBlockOutput::default())
}

pub(crate) fn get_public_access_block(
    api: &S3Api,
    input: &GetPublicAccessBlockInput,
) -> S3Result<GetPublicAccessBlockOutput> {
    let settings = &api.store.bucket(&input.bucket)?.settings;
    let block = settings.public_access_block.get();
    let block = block.ok_or_else(|| missing("NoSuchPublicAccessBlockConfiguration"))?;
    Ok(GetPublicAccessBlockOutput {
        public_access_block_configuration: Some((*block).clone()),
    })
}

pub(crate) fn put_encryption(
    api: &S3Api,
    input: PutBucketEncryptionInput,
) -> S3Result<PutBucketEncryptionOutput> {
    let bucket = api.store.bucket(&input.bucket)?;
    bucket
        .settings
        .encryption
        .put(input.server_side_encryption_configuration)
        .map_err(S3Error::internal_error)?;
    Ok(PutBucketEncryptionOutput::default())
}

pub(crate) fn get_encryption(
    api: &S3Api,
    input: &GetBucketEncryptionInput,
) -> S3Result<GetBucketEncryptionOutput> {
    let encryption = api.store.bucket(&input.bucket)?.settings.encryption.get();
    let encryption =
        encryption.ok_or_else(|| missing("ServerSideEncryptionConfigurationNotFoundError"))?;
    Ok(GetBucketEncryptionOutput {
        server_side_encryption_configuration: Some((*encryption).clone()),
    })
}

/// Returns the error for a setting that was never set. S3 has a separate code for each setting,
/// always with status 404.
fn missing(code: &'static str) -> S3Error {
    let code = S3ErrorCode::from_bytes(code.as_bytes()).unwrap_or(S3ErrorCode::InvalidRequest);
    let mut error = S3Error::with_message(code, "The bucket has no such configuration");
    error.set_status_code(http::StatusCode::NOT_FOUND);
    error
}
