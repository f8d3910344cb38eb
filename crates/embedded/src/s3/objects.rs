//! Writing and reading single objects.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops;
use std::sync::Arc;

use bytes::Bytes;
use s3s::checksum::ChecksumHasher;
use s3s::dto::{ETagCondition, ObjectIdentifier, Range, StreamingBlob};
use s3s::{Body, S3Error, S3Result, s3_error};
use tokio::io::AsyncReadExt as _;
use tokio_util::io::ReaderStream;

use super::attributes::{Attributes, ObjectHeaders};
use super::bucket::{Bucket, Draft};
use super::checksums::Expected;
use super::conditions::{ReadConditions, WriteConditions};
use super::store::Store;
use crate::events::{Event, Notifier};

/// S3's limit on user metadata, names and values together.
const MAX_METADATA_BYTES: usize = 2048;
/// Bodies up to this length are read in one go; longer ones are streamed in pieces of this size.
const READ_BYTES: usize = 256 * 1024;

/// One upload, whichever operation it came by.
pub(crate) struct Upload {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) headers: ObjectHeaders,
    pub(crate) conditions: WriteConditions,
    pub(crate) expected: Expected,
    pub(crate) body: Option<StreamingBlob>,
}

/// An object's body, or the asked-for part of it.
pub(crate) struct Opened {
    pub(crate) attributes: Attributes,
    pub(crate) range: ops::Range<u64>,
    pub(crate) body: StreamingBlob,
}

/// Stores an upload and tells the queues. From the commit on, a client that goes away changes nothing.
pub(crate) async fn put(
    store: &Arc<Store>,
    notifier: &Notifier,
    upload: Upload,
    event: Event,
) -> S3Result<Arc<Attributes>> {
    let bucket = store.bucket(&upload.bucket)?;
    check_metadata(&upload.headers)?;
    let body = upload.body.unwrap_or_else(|| Body::empty().into());
    let staged = store
        .staging
        .receive(body, upload.expected.hasher())
        .await?;
    upload.expected.verify(&staged)?;
    let draft = Draft {
        key: upload.key,
        etag: None,
        headers: upload.headers,
        conditions: upload.conditions,
    };
    let notifier = notifier.clone();
    let commit = move || {
        let object = bucket.commit(staged, draft)?;
        notifier.tell(&bucket, event, &object, object.sequencer);
        Ok(object)
    };
    run(store, commit).await
}

/// Reads an object: `NoSuchKey`, a condition that does not hold, `InvalidRange`, or the body.
pub(crate) async fn get(
    store: &Arc<Store>,
    bucket: &str,
    key: String,
    conditions: ReadConditions,
    range: Option<Range>,
) -> S3Result<Opened> {
    let bucket = store.bucket(bucket)?;
    let open = move || {
        let found = bucket.open_object(&key).map_err(S3Error::internal_error)?;
        let (mut file, attributes) = found.ok_or_else(|| s3_error!(NoSuchKey))?;
        conditions.check(&attributes)?;
        let range = range.map_or(Ok(0..attributes.size), |range| range.check(attributes.size))?;
        let first = read_first(&mut file, &range).map_err(S3Error::internal_error)?;
        Ok((file, attributes, range, first))
    };
    let (file, attributes, range, first) = run(store, open).await?;
    let body = match first {
        Some(bytes) => Body::from(bytes).into(),
        None => stream(file, range.end - range.start),
    };
    Ok(Opened {
        attributes,
        range,
        body,
    })
}

