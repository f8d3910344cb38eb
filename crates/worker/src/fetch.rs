//! The raw object, within its bounds of bytes and time.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use darkroom_cloud::{
    Bucket, CloudError, CloudErrorKind, ObjectInfo, ObjectReader, ReadError, S3Bucket,
};
use darkroom_contract::{Attachment, ObjectEvent};
use darkroom_telemetry::metric;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

/// The unit in which memory is counted: a semaphore has too few places for single bytes.
const KIB: u64 = 1024;
/// How often an object may turn out larger than it was said to be before it is left for later.
const SIZE_GUESSES: u32 = 3;

/// Downloads raw objects without ever holding more than a given number of bytes.
#[derive(Debug, Clone)]
pub(crate) struct Downloads {
    budget: Arc<Semaphore>,
    budget_kib: u32,
    timeout: Duration,
}

/// What came of opening the object that an event is about.
#[derive(Debug)]
pub(crate) enum Opened {
    /// It is there, as the event says, and there is room for it.
    Object(Box<Download>),
    /// It was deleted since.
    Gone,
    /// The key holds another object now, which has an event of its own.
    Superseded,
}

/// An object that is about to be read, with the part of the budget it takes and the time it has.
#[derive(Debug)]
pub(crate) struct Download {
    object: ObjectReader,
    room: Room,
    begun_at: Instant,
    deadline: Instant,
}

/// The bytes of a raw object and the part of the budget they take.
#[derive(Debug)]
pub(crate) struct Downloaded {
    pub(crate) bytes: Bytes,
    _room: Room,
}

/// A part of the budget.
#[derive(Debug)]
struct Room {
    _held: OwnedSemaphorePermit,
    _counted: metric::GaugeGuard,
}

impl Downloads {
    pub(crate) fn new(max_buffered: u64, timeout: Duration) -> Self {
        let budget_kib = u32::try_from(max_buffered / KIB).unwrap_or(u32::MAX >> 3);
        Self {
            budget: Arc::new(Semaphore::new(budget_kib as usize)),
            budget_kib,
            timeout,
        }
    }

    /// Opens the very object that the event is about, once there is room for it.
    ///
    /// The room comes first: an object that is open and waits uses up its time, and its server's
    /// patience. An object that turns out larger than was said gives its room back before it asks
    /// for more: two that hold some and wait for more would wait for ever.
    pub(crate) async fn open(
        &self,
        bucket: &S3Bucket,
        event: &ObjectEvent,
        max_bytes: u64,
    ) -> Result<Opened, CloudError> {
        let Some(mut size) = said_size(bucket, event).await? else {
            return Ok(Opened::Gone);
        };
        // An object over the limit is not read.
        let needed = |size| if size > max_bytes { 0 } else { size };
        for _ in 0..SIZE_GUESSES {
            let room = self.room_for(needed(size)).await?;
            let begun_at = Instant::now();
            let deadline = begun_at + self.timeout;
            let object = match timeout_at(deadline, bucket.get(&event.key, event.etag.as_deref()))
                .await
                .map_err(|elapsed| failure(CloudErrorKind::TimedOut, &elapsed))?
            {
                Ok(object) if is_another(&object.info, event) => return Ok(Opened::Superseded),
                Ok(object) => object,
                Err(error) if error.is_not_found() => return Ok(Opened::Gone),
                Err(error) if error.kind == CloudErrorKind::PreconditionFailed => {
                    return Ok(Opened::Superseded);
                }
                Err(error) => return Err(error),
            };
            if needed(object.info.size) <= needed(size) {
                return Ok(Opened::Object(Box::new(Download {
                    object,
                    room,
                    begun_at,
                    deadline,
                })));
            }
            size = object.info.size;
        }
        let detail = "the object is larger every time it is looked at";
        Err(failure(CloudErrorKind::Unavailable, &detail))
    }

    /// One object larger than the whole budget may still be read, alone.
    async fn room_for(&self, bytes: u64) -> Result<Room, CloudError> {
        let share = u32::try_from(bytes.div_ceil(KIB)).unwrap_or(u32::MAX);
        let held = Arc::clone(&self.budget).acquire_many_owned(share.min(self.budget_kib));
        Ok(Room {
            _held: held
                .await
                .map_err(|closed| failure(CloudErrorKind::Unavailable, &closed))?,
            _counted: metric::BUFFERED_BYTES.track(bytes as f64, []),
        })
    }
}

impl Download {
    pub(crate) const fn info(&self) -> &ObjectInfo {
        &self.object.info
    }

    /// Reads the body to its end.
    ///
    /// # Errors
    /// [`ReadError::TooLarge`] if it has more than `max_bytes`; a `TimedOut` [`CloudError`] at the
    /// deadline, which covers a body that trickles.
    pub(crate) async fn read(self, max_bytes: u64) -> Result<Downloaded, ReadError> {
        let bytes = timeout_at(self.deadline, self.object.read(max_bytes))
            .await
            .map_err(|elapsed| failure(CloudErrorKind::TimedOut, &elapsed))??;
        metric::DOWNLOAD_TIME.record(self.begun_at.elapsed().as_secs_f64(), []);
        metric::SOURCE_BYTES.add(bytes.len() as u64, []);
        Ok(Downloaded {
            bytes,
            _room: self.room,
        })
    }
}

/// How large the object is, as far as anybody knows before it is opened; `None` if it is gone.
async fn said_size(bucket: &S3Bucket, event: &ObjectEvent) -> Result<Option<u64>, CloudError> {
    match event.size {
        Some(size) => Ok(Some(size)),
        None => Ok(bucket.head(&event.key).await?.map(|info| info.size)),
    }
}

/// Two versions may have the same bytes, and not every store heeds `If-Match`. What is not told on
/// one of the two sides is no difference.
fn is_another(now: &ObjectInfo, event: &ObjectEvent) -> bool {
    let differ = |a: Option<&String>, b: Option<&String>| a.zip(b).is_some_and(|(a, b)| a != b);
    differ(event.etag.as_ref(), Some(&now.etag))
        || differ(event.version_id.as_ref(), now.version_id.as_ref())
}

fn failure(kind: CloudErrorKind, detail: &impl Display) -> CloudError {
    CloudError::new(kind, "GetObject", detail)
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
