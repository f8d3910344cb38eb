//! An upload from its creation to its completion.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use s3s::dto::{CompletedPart, Part, StreamingBlob};
use s3s::{Body, S3Error, S3Result, s3_error};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::part;
use crate::s3::attributes::{Attributes, ObjectHeaders};
use crate::s3::bucket::{Bucket, NewObject};
use crate::s3::checksums::ExpectedBody;
use crate::s3::conditions::WriteConditions;
use crate::s3::copy::CopySource;
use crate::s3::notification::{Event, Notifier};
use crate::s3::store::Store;

const MAX_PARTS: i32 = 10_000;
pub(super) const DESCRIPTION_FILE: &str = "upload.json";

/// The key and headers of the future object.
#[derive(Serialize, Deserialize)]
pub(super) struct Description {
    pub(super) key: String,
    headers: ObjectHeaders,
}

/// An upload that is neither completed nor aborted.
pub(crate) struct MultipartUpload {
    bucket: Arc<Bucket>,
    dir: PathBuf,
    description: Description,
}

impl MultipartUpload {
    /// Creates an upload and returns its id.
    pub(crate) fn create(bucket: &Bucket, key: String, headers: ObjectHeaders) -> S3Result<String> {
        headers.check_size()?;
        let id = Uuid::now_v7().simple().to_string();
        let dir = bucket.uploads_dir().join(&id);
        let write = || {
            let description = serde_json::to_vec(&Description { key, headers })?;
            fs::create_dir_all(&dir)?;
            fs::write(dir.join(DESCRIPTION_FILE), description)
        };
        write().map_err(S3Error::internal_error)?;
        Ok(id)
    }

    /// Finds the upload with this id and key. Errors with `NoSuchUpload`.
    pub(crate) fn find(bucket: Arc<Bucket>, id: &str, key: &str) -> S3Result<Self> {
        let none = || s3_error!(NoSuchUpload);
        // The id becomes part of a path, so it must be a UUID.
        let id = Uuid::try_parse(id).map_err(|_| none())?;
        let dir = bucket.uploads_dir().join(id.simple().to_string());
        let text = fs::read(dir.join(DESCRIPTION_FILE)).map_err(|_| none())?;
        let description: Description =
            serde_json::from_slice(&text).map_err(S3Error::internal_error)?;
        if description.key != key {
            return Err(none());
        }
        Ok(Self {
            bucket,
            dir,
            description,
        })
    }

    /// Stores a part and returns its ETag.
    pub(crate) async fn put_part(
        self,
        store: &Store,
        number: i32,
        body: Option<StreamingBlob>,
        expected: ExpectedBody,
    ) -> S3Result<String> {
        check_number(number)?;
        let body = body.unwrap_or_else(|| Body::empty().into());
        let staged = store.staging.receive(body, expected.hasher()).await?;
        expected.verify(&staged)?;
        let work = move || part::store(&self.dir, number, staged).map_err(S3Error::internal_error);
        store.run(work).await
    }

    /// Stores a copy of an object, or of a range of an object, as a part. Returns the ETag of the
    /// part.
    pub(crate) async fn copy_part(
        self,
        store: &Arc<Store>,
        number: i32,
        source: CopySource,
    ) -> S3Result<String> {
        check_number(number)?;
        let bucket = store.bucket(&source.bucket)?;
        let shared = Arc::clone(store);
        let work = move || {
            let (staged, _) = source.stage(&shared, &bucket)?;
            part::store(&self.dir, number, staged).map_err(S3Error::internal_error)
        };
        store.run(work).await
    }

    /// Returns up to `max` parts with numbers greater than `after`. The second value is `true` if
    /// more parts follow.
    pub(crate) fn parts(&self, after: i32, max: usize) -> S3Result<(Vec<Part>, bool)> {
        let parts = part::list(&self.dir).map_err(S3Error::internal_error)?;
        let mut parts = parts.into_iter().filter(|(number, _)| *number > after);
        let page = parts.by_ref().take(max);
        let page = page.map(|(number, part)| part.describe(number)).collect();
        Ok((page, parts.next().is_some()))
    }

    /// Joins the listed parts into an object and notifies the queues.
    pub(crate) async fn complete(
        self,
        store: &Arc<Store>,
        notifier: &Notifier,
        named: Vec<CompletedPart>,
        conditions: WriteConditions,
    ) -> S3Result<Arc<Attributes>> {
        let (shared, notifier) = (Arc::clone(store), notifier.clone());
        let work = move || {
            let parts = part::select(&self.dir, &named)?;
            let staged = part::join(&shared.staging, &parts).map_err(S3Error::internal_error)?;
            let new = NewObject {
                key: self.description.key,
                etag: Some(part::joint_etag(&parts)?),
                parts: parts.iter().map(|part| part.bytes).collect(),
                headers: self.description.headers,
                conditions,
            };
            let object = self.bucket.commit(staged, new)?;
            if let Err(error) = fs::remove_dir_all(&self.dir) {
                tracing::warn!(%error, "cannot remove the parts of a completed upload");
            }
            let event = Event::CompleteMultipartUpload;
            notifier.notify(&self.bucket, event, &object, object.sequencer);
            Ok(object)
        };
        store.run(work).await
    }

    /// Removes the upload and its parts.
    pub(crate) fn abort(self) -> S3Result<()> {
        fs::remove_dir_all(self.dir).map_err(S3Error::internal_error)
    }
}

fn check_number(number: i32) -> S3Result<()> {
    if !(1..=MAX_PARTS).contains(&number) {
        return Err(s3_error!(
            InvalidArgument,
            "Part number must be an integer between 1 and 10000, inclusive"
        ));
    }
    Ok(())
}
