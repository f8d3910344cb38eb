//! Operations on objects.

use s3s::dto::*;
use s3s::{S3Request, S3Result, s3_error};

use crate::s3::api::S3Api;
use crate::s3::conditions::WriteConditions;
use crate::s3::notification::Event;
use crate::s3::selection::Selection;
use crate::s3::{copy, delete, inputs, outputs, read, upload};

/// S3's limit on a batch of deletions.
const MAX_DELETIONS: usize = 1000;

pub(crate) async fn put(
    api: &S3Api,
    request: S3Request<PutObjectInput>,
) -> S3Result<PutObjectOutput> {
    let upload = inputs::put(request);
    let object = upload::store(&api.store, &api.notifier, upload, Event::Put).await?;
    Ok(outputs::put(&object))
}

pub(crate) async fn post(
    api: &S3Api,
    request: S3Request<PostObjectInput>,
) -> S3Result<PostObjectOutput> {
    let upload = inputs::post(request);
    let object = upload::store(&api.store, &api.notifier, upload, Event::Post).await?;
    Ok(PostObjectOutput {
        e_tag: Some(object.strong_etag()),
        ..Default::default()
    })
}

pub(crate) async fn get(
    api: &S3Api,
    request: S3Request<GetObjectInput>,
) -> S3Result<GetObjectOutput> {
    let mut input = request.input;
    let conditions = inputs::get_conditions(&mut input);
    let selection = Selection::new(input.range, input.part_number, &request.headers);
    let object = read::open(&api.store, &input.bucket, input.key, conditions, selection).await?;
    let output = outputs::get(object, wants_checksums(input.checksum_mode.as_ref()));
    // The query parameters of a presigned URL may override these headers.
    Ok(GetObjectOutput {
        content_type: input.response_content_type.or(output.content_type),
        content_encoding: input.response_content_encoding.or(output.content_encoding),
        content_disposition: input
            .response_content_disposition
            .or(output.content_disposition),
        content_language: input.response_content_language.or(output.content_language),
        cache_control: input.response_cache_control.or(output.cache_control),
        expires: input.response_expires.or(output.expires),
        ..output
    })
}

pub(crate) fn head(api: &S3Api, request: S3Request<HeadObjectInput>) -> S3Result<HeadObjectOutput> {
    let mut input = request.input;
    let bucket = api.store.bucket(&input.bucket)?;
    let object = bucket
        .find(&input.key)
        .ok_or_else(|| s3_error!(NoSuchKey))?;
    inputs::head_conditions(&mut input).check(&object)?;
    let selection = Selection::new(input.range, input.part_number, &request.headers);
    let selected = selection.resolve(&object)?;
    let with_checksums = wants_checksums(input.checksum_mode.as_ref());
    Ok(outputs::head(&object, &selected, with_checksums))
}

fn wants_checksums(mode: Option<&ChecksumMode>) -> bool {
    mode.is_some_and(|mode| mode.as_str() == ChecksumMode::ENABLED)
}

pub(crate) async fn copy(api: &S3Api, input: CopyObjectInput) -> S3Result<CopyObjectOutput> {
    let object = copy::copy(&api.store, &api.notifier, inputs::copy(input)?).await?;
    let result = CopyObjectResult {
        e_tag: Some(object.strong_etag()),
        last_modified: Some(object.modified().into()),
        ..Default::default()
    };
    Ok(CopyObjectOutput {
        copy_object_result: Some(result),
        ..Default::default()
    })
}

/// Returns no tags, because requests that set tags are refused.
pub(crate) fn tags(api: &S3Api, input: &GetObjectTaggingInput) -> S3Result<GetObjectTaggingOutput> {
    let bucket = api.store.bucket(&input.bucket)?;
    bucket
        .find(&input.key)
        .ok_or_else(|| s3_error!(NoSuchKey))?;
    Ok(GetObjectTaggingOutput::default())
}

pub(crate) async fn delete(api: &S3Api, input: DeleteObjectInput) -> S3Result<DeleteObjectOutput> {
    let bucket = api.store.bucket(&input.bucket)?;
    let conditions = WriteConditions {
        if_match: input.if_match,
        if_none_match: None,
    };
    delete::delete(&api.store, &api.notifier, bucket, input.key, conditions).await?;
    Ok(DeleteObjectOutput::default())
}

pub(crate) async fn delete_batch(
    api: &S3Api,
    input: DeleteObjectsInput,
) -> S3Result<DeleteObjectsOutput> {
    let bucket = api.store.bucket(&input.bucket)?;
    if input.delete.objects.len() > MAX_DELETIONS {
        return Err(s3_error!(
            MalformedXML,
            "A request deletes {MAX_DELETIONS} objects at most"
        ));
    }
    let is_quiet = input.delete.quiet.unwrap_or_default();
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for ObjectIdentifier { key, e_tag, .. } in input.delete.objects {
        let conditions = WriteConditions {
            if_match: e_tag.map(ETagCondition::ETag),
            if_none_match: None,
        };
        let (bucket, name) = (bucket.clone(), key.clone());
        match delete::delete(&api.store, &api.notifier, bucket, name, conditions).await {
            Ok(()) if is_quiet => {}
            Ok(()) => deleted.push(DeletedObject {
                key: Some(key),
                ..Default::default()
            }),
            Err(error) => errors.push(outputs::batch_error(key, &error)),
        }
    }
    Ok(DeleteObjectsOutput {
        deleted: Some(deleted),
        errors: Some(errors),
        ..Default::default()
    })
}
