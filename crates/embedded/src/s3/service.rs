//! The S3 operations, each a few lines over the store. Operations that are not here answer `NotImplemented`;
//! versioning is one of them.

use std::io;
use std::sync::Arc;

use s3s::dto::*;
use s3s::xml;
use s3s::{S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result, s3_error};

use super::bucket::Bucket as StoredBucket;
use super::conditions::WriteConditions;
use super::multipart::{self, Pending};
use super::store::Store;
use super::{answers, inputs, objects, pages};
use crate::events::{Event, Notifier};

const LIFECYCLE: &str = "lifecycle.xml";

type Answer<T> = S3Result<S3Response<T>>;

/// S3 on a [`Store`].
pub(crate) struct S3Api {
    store: Arc<Store>,
    notifier: Notifier,
    region: String,
}

impl S3Api {
    pub(crate) fn new(store: Arc<Store>, notifier: Notifier, region: String) -> Self {
        Self {
            store,
            notifier,
            region,
        }
    }

    fn pending(&self, bucket: &str, id: &str, key: &str) -> S3Result<Pending> {
        Pending::find(self.store.bucket(bucket)?, id, key)
    }

    fn configure(
        &self,
        bucket: &str,
        change: impl FnOnce(&StoredBucket) -> io::Result<()>,
    ) -> S3Result<()> {
        change(&*self.store.bucket(bucket)?).map_err(S3Error::internal_error)
    }

    fn keep<T: xml::Serialize>(&self, bucket: &str, setting: &str, value: &T) -> S3Result<()> {
        self.configure(bucket, |bucket| bucket.settings.save_xml(setting, value))
    }

    fn kept<T>(&self, bucket: &str, setting: &str, code: &'static str) -> S3Result<T>
    where
        T: for<'xml> xml::Deserialize<'xml>,
    {
        let found = self.store.bucket(bucket)?.settings.load_xml(setting);
        found
            .map_err(S3Error::internal_error)?
            .ok_or_else(|| not_configured(code))
    }
}

/// The error for a setting that was never put: a code of its own each, and always 404.
fn not_configured(code: &'static str) -> S3Error {
    let code = S3ErrorCode::from_bytes(code.as_bytes()).unwrap_or(S3ErrorCode::InvalidRequest);
    let mut error = S3Error::with_message(code, "The bucket has no such configuration");
    error.set_status_code(http::StatusCode::NOT_FOUND);
    error
}

fn answer<T>(output: T) -> Answer<T> {
    Ok(S3Response::new(output))
}

fn wants_checksums(mode: Option<&ChecksumMode>) -> bool {
    mode.is_some_and(|mode| mode.as_str() == ChecksumMode::ENABLED)
}

#[async_trait::async_trait]
impl S3 for S3Api {
    async fn create_bucket(&self, req: S3Request<CreateBucketInput>) -> Answer<CreateBucketOutput> {
        self.store.create(&req.input.bucket)?;
        answer(CreateBucketOutput {
            location: Some(format!("/{}", req.input.bucket)),
        })
    }

    async fn head_bucket(&self, req: S3Request<HeadBucketInput>) -> Answer<HeadBucketOutput> {
        self.store.bucket(&req.input.bucket)?;
        answer(HeadBucketOutput {
            bucket_region: Some(self.region.clone()),
            ..Default::default()
        })
    }

    async fn list_buckets(&self, _: S3Request<ListBucketsInput>) -> Answer<ListBucketsOutput> {
        let buckets = self.store.buckets().iter().map(answers::bucket).collect();
        answer(ListBucketsOutput {
            buckets: Some(buckets),
            ..Default::default()
        })
    }

    async fn get_bucket_location(
        &self,
        req: S3Request<GetBucketLocationInput>,
    ) -> Answer<GetBucketLocationOutput> {
        self.store.bucket(&req.input.bucket)?;
        // us-east-1 is the region without a name.
        let named = (self.region != "us-east-1").then(|| self.region.clone().into());
        answer(GetBucketLocationOutput {
            location_constraint: named,
        })
    }

    async fn get_bucket_versioning(
        &self,
        req: S3Request<GetBucketVersioningInput>,
    ) -> Answer<GetBucketVersioningOutput> {
        self.store.bucket(&req.input.bucket)?;
        answer(GetBucketVersioningOutput::default())
    }

    async fn put_object(&self, req: S3Request<PutObjectInput>) -> Answer<PutObjectOutput> {
        let object =
            objects::put(&self.store, &self.notifier, inputs::put(req), Event::Put).await?;
        answer(answers::put(&object))
    }