/// Leaves the file at the start of the range, or reads a short range whole.
fn read_first(file: &mut File, range: &ops::Range<u64>) -> io::Result<Option<Bytes>> {
    file.seek(SeekFrom::Start(range.start))?;
    let length = range.end - range.start;
    if length > READ_BYTES as u64 {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(Some(bytes.into()))
}

fn stream(file: File, length: u64) -> StreamingBlob {
    let file = tokio::fs::File::from_std(file).take(length);
    StreamingBlob::wrap(ReaderStream::with_capacity(file, READ_BYTES))
}

/// Where a copy comes from and what it becomes.
pub(crate) struct Copy {
    pub(crate) source_bucket: String,
    pub(crate) source_key: String,
    pub(crate) source_conditions: ReadConditions,
    pub(crate) bucket: String,
    pub(crate) key: String,
    /// `None` keeps the source's.
    pub(crate) headers: Option<ObjectHeaders>,
}

/// Copies an object within the store. An object copied onto itself takes its new headers.
pub(crate) async fn copy(
    store: &Arc<Store>,
    notifier: &Notifier,
    copy: Copy,
) -> S3Result<Arc<Attributes>> {
    let source = store.bucket(&copy.source_bucket)?;
    let target = store.bucket(&copy.bucket)?;
    copy.headers.as_ref().map_or(Ok(()), check_metadata)?;
    let (store_of_staging, notifier) = (Arc::clone(store), notifier.clone());
    let work = move || {
        let found = source
            .open_object(&copy.source_key)
            .map_err(S3Error::internal_error)?;
        let (mut file, attributes) = found.ok_or_else(|| s3_error!(NoSuchKey))?;
        copy.source_conditions.check(&attributes)?;
        file.seek(SeekFrom::Start(0))
            .map_err(S3Error::internal_error)?;
        let mut writer = store_of_staging
            .staging
            .create(ChecksumHasher::default())
            .map_err(S3Error::internal_error)?;
        let mut body = file.take(attributes.size);
        append(&mut body, |piece| writer.write(piece)).map_err(S3Error::internal_error)?;
        let mut staged = writer.finish();
        staged.checksums = attributes.checksums;
        let headers = copy.headers.unwrap_or(attributes.headers);
        let draft = Draft {
            key: copy.key,
            etag: None,
            headers,
            conditions: WriteConditions::default(),
        };
        let object = target.commit(staged, draft)?;
        notifier.tell(&target, Event::Copy, &object, object.sequencer);
        Ok(object)
    };
    run(store, work).await
}

/// Feeds everything that `source` has to `write`, in pieces.
pub(crate) fn append(
    source: &mut impl Read,
    mut write: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut piece = vec![0; READ_BYTES];
    loop {
        match source.read(&mut piece)? {
            0 => return Ok(()),
            length => write(&piece[..length])?,
        }
    }
}

/// Removes an object and tells the queues; nothing to remove is a success.
pub(crate) async fn delete(
    store: &Arc<Store>,
    notifier: &Notifier,
    bucket: Arc<Bucket>,
    key: String,
    conditions: WriteConditions,
) -> S3Result<()> {
    let notifier = notifier.clone();
    let work = move || {
        if let Some((object, sequencer)) = bucket.delete(&key, &conditions)? {
            notifier.tell(&bucket, Event::Delete, &object, sequencer);
        }
        Ok(())
    };
    run(store, work).await
}

/// [`delete`] for an entry of a batch, whose ETag is a condition.
pub(crate) async fn delete_named(
    store: &Arc<Store>,
    notifier: &Notifier,
    bucket: &Arc<Bucket>,
    object: ObjectIdentifier,
) -> S3Result<()> {
    let conditions = WriteConditions {
        if_match: object.e_tag.map(ETagCondition::ETag),
        if_none_match: None,
    };
    delete(store, notifier, Arc::clone(bucket), object.key, conditions).await
}

pub(crate) fn check_metadata(headers: &ObjectHeaders) -> S3Result<()> {
    let bytes: usize = headers
        .metadata
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if bytes > MAX_METADATA_BYTES {
        return Err(s3_error!(MetadataTooLarge));
    }
    Ok(())
}

/// Runs disk work off the async threads. Once begun it ends, even when the caller goes away.
pub(crate) async fn run<T: Send + 'static>(
    store: &Store,
    work: impl FnOnce() -> S3Result<T> + Send + 'static,
) -> S3Result<T> {
    store
        .tasks
        .spawn_blocking(work)
        .await
        .map_err(S3Error::internal_error)?
}
