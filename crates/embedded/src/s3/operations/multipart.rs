//! Operations on multipart uploads.

use s3s::dto::*;
use s3s::{S3Request, S3Result};

use crate::s3::api::S3Api;
use crate::s3::conditions::WriteConditions;
use crate::s3::inputs;
use crate::s3::multipart::MultipartUpload;

fn find(api: &S3Api, bucket: &str, id: &str, key: &str) -> S3Result<MultipartUpload> {
    MultipartUpload::find(api.store.bucket(bucket)?, id, key)
}

pub(crate) fn create(
    api: &S3Api,
    input: CreateMultipartUploadInput,
) -> S3Result<CreateMultipartUploadOutput> {
    let (name, key) = (input.bucket.clone(), input.key.clone());
    let bucket = api.store.bucket(&name)?;
    let headers = inputs::multipart_headers(input);
    let id = MultipartUpload::create(&bucket, key.clone(), headers)?;
    Ok(CreateMultipartUploadOutput {
        bucket: Some(name),
        key: Some(key),
        upload_id: Some(id),
        ..Default::default()
    })
}

pub(crate) async fn upload_part(
    api: &S3Api,
    mut request: S3Request<UploadPartInput>,
) -> S3Result<UploadPartOutput> {
    let (body, expected) = inputs::part(&mut request);
    let input = request.input;
    let upload = find(api, &input.bucket, &input.upload_id, &input.key)?;
    let etag = upload
        .put_part(&api.store, input.part_number, body, expected)
        .await?;
    Ok(UploadPartOutput {
        e_tag: Some(ETag::Strong(etag)),
        ..Default::default()
    })
}

pub(crate) fn list_parts(api: &S3Api, input: ListPartsInput) -> S3Result<ListPartsOutput> {
    let upload = find(api, &input.bucket, &input.upload_id, &input.key)?;
    Ok(ListPartsOutput {
        parts: Some(upload.parts()?),
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(input.upload_id),
        is_truncated: Some(false),
        ..Default::default()
    })
}

pub(crate) async fn complete(
    api: &S3Api,
    input: CompleteMultipartUploadInput,
) -> S3Result<CompleteMultipartUploadOutput> {
    let upload = find(api, &input.bucket, &input.upload_id, &input.key)?;
    let parts = input.multipart_upload.and_then(|upload| upload.parts);
    let conditions = WriteConditions {
        if_match: input.if_match,
        if_none_match: input.if_none_match,
    };
    let object = upload
        .complete(
            &api.store,
            &api.notifier,
            parts.unwrap_or_default(),
            conditions,
        )
        .await?;
    Ok(CompleteMultipartUploadOutput {
        location: Some(format!("/{}/{}", input.bucket, input.key)),
        bucket: Some(input.bucket),
        key: Some(input.key),
        e_tag: Some(object.strong_etag()),
        ..Default::default()
    })
}

pub(crate) fn abort(
    api: &S3Api,
    input: &AbortMultipartUploadInput,
) -> S3Result<AbortMultipartUploadOutput> {
    find(api, &input.bucket, &input.upload_id, &input.key)?.abort()?;
    Ok(AbortMultipartUploadOutput::default())
}
