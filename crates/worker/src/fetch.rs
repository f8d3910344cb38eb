//! The raw object, within its bounds of bytes and time.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use darkroom_cloud::{
    Bucket, CloudError, CloudErrorKind, ObjectInfo, ObjectReader, ObjectVersion, ReadError,
};
use darkroom_contract::Attachment;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// The unit in which memory is counted: a semaphore has too few places for single bytes.
const KIB: u64 = 1024;

/// Downloads raw objects without ever holding more than a given number of bytes.
#[derive(Debug, Clone)]
pub(crate) struct Downloads {
    budget: Arc<Semaphore>,
    budget_kib: u32,
    deadline: Duration,
}

/// The bytes of a raw object and the part of the budget they take.
#[derive(Debug)]
pub(crate) struct Download {
    pub(crate) bytes: Bytes,
    _held: OwnedSemaphorePermit,
}

impl Downloads {
    pub(crate) fn new(max_buffered: u64, deadline: Duration) -> Self {
        let budget_kib = u32::try_from(max_buffered / KIB).unwrap_or(u32::MAX >> 3);
        Self {
            budget: Arc::new(Semaphore::new(budget_kib as usize)),
            budget_kib,
            deadline,
        }
    }

    /// Reads the body to its end once there is room for it.
    ///
    /// # Errors
    /// [`ReadError::TooLarge`] if it has more than `max_bytes`; a `TimedOut` [`CloudError`] at the
    /// deadline, which covers a body that trickles.
    pub(crate) async fn read(
        &self,
        object: ObjectReader,
        max_bytes: u64,
    ) -> Result<Download, ReadError> {
        if object.info.size > max_bytes {
            return Err(ReadError::TooLarge { max: max_bytes });
        }
        // One object larger than the whole budget may still be read, alone.
        let share = u32::try_from(object.info.size.div_ceil(KIB)).unwrap_or(u32::MAX);
        let held = Arc::clone(&self.budget)
            .acquire_many_owned(share.min(self.budget_kib))
            .await;
        let held = held.map_err(|closed| unavailable(CloudErrorKind::Unavailable, &closed))?;
        let bytes = timeout(self.deadline, object.read(max_bytes))
            .await
            .map_err(|elapsed| unavailable(CloudErrorKind::TimedOut, &elapsed))??;
        Ok(Download { bytes, _held: held })
    }
}

fn unavailable(kind: CloudErrorKind, detail: &impl Display) -> CloudError {
    CloudError::new(kind, "GetObject", detail)
}

/// What came of opening the object that an event is about.
#[derive(Debug)]
pub(crate) enum Opened {
    /// It is there, as the event says.
    Object(Box<ObjectReader>),
    /// It was deleted since.
    Gone,
    /// The key holds another object now, which has an event of its own.
    Superseded,
}

/// Opens the very object that the event is about.
pub(crate) async fn open(
    bucket: &Bucket,
    key: &str,
    version: &ObjectVersion,
) -> Result<Opened, CloudError> {
    match bucket.get(key, version).await {
        Ok(object) => Ok(Opened::Object(Box::new(object))),
        Err(error) if error.is_not_found() => Ok(Opened::Gone),
        Err(error) if error.kind == CloudErrorKind::PreconditionFailed => Ok(Opened::Superseded),
        Err(error) => Err(error),
    }
}

/// What the client sent along, which travels in the object's headers.
pub(crate) fn attachment(info: &ObjectInfo) -> Attachment {
    let Some(header) = info.metadata.get(Attachment::NAME) else {
        return Attachment::default();
    };
    // We signed what a client sends here, so only a writer with credentials can get it wrong.
    Attachment::from_header(header).unwrap_or_else(|error| {
        tracing::warn!(%error, "ignored");
        Attachment::default()
    })
}
