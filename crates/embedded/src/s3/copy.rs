//! The copy of an object within the store.

use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use s3s::checksum::ChecksumHasher;
use s3s::dto::Range;
use s3s::{S3Error, S3Result, s3_error};

use super::attributes::{Attributes, ObjectHeaders};
use super::bucket::{Bucket, NewObject};
use super::conditions::{ReadConditions, WriteConditions};
use super::notification::{Event, Notifier};
use super::staging::StagedBody;
use super::store::Store;

/// The object that a request copies.
pub(crate) struct CopySource {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) conditions: ReadConditions,
    /// The range to copy, or `None` for the whole object.
    pub(crate) range: Option<Range>,
}

/// A copy of an object to another key, or to the same key with other headers.
pub(crate) struct Copy {
    pub(crate) source: CopySource,
    pub(crate) bucket: String,
    pub(crate) key: String,
    /// The new headers, or `None` to keep the headers of the source.
    pub(crate) headers: Option<ObjectHeaders>,
}

/// Copies an object and notifies the queues.
pub(crate) async fn copy(
    store: &Arc<Store>,
    notifier: &Notifier,
    copy: Copy,
) -> S3Result<Arc<Attributes>> {
    let source = store.bucket(&copy.source.bucket)?;
    let target = store.bucket(&copy.bucket)?;
    if let Some(headers) = &copy.headers {
        headers.check_size()?;
    }
    let (shared, notifier) = (Arc::clone(store), notifier.clone());
    let work = move || {
        let (mut staged, attributes) = copy.source.stage(&shared, &source)?;
        staged.checksums = attributes.checksums;
        let new = NewObject {
            key: copy.key,
            etag: None,
            parts: Vec::new(),
            headers: copy.headers.unwrap_or(attributes.headers),
            conditions: WriteConditions::default(),
        };
        let object = target.commit(staged, new)?;
        notifier.notify(&target, Event::Copy, &object, object.sequencer);
        Ok(object)
    };
    store.run(work).await
}

impl CopySource {
    /// Copies the body, or a range of it. Returns the copy and the attributes of the source.
    pub(crate) fn stage(
        &self,
        store: &Store,
        bucket: &Bucket,
    ) -> S3Result<(StagedBody, Attributes)> {
        let found = bucket
            .open_object(&self.key)
            .map_err(S3Error::internal_error)?;
        let (mut file, attributes) = found.ok_or_else(|| s3_error!(NoSuchKey))?;
        self.conditions.check_source(&attributes)?;
        let whole = 0..attributes.size;
        let range = self
            .range
            .map_or(Ok(whole), |range| range.check(attributes.size))?;
        let copy_body = || {
            file.seek(SeekFrom::Start(range.start))?;
            let mut writer = store.staging.create(ChecksumHasher::default())?;
            writer.write_from(&mut file.take(range.end - range.start))?;
            Ok(writer.finish())
        };
        let staged = copy_body().map_err(S3Error::internal_error::<std::io::Error>)?;
        Ok((staged, attributes))
    }
}
