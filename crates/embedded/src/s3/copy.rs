//! The copy of an object within the store.

use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use s3s::checksum::ChecksumHasher;
use s3s::{S3Error, S3Result, s3_error};

use super::attributes::{Attributes, ObjectHeaders};
use super::bucket::{Bucket, NewObject};
use super::conditions::{ReadConditions, WriteConditions};
use super::notification::{Event, Notifier};
use super::staging::StagedBody;
use super::store::Store;

/// A copy of an object to another key, or to the same key with other headers.
pub(crate) struct Copy {
    pub(crate) source_bucket: String,
    pub(crate) source_key: String,
    pub(crate) source_conditions: ReadConditions,
    pub(crate) bucket: String,
    pub(crate) key: String,
    /// The new headers, or `None` for those of the source.
    pub(crate) headers: Option<ObjectHeaders>,
}

/// Copies an object and notifies the queues.
pub(crate) async fn copy(
    store: &Arc<Store>,
    notifier: &Notifier,
    copy: Copy,
) -> S3Result<Arc<Attributes>> {
    let source = store.bucket(&copy.source_bucket)?;
    let target = store.bucket(&copy.bucket)?;
    if let Some(headers) = &copy.headers {
        headers.check_size()?;
    }
    let (shared, notifier) = (Arc::clone(store), notifier.clone());
    let work = move || {
        let (staged, headers) = stage(&shared, &source, &copy)?;
        let new = NewObject {
            key: copy.key,
            etag: None,
            headers: copy.headers.unwrap_or(headers),
            conditions: WriteConditions::default(),
        };
        let object = target.commit(staged, new)?;
        notifier.notify(&target, Event::Copy, &object, object.sequencer);
        Ok(object)
    };
    store.run(work).await
}

/// Copies the body of the source. Returns the copy and the headers of the source.
fn stage(store: &Store, source: &Bucket, copy: &Copy) -> S3Result<(StagedBody, ObjectHeaders)> {
    let found = source.open_object(&copy.source_key);
    let found = found.map_err(S3Error::internal_error)?;
    let (mut file, attributes) = found.ok_or_else(|| s3_error!(NoSuchKey))?;
    copy.source_conditions.check(&attributes)?;
    let copy_body = || {
        file.seek(SeekFrom::Start(0))?;
        let mut writer = store.staging.create(ChecksumHasher::default())?;
        writer.write_from(&mut file.take(attributes.size))?;
        Ok(writer.finish())
    };
    let mut staged = copy_body().map_err(S3Error::internal_error::<std::io::Error>)?;
    staged.checksums = attributes.checksums;
    Ok((staged, attributes.headers))
}