    async fn post_object(&self, req: S3Request<PostObjectInput>) -> Answer<PostObjectOutput> {
        let object =
            objects::put(&self.store, &self.notifier, inputs::post(req), Event::Post).await?;
        answer(PostObjectOutput {
            e_tag: Some(object.strong_etag()),
            ..Default::default()
        })
    }

    async fn get_object(&self, req: S3Request<GetObjectInput>) -> Answer<GetObjectOutput> {
        let mut input = req.input;
        let conditions = inputs::get_conditions(&mut input);
        let opened = objects::get(
            &self.store,
            &input.bucket,
            input.key,
            conditions,
            input.range,
        )
        .await?;
        let with_checksums = wants_checksums(input.checksum_mode.as_ref());
        let output = answers::get(opened, input.range.is_some(), with_checksums);
        answer(GetObjectOutput {
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

    async fn head_object(&self, req: S3Request<HeadObjectInput>) -> Answer<HeadObjectOutput> {
        let mut input = req.input;
        let object = self
            .store
            .bucket(&input.bucket)?
            .find(&input.key)
            .ok_or_else(|| s3_error!(NoSuchKey))?;
        inputs::head_conditions(&mut input).check(&object)?;
        answer(answers::head(
            &object,
            wants_checksums(input.checksum_mode.as_ref()),
        ))
    }

    async fn copy_object(&self, req: S3Request<CopyObjectInput>) -> Answer<CopyObjectOutput> {
        let object = objects::copy(&self.store, &self.notifier, inputs::copy(req.input)?).await?;
        let result = CopyObjectResult {
            e_tag: Some(object.strong_etag()),
            last_modified: Some(object.modified().into()),
            ..Default::default()
        };
        answer(CopyObjectOutput {
            copy_object_result: Some(result),
            ..Default::default()
        })
    }

    async fn delete_object(&self, req: S3Request<DeleteObjectInput>) -> Answer<DeleteObjectOutput> {
        let bucket = self.store.bucket(&req.input.bucket)?;
        let conditions = WriteConditions {
            if_match: req.input.if_match,
            if_none_match: None,
        };
        objects::delete(
            &self.store,
            &self.notifier,
            bucket,
            req.input.key,
            conditions,
        )
        .await?;
        answer(DeleteObjectOutput::default())
    }

    async fn delete_objects(
        &self,
        req: S3Request<DeleteObjectsInput>,
    ) -> Answer<DeleteObjectsOutput> {
        let bucket = self.store.bucket(&req.input.bucket)?;
        let quiet = req.input.delete.quiet.unwrap_or_default();
        let (mut deleted, mut errors) = (Vec::new(), Vec::new());
        for object in req.input.delete.objects {
            let key = object.key.clone();
            match objects::delete_named(&self.store, &self.notifier, &bucket, object).await {
                Ok(()) if quiet => {}
                Ok(()) => deleted.push(DeletedObject {
                    key: Some(key),
                    ..Default::default()
                }),
                Err(error) => errors.push(answers::error(key, &error)),
            }
        }
        answer(DeleteObjectsOutput {
            deleted: Some(deleted),
            errors: Some(errors),
            ..Default::default()
        })
    }

    async fn list_objects_v2(
        &self,
        req: S3Request<ListObjectsV2Input>,
    ) -> Answer<ListObjectsV2Output> {
        let bucket = self.store.bucket(&req.input.bucket)?;
        answer(pages::second_version(&bucket, req.input)?)
    }

    async fn create_multipart_upload(
        &self,
        req: S3Request<CreateMultipartUploadInput>,
    ) -> Answer<CreateMultipartUploadOutput> {
        let (bucket, key) = (req.input.bucket.clone(), req.input.key.clone());
        let stored = self.store.bucket(&bucket)?;
        let id = multipart::begin(&stored, key.clone(), inputs::multipart_headers(req.input))?;
        answer(CreateMultipartUploadOutput {
            bucket: Some(bucket),
            key: Some(key),
            upload_id: Some(id),
            ..Default::default()
        })
    }

    async fn upload_part(&self, mut req: S3Request<UploadPartInput>) -> Answer<UploadPartOutput> {
        let pending = self.pending(&req.input.bucket, &req.input.upload_id, &req.input.key)?;
        let (body, expected) = inputs::part(&mut req);
        let etag = pending
            .put_part(&self.store, req.input.part_number, body, expected)
            .await?;
        answer(UploadPartOutput {
            e_tag: Some(ETag::Strong(etag)),
            ..Default::default()
        })
    }

    async fn list_parts(&self, req: S3Request<ListPartsInput>) -> Answer<ListPartsOutput> {
        let input = req.input;
        let parts = self
            .pending(&input.bucket, &input.upload_id, &input.key)?
            .parts()?;
        answer(ListPartsOutput {
            parts: Some(parts),
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(input.upload_id),
            is_truncated: Some(false),
            ..Default::default()
        })
    }

    async fn complete_multipart_upload(
        &self,
        req: S3Request<CompleteMultipartUploadInput>,
    ) -> Answer<CompleteMultipartUploadOutput> {
        let input = req.input;
        let pending = self.pending(&input.bucket, &input.upload_id, &input.key)?;
        let parts = input
            .multipart_upload
            .and_then(|upload| upload.parts)
            .unwrap_or_default();
        let conditions = WriteConditions {
            if_match: input.if_match,
            if_none_match: input.if_none_match,
        };
        let object = pending
            .complete(&self.store, &self.notifier, parts, conditions)
            .await?;
        answer(CompleteMultipartUploadOutput {
            location: Some(format!("/{}/{}", input.bucket, input.key)),
            bucket: Some(input.bucket),
            key: Some(input.key),
            e_tag: Some(object.strong_etag()),
            ..Default::default()
        })
    }

    async fn abort_multipart_upload(
        &self,
        req: S3Request<AbortMultipartUploadInput>,
    ) -> Answer<AbortMultipartUploadOutput> {
        self.pending(&req.input.bucket, &req.input.upload_id, &req.input.key)?
            .abort()?;
        answer(AbortMultipartUploadOutput::default())
    }

    async fn put_bucket_notification_configuration(
        &self,
        req: S3Request<PutBucketNotificationConfigurationInput>,
    ) -> Answer<PutBucketNotificationConfigurationOutput> {
        let bucket = self.store.bucket(&req.input.bucket)?;
        let configuration = req.input.notification_configuration;
        self.notifier.validate(&configuration)?;
        bucket
            .settings
            .put_notification(configuration.clone())
            .map_err(S3Error::internal_error)?;
        self.notifier.send_test(&bucket, &configuration);
        answer(PutBucketNotificationConfigurationOutput::default())
    }

    async fn get_bucket_notification_configuration(
        &self,
        req: S3Request<GetBucketNotificationConfigurationInput>,
    ) -> Answer<GetBucketNotificationConfigurationOutput> {
        let configuration = self
            .store
            .bucket(&req.input.bucket)?
            .settings
            .notification();
        answer(GetBucketNotificationConfigurationOutput {
            queue_configurations: configuration.queue_configurations.clone(),
            ..Default::default()
        })
    }

    async fn put_bucket_cors(
        &self,
        req: S3Request<PutBucketCorsInput>,
    ) -> Answer<PutBucketCorsOutput> {
        let cors = req.input.cors_configuration;
        self.configure(&req.input.bucket, |bucket| bucket.settings.put_cors(cors))?;
        answer(PutBucketCorsOutput::default())
    }

    async fn get_bucket_cors(
        &self,
        req: S3Request<GetBucketCorsInput>,
    ) -> Answer<GetBucketCorsOutput> {
        let cors = self.store.bucket(&req.input.bucket)?.settings.cors();
        let cors = cors.ok_or_else(|| not_configured("NoSuchCORSConfiguration"))?;
        answer(GetBucketCorsOutput {
            cors_rules: Some(cors.cors_rules.clone()),
        })
    }

    async fn put_bucket_lifecycle_configuration(
        &self,
        req: S3Request<PutBucketLifecycleConfigurationInput>,
    ) -> Answer<PutBucketLifecycleConfigurationOutput> {
        let rules = req
            .input
            .lifecycle_configuration
            .ok_or_else(|| s3_error!(MalformedXML))?;
        self.keep(&req.input.bucket, LIFECYCLE, &rules)?;
        answer(PutBucketLifecycleConfigurationOutput::default())
    }

    async fn get_bucket_lifecycle_configuration(
        &self,
        req: S3Request<GetBucketLifecycleConfigurationInput>,
    ) -> Answer<GetBucketLifecycleConfigurationOutput> {
        let kept: BucketLifecycleConfiguration =
            self.kept(&req.input.bucket, LIFECYCLE, "NoSuchLifecycleConfiguration")?;
        answer(GetBucketLifecycleConfigurationOutput {
            rules: Some(kept.rules),
            ..Default::default()
        })
    }
}
