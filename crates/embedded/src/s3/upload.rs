//! The upload of an object in one request.

use std::sync::Arc;

use s3s::dto::StreamingBlob;
use s3s::{Body, S3Result};

use super::attributes::{Attributes, ObjectHeaders};
use super::bucket::NewObject;
use super::checksums::ExpectedBody;
use super::conditions::WriteConditions;
use super::notification::{Event, Notifier};
use super::store::Store;

/// An upload by `PUT` or form.
pub(crate) struct Upload {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) headers: ObjectHeaders,
    pub(crate) conditions: WriteConditions,
    pub(crate) expected: ExpectedBody,
    pub(crate) body: Option<StreamingBlob>,
}

/// Stores an object and notifies the queues. Once the whole body has arrived, the object is stored
/// even if the client disconnects.
pub(crate) async fn store(
    store: &Arc<Store>,
    notifier: &Notifier,
    upload: Upload,
    event: Event,
) -> S3Result<Arc<Attributes>> {
    let bucket = store.bucket(&upload.bucket)?;
    upload.headers.check_size()?;
    let body = upload.body.unwrap_or_else(|| Body::empty().into());
    let staged = store
        .staging
        .receive(body, upload.expected.hasher())
        .await?;
    upload.expected.verify(&staged)?;
    let new = NewObject {
        key: upload.key,
        etag: None,
        parts: Vec::new(),
        headers: upload.headers,
        conditions: upload.conditions,
    };
    let notifier = notifier.clone();
    let commit = move || {
        let object = bucket.commit(staged, new)?;
        notifier.notify(&bucket, event, &object, object.sequencer);
        Ok(object)
    };
    store.run(commit).await
}
