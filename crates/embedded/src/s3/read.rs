//! Reading the body of an object.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops;
use std::sync::Arc;

use bytes::Bytes;
use s3s::dto::StreamingBlob;
use s3s::{Body, S3Error, S3Result, s3_error};
use tokio::io::AsyncReadExt as _;
use tokio_util::io::ReaderStream;

use super::attributes::Attributes;
use super::conditions::ReadConditions;
use super::selection::{Selected, Selection};
use super::store::Store;

/// The size of the longest body that is read in one piece. Longer bodies are read in chunks of this
/// size.
const CHUNK_BYTES: usize = 256 * 1024;

/// An object and its body, or the requested part of it.
pub(crate) struct OpenObject {
    pub(crate) attributes: Attributes,
    pub(crate) selected: Selected,
    pub(crate) body: StreamingBlob,
}

/// Opens an object. Errors if the object does not exist (`NoSuchKey`), if a condition is not met,
/// or if the object does not have the selected bytes.
pub(crate) async fn open(
    store: &Arc<Store>,
    bucket: &str,
    key: String,
    conditions: ReadConditions,
    selection: Selection,
) -> S3Result<OpenObject> {
    let bucket = store.bucket(bucket)?;
    let open = move || {
        let found = bucket.open_object(&key).map_err(S3Error::internal_error)?;
        let (mut file, attributes) = found.ok_or_else(|| s3_error!(NoSuchKey))?;
        conditions.check(&attributes)?;
        let selected = selection.resolve(&attributes)?;
        let short = read_short(&mut file, &selected.range).map_err(S3Error::internal_error)?;
        Ok((file, attributes, selected, short))
    };
    let (file, attributes, selected, short) = store.run(open).await?;
    let body = match short {
        Some(bytes) => Body::from(bytes).into(),
        None => stream(file, selected.range.end - selected.range.start),
    };
    Ok(OpenObject {
        attributes,
        selected,
        body,
    })
}

/// Seeks to the start of the range, and reads the range if it is short.
fn read_short(file: &mut File, range: &ops::Range<u64>) -> io::Result<Option<Bytes>> {
    file.seek(SeekFrom::Start(range.start))?;
    let length = range.end - range.start;
    if length > CHUNK_BYTES as u64 {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(Some(bytes.into()))
}

fn stream(file: File, length: u64) -> StreamingBlob {
    let file = tokio::fs::File::from_std(file).take(length);
    StreamingBlob::wrap(ReaderStream::with_capacity(file, CHUNK_BYTES))
}
