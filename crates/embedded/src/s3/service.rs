//! The dispatch of `s3s` to the implemented operations of S3. All others fail with
//! `NotImplemented`.

use http::header;
use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result};

use super::api::S3Api;
use super::operations::{buckets, listing, multipart, objects, settings};

type Response<T> = S3Result<S3Response<T>>;

fn respond<T>(output: S3Result<T>) -> Response<T> {
    output.map(S3Response::new)
}

#[async_trait::async_trait]
impl S3 for S3Api {
    async fn create_bucket(
        &self,
        req: S3Request<CreateBucketInput>,
    ) -> Response<CreateBucketOutput> {
        respond(buckets::create(self, &req.input))
    }

    async fn delete_bucket(
        &self,
        req: S3Request<DeleteBucketInput>,
    ) -> Response<DeleteBucketOutput> {
        respond(buckets::delete(self, req.input).await)
    }

    async fn head_bucket(&self, req: S3Request<HeadBucketInput>) -> Response<HeadBucketOutput> {
        respond(buckets::head(self, &req.input))
    }

    async fn list_buckets(&self, _: S3Request<ListBucketsInput>) -> Response<ListBucketsOutput> {
        respond(Ok(buckets::list(self)))
    }

    async fn get_bucket_location(
        &self,
        req: S3Request<GetBucketLocationInput>,
    ) -> Response<GetBucketLocationOutput> {
        respond(buckets::location(self, &req.input))
    }

    async fn get_bucket_versioning(
        &self,
        req: S3Request<GetBucketVersioningInput>,
    ) -> Response<GetBucketVersioningOutput> {
        respond(buckets::versioning(self, &req.input))
    }

    async fn put_object(&self, req: S3Request<PutObjectInput>) -> Response<PutObjectOutput> {
        respond(objects::put(self, req).await)
    }

    async fn post_object(&self, req: S3Request<PostObjectInput>) -> Response<PostObjectOutput> {
        // `form::response` needs the ETag, and finds it only in this header.
        let output = objects::post(self, req).await?;
        let etag = output.e_tag.as_ref();
        let etag = etag.and_then(|etag| etag.to_http_header().ok());
        let mut response = S3Response::new(output);
        response
            .headers
            .extend(etag.map(|etag| (header::ETAG, etag)));
        Ok(response)
    }

    async fn get_object(&self, req: S3Request<GetObjectInput>) -> Response<GetObjectOutput> {
        respond(objects::get(self, req).await)
    }

    async fn head_object(&self, req: S3Request<HeadObjectInput>) -> Response<HeadObjectOutput> {
        respond(objects::head(self, req))
    }

    async fn get_object_tagging(
        &self,
        req: S3Request<GetObjectTaggingInput>,
    ) -> Response<GetObjectTaggingOutput> {
        respond(objects::tags(self, &req.input))
    }

    async fn copy_object(&self, req: S3Request<CopyObjectInput>) -> Response<CopyObjectOutput> {
        respond(objects::copy(self, req.input).await)
    }

    async fn delete_object(
        &self,
        req: S3Request<DeleteObjectInput>,
    ) -> Response<DeleteObjectOutput> {
        respond(objects::delete(self, req.input).await)
    }

    async fn delete_objects(
        &self,
        req: S3Request<DeleteObjectsInput>,
    ) -> Response<DeleteObjectsOutput> {
        respond(objects::delete_batch(self, req.input).await)
    }

    async fn list_objects(&self, req: S3Request<ListObjectsInput>) -> Response<ListObjectsOutput> {
        respond(listing::list_objects(self, req.input))
    }

    async fn list_objects_v2(
        &self,
        req: S3Request<ListObjectsV2Input>,
    ) -> Response<ListObjectsV2Output> {
        respond(listing::list_objects_v2(self, req.input))
    }

    async fn create_multipart_upload(
        &self,
        req: S3Request<CreateMultipartUploadInput>,
    ) -> Response<CreateMultipartUploadOutput> {
        respond(multipart::create(self, req.input))
    }

    async fn upload_part(&self, req: S3Request<UploadPartInput>) -> Response<UploadPartOutput> {
        respond(multipart::upload_part(self, req).await)
    }

    async fn upload_part_copy(
        &self,
        req: S3Request<UploadPartCopyInput>,
    ) -> Response<UploadPartCopyOutput> {
        respond(multipart::upload_part_copy(self, req.input).await)
    }

    async fn list_parts(&self, req: S3Request<ListPartsInput>) -> Response<ListPartsOutput> {
        respond(multipart::list_parts(self, req.input))
    }

    async fn list_multipart_uploads(
        &self,
        req: S3Request<ListMultipartUploadsInput>,
    ) -> Response<ListMultipartUploadsOutput> {
        respond(multipart::list_uploads(self, req.input).await)
    }

    async fn complete_multipart_upload(
        &self,
        req: S3Request<CompleteMultipartUploadInput>,
    ) -> Response<CompleteMultipartUploadOutput> {
        respond(multipart::complete(self, req.input).await)
    }

    async fn abort_multipart_upload(
        &self,
        req: S3Request<AbortMultipartUploadInput>,
    ) -> Response<AbortMultipartUploadOutput> {
        respond(multipart::abort(self, &req.input))
    }

    async fn put_bucket_notification_configuration(
        &self,
        req: S3Request<PutBucketNotificationConfigurationInput>,
    ) -> Response<PutBucketNotificationConfigurationOutput> {
        respond(settings::put_notification(self, req.input))
    }

    async fn get_bucket_notification_configuration(
        &self,
        req: S3Request<GetBucketNotificationConfigurationInput>,
    ) -> Response<GetBucketNotificationConfigurationOutput> {
        respond(settings::get_notification(self, &req.input))
    }

    async fn put_bucket_cors(
        &self,
        req: S3Request<PutBucketCorsInput>,
    ) -> Response<PutBucketCorsOutput> {
        respond(settings::put_cors(self, req.input))
    }

    async fn get_bucket_cors(
        &self,
        req: S3Request<GetBucketCorsInput>,
    ) -> Response<GetBucketCorsOutput> {
        respond(settings::get_cors(self, &req.input))
    }

    async fn put_bucket_lifecycle_configuration(
        &self,
        req: S3Request<PutBucketLifecycleConfigurationInput>,
    ) -> Response<PutBucketLifecycleConfigurationOutput> {
        respond(settings::put_lifecycle(self, req.input))
    }

    async fn get_bucket_lifecycle_configuration(
        &self,
        req: S3Request<GetBucketLifecycleConfigurationInput>,
    ) -> Response<GetBucketLifecycleConfigurationOutput> {
        respond(settings::get_lifecycle(self, &req.input))
    }

    async fn put_public_access_block(
        &self,
        req: S3Request<PutPublicAccessBlockInput>,
    ) -> Response<PutPublicAccessBlockOutput> {
        respond(settings::put_public_access_block(self, req.input))
    }

    async fn get_public_access_block(
        &self,
        req: S3Request<GetPublicAccessBlockInput>,
    ) -> Response<GetPublicAccessBlockOutput> {
        respond(settings::get_public_access_block(self, &req.input))
    }

    async fn put_bucket_encryption(
        &self,
        req: S3Request<PutBucketEncryptionInput>,
    ) -> Response<PutBucketEncryptionOutput> {
        respond(settings::put_encryption(self, req.input))
    }

    async fn get_bucket_encryption(
        &self,
        req: S3Request<GetBucketEncryptionInput>,
    ) -> Response<GetBucketEncryptionOutput> {
        respond(settings::get_encryption(self, &req.input))
    }
}
