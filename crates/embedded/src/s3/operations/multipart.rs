//! Operations on multipart uploads.

use s3s::dto::*;
use s3s::{S3Error, S3Request, S3Result};
use time::OffsetDateTime;

use crate::s3::api::S3Api;
use crate::s3::conditions::WriteConditions;
use crate::s3::inputs;
use crate::s3::listing::page_size;
use crate::s3::multipart::{self, list};
use crate::s3::operations::encoder::Encoder;

fn find(api: &S3Api, bucket: &str, id: &str, key: &str) -> S3Result<multipart::MultipartUpload> {
    multipart::MultipartUpload::find(api.store.bucket(bucket)?, id, key)
}

pub(crate) fn create(
    api: &S3Api,
    input: CreateMultipartUploadInput,
) -> S3Result<CreateMultipartUploadOutput> {
    let (name, key) = (input.bucket.clone(), input.key.clone());
    let bucket = api.store.bucket(&name)?;
    let headers = inputs::multipart_headers(input);
    let id = multipart::MultipartUpload::create(&bucket, key.clone(), headers)?;
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

pub(crate) async fn upload_part_copy(
    api: &S3Api,
    mut input: UploadPartCopyInput,
) -> S3Result<UploadPartCopyOutput> {
    let source = inputs::copied_part(&mut input)?;
    let upload = find(api, &input.bucket, &input.upload_id, &input.key)?;
    let etag = upload
        .copy_part(&api.store, input.part_number, source)
        .await?;
    let result = CopyPartResult {
        e_tag: Some(ETag::Strong(etag)),
        last_modified: Some(OffsetDateTime::now_utc().into()),
        ..Default::default()
    };
    Ok(UploadPartCopyOutput {
        copy_part_result: Some(result),
        ..Default::default()
    })
}

pub(crate) fn list_parts(api: &S3Api, input: ListPartsInput) -> S3Result<ListPartsOutput> {
    let upload = find(api, &input.bucket, &input.upload_id, &input.key)?;
    let max = page_size(input.max_parts)?;
    let after = input.part_number_marker.unwrap_or_default();
    let (parts, is_truncated) = upload.parts(after, max)?;
    let last = parts.last().and_then(|part| part.part_number);
    Ok(ListPartsOutput {
        next_part_number_marker: last.filter(|_| is_truncated),
        is_truncated: Some(is_truncated),
        max_parts: i32::try_from(max).ok(),
        part_number_marker: Some(after),
        parts: Some(parts),
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(input.upload_id),
        ..Default::default()
    })
}

pub(crate) async fn list_uploads(
    api: &S3Api,
    input: ListMultipartUploadsInput,
) -> S3Result<ListMultipartUploadsOutput> {
    let bucket = api.store.bucket(&input.bucket)?;
    let max = page_size(input.max_uploads)?;
    let work = move || {
        let query = list::Query {
            prefix: input.prefix.as_deref().unwrap_or_default(),
            delimiter: input.delimiter.as_deref().unwrap_or_default(),
            key_marker: input.key_marker.as_deref().unwrap_or_default(),
            id_marker: input.upload_id_marker.as_deref(),
            max,
        };
        let page = list::list(&bucket, &query).map_err(S3Error::internal_error)?;
        Ok((page, input))
    };
    let (page, input) = api.store.run(work).await?;
    Ok(uploads_output(input, page, max))
}

fn uploads_output(
    input: ListMultipartUploadsInput,
    page: list::Page,
    max: usize,
) -> ListMultipartUploadsOutput {
    let encoder = Encoder::new(input.encoding_type.as_ref());
    let upload = |entry: list::Entry| MultipartUpload {
        key: Some(encoder.text(&entry.key)),
        upload_id: Some(entry.id),
        initiated: Some(entry.created.into()),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
        ..Default::default()
    };
    let is_truncated = page.next.is_some();
    let (next_key, next_id) = page.next.unzip();
    ListMultipartUploadsOutput {
        uploads: Some(page.uploads.into_iter().map(upload).collect()),
        common_prefixes: Some(encoder.prefixes(&page.common_prefixes)),
        is_truncated: Some(is_truncated),
        next_key_marker: encoder.maybe(next_key.as_deref()),
        next_upload_id_marker: next_id,
        max_uploads: i32::try_from(max).ok(),
        prefix: encoder.maybe(input.prefix.as_deref()),
        delimiter: encoder.maybe(input.delimiter.as_deref()),
        key_marker: encoder.maybe(input.key_marker.as_deref()),
        upload_id_marker: input.upload_id_marker,
        encoding_type: input.encoding_type,
        bucket: Some(input.bucket),
        ..Default::default()
    }
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
