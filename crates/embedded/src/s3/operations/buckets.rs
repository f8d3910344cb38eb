//! Operations on buckets.

use std::sync::Arc;

use s3s::S3Result;
use s3s::dto::*;

use crate::s3::api::S3Api;

/// The region for which S3 returns an empty location.
const UNNAMED_REGION: &str = "us-east-1";

pub(crate) fn create(api: &S3Api, input: &CreateBucketInput) -> S3Result<CreateBucketOutput> {
    api.store.create(&input.bucket)?;
    Ok(CreateBucketOutput {
        location: Some(format!("/{}", input.bucket)),
    })
}

pub(crate) async fn delete(api: &S3Api, input: DeleteBucketInput) -> S3Result<DeleteBucketOutput> {
    let store = Arc::clone(&api.store);
    api.store.run(move || store.delete(&input.bucket)).await?;
    Ok(DeleteBucketOutput::default())
}

pub(crate) fn head(api: &S3Api, input: &HeadBucketInput) -> S3Result<HeadBucketOutput> {
    api.store.bucket(&input.bucket)?;
    Ok(HeadBucketOutput {
        bucket_region: Some(api.region.clone()),
        ..Default::default()
    })
}

pub(crate) fn list(api: &S3Api) -> ListBucketsOutput {
    let buckets = api.store.buckets();
    let buckets = buckets.iter().map(|bucket| Bucket {
        name: Some(bucket.name.clone()),
        creation_date: Some(bucket.created.into()),
        bucket_region: None,
    });
    ListBucketsOutput {
        buckets: Some(buckets.collect()),
        ..Default::default()
    }
}

pub(crate) fn location(
    api: &S3Api,
    input: &GetBucketLocationInput,
) -> S3Result<GetBucketLocationOutput> {
    api.store.bucket(&input.bucket)?;
    let is_named = api.region != UNNAMED_REGION;
    Ok(GetBucketLocationOutput {
        location_constraint: is_named.then(|| api.region.clone().into()),
    })
}

/// Returns the response for a bucket on which versioning was never enabled.
pub(crate) fn versioning(
    api: &S3Api,
    input: &GetBucketVersioningInput,
) -> S3Result<GetBucketVersioningOutput> {
    api.store.bucket(&input.bucket)?;
    Ok(GetBucketVersioningOutput::default())
}
