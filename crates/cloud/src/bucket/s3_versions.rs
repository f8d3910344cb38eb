//! Listing and deletion of everything that S3 keeps besides current objects: versions, delete
//! markers and unfinished multipart uploads.

use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use super::{S3Bucket, VersionId, VersionListing};
use crate::{CloudError, CloudErrorKind};

/// S3's limit on objects per `DeleteObjects` call.
const DELETE_BATCH: usize = 1000;
const DELETE: &str = "DeleteObjects";

impl S3Bucket {
    pub(super) async fn version_page(
        &self,
        prefix: &str,
        cursor: Option<&VersionId>,
    ) -> Result<VersionListing, CloudError> {
        let request = self.client.list_object_versions();
        let request = request.bucket(self.presigner().bucket()).prefix(prefix);
        let request = request
            .set_key_marker(cursor.map(|cursor| cursor.key.clone()))
            .set_version_id_marker(cursor.and_then(|cursor| cursor.version_id.clone()));
        let output = request.send().await;
        let output = output.map_err(CloudError::from_sdk("ListObjectVersions"))?;
        let versions = output.versions.unwrap_or_default().into_iter();
        let versions = versions.map(|version| (version.key, version.version_id));
        let markers = output.delete_markers.unwrap_or_default().into_iter();
        let markers = markers.map(|marker| (marker.key, marker.version_id));
        let versions = versions.chain(markers).filter_map(|(key, version_id)| {
            let key = key?;
            Some(VersionId { key, version_id })
        });
        let version_id = output.next_version_id_marker;
        let next = output.next_key_marker;
        let next = next.filter(|_| output.is_truncated == Some(true));
        Ok(VersionListing {
            versions: versions.collect(),
            next: next.map(|key| VersionId { key, version_id }),
        })
    }

    pub(super) async fn delete_all(&self, versions: &[VersionId]) -> Result<(), CloudError> {
        for batch in versions.chunks(DELETE_BATCH) {
            self.delete_batch(batch).await?;
        }
        Ok(())
    }

    async fn delete_batch(&self, versions: &[VersionId]) -> Result<(), CloudError> {
        let invalid = |error| CloudError::new(CloudErrorKind::Invalid, DELETE, error);
        let objects = versions.iter().map(|version| {
            ObjectIdentifier::builder()
                .key(&version.key)
                .set_version_id(version.version_id.clone())
                .build()
        });
        let objects = objects.collect::<Result<Vec<_>, _>>().map_err(invalid)?;
        let delete = Delete::builder().set_objects(Some(objects)).quiet(true);
        let delete = delete.build().map_err(invalid)?;
        let request = self.client.delete_objects();
        let request = request.bucket(self.presigner().bucket());
        let output = request.delete(delete).send().await;
        let output = output.map_err(CloudError::from_sdk(DELETE))?;
        let Some(error) = output.errors().first() else {
            return Ok(());
        };
        let key = error.key().unwrap_or_default();
        let detail = format!("{key}: {}", error.message().unwrap_or_default());
        Err(CloudError::new(CloudErrorKind::Unavailable, DELETE, detail))
    }

    /// Aborts all unfinished multipart uploads, page by page. S3 lists an upload until it is aborted
    /// or completed, so each page continues after the last one.
    pub(super) async fn abort_all(&self, prefix: &str, dry_run: bool) -> Result<u64, CloudError> {
        let mut count = 0;
        let mut markers = (None, None);
        loop {
            let request = self.client.list_multipart_uploads();
            let request = request.bucket(self.presigner().bucket()).prefix(prefix);
            let (key, upload_id) = markers;
            let request = request.set_key_marker(key).set_upload_id_marker(upload_id);
            let page = request.send().await;
            let page = page.map_err(CloudError::from_sdk("ListMultipartUploads"))?;
            for upload in page.uploads.unwrap_or_default() {
                if let Some((key, upload_id)) = upload.key.zip(upload.upload_id) {
                    count += 1;
                    if !dry_run {
                        self.abort(&key, &upload_id).await?;
                    }
                }
            }
            if page.is_truncated != Some(true) {
                return Ok(count);
            }
            markers = (page.next_key_marker, page.next_upload_id_marker);
        }
    }

    async fn abort(&self, key: &str, upload_id: &str) -> Result<(), CloudError> {
        let request = self.client.abort_multipart_upload();
        let request = request.bucket(self.presigner().bucket()).key(key);
        let output = request.upload_id(upload_id).send().await;
        match output.map_err(CloudError::from_sdk("AbortMultipartUpload")) {
            // It was completed or aborted in the meantime.
            Err(error) if error.is_not_found() => Ok(()),
            output => output.map(|_| ()),
        }
    }

    pub(super) async fn folders(&self, prefix: &str) -> Result<Vec<String>, CloudError> {
        let mut folders = Vec::new();
        let mut cursor = None;
        loop {
            let request = self.client.list_objects_v2();
            let request = request.bucket(self.presigner().bucket()).prefix(prefix);
            let request = request.delimiter("/").set_continuation_token(cursor);
            let page = request.send().await;
            let page = page.map_err(CloudError::from_sdk("ListObjectsV2"))?;
            for folder in page.common_prefixes.unwrap_or_default() {
                let path = folder.prefix.unwrap_or_default();
                let name = path.strip_prefix(prefix).unwrap_or_default();
                folders.push(name.trim_end_matches('/').to_owned());
            }
            cursor = page.next_continuation_token;
            if cursor.is_none() {
                return Ok(folders);
            }
        }
    }
}
