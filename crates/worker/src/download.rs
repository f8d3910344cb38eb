//! Downloads of raw objects with limits on memory and time.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use darkroom_cloud::{CloudError, CloudErrorKind, ObjectInfo, ObjectReader, ReadError};
use darkroom_contract::{Attachment, ObjectEvent, RawKey};
use darkroom_telemetry::metric;
use darkroom_uploads::UploadStore;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};
use tracing::{Instrument, Span, info_span};

/// The unit of the memory budget. The number of permits is a `u32`. If one permit were one byte,
/// the budget could not exceed 4 GiB.
const KIB: u64 = 1024;
/// The maximum number of times that an object is opened. If the object turns out larger than
/// expected each time, the attempt fails.
const MAX_SIZE_GUESSES: u32 = 3;

/// A downloader of raw objects. All downloads share a memory budget.
#[derive(Debug, Clone)]
pub(crate) struct Downloads {
    budget: Arc<Semaphore>,
    budget_kib: u32,
    timeout: Duration,
}

/// The result of opening the raw object of an event.
#[derive(Debug)]
pub(crate) enum OpenedSource {
    /// The object is the one that the event reports, and memory is reserved for it.
    Found(Box<Download>),
    /// The object was deleted.
    Deleted,
    /// The key now belongs to another object, which has its own event.
    Superseded,
}

/// An open object with its share of the budget and its deadline.
#[derive(Debug)]
pub(crate) struct Download {
    object: Box<ObjectReader>,
    permit: MemoryPermit,
    started_at: Instant,
    deadline: Instant,
    span: Span,
}

/// The bytes of a raw object, with their share of the budget.
#[derive(Debug)]
pub(crate) struct Downloaded {
    pub(crate) bytes: Bytes,
    _permit: MemoryPermit,
}

/// A share of the budget.
#[derive(Debug)]
struct MemoryPermit {
    _permit: OwnedSemaphorePermit,
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

    /// Opens the event's object once there is memory for it.
    ///
    /// The memory is reserved before the object is opened. Otherwise the wait for memory would
    /// count toward the deadline of the download, and the server might close the idle connection.
    /// If an object turns out larger than expected, its memory is released before more is
    /// requested. Otherwise two downloads that each hold some memory and wait for more could
    /// deadlock.
    ///
    /// The span `download` begins with the request, after the wait for memory. If the object is
    /// found, the caller sets the span's parent, because only the object's headers name the trace.
    pub(crate) async fn open(
        &self,
        store: &UploadStore,
        key: &RawKey,
        event: &ObjectEvent,
        max_bytes: u64,
        parent: &Span,
    ) -> Result<OpenedSource, CloudError> {
        let Some(mut size) = expected_size(store, key, event).await? else {
            return Ok(OpenedSource::Deleted);
        };
        // An object over the limit is not read, so it needs no memory.
        let needed = |size| if size > max_bytes { 0 } else { size };
        for _ in 0..MAX_SIZE_GUESSES {
            let permit = self.acquire(needed(size)).await?;
            let span = info_span!(parent: None, "download");
            let started_at = Instant::now();
            let deadline = started_at + self.timeout;
            let opening = open_once(store, key, event, deadline);
            let object = match opening.await {
                Ok(Opening::Open(object)) if needed(object.info.size) <= needed(size) => object,
                other => {
                    darkroom_telemetry::set_parent(&span, parent);
                    match other? {
                        Opening::Open(object) => size = object.info.size,
                        Opening::Deleted => return Ok(OpenedSource::Deleted),
                        Opening::Superseded => return Ok(OpenedSource::Superseded),
                    }
                    continue;
                }
            };
            return Ok(OpenedSource::Found(Box::new(Download {
                object,
                permit,
                started_at,
                deadline,
                span,
            })));
        }
        let detail = "the object grows each time it is opened";
        Err(failure(CloudErrorKind::Unavailable, &detail))
    }

    /// Waits for memory. An object that is larger than the budget takes the whole budget, so the
    /// object is read alone.
    async fn acquire(&self, bytes: u64) -> Result<MemoryPermit, CloudError> {
        let share = u32::try_from(bytes.div_ceil(KIB)).unwrap_or(u32::MAX);
        let budget = Arc::clone(&self.budget);
        let permit = budget.acquire_many_owned(share.min(self.budget_kib)).await;
        Ok(MemoryPermit {
            _permit: permit.map_err(|closed| failure(CloudErrorKind::Unavailable, &closed))?,
            _counted: metric::BUFFERED_BYTES.track(bytes as f64, []),
        })
    }
}

impl Download {
    pub(crate) const fn info(&self) -> &ObjectInfo {
        &self.object.info
    }

    /// Makes the span `download` a child of `parent`. Call this after `parent` has joined its
    /// trace.
    pub(crate) fn set_parent(&self, parent: &Span) {
        darkroom_telemetry::set_parent(&self.span, parent);
    }

    /// Reads the body to its end.
    ///
    /// # Errors
    /// [`ReadError::TooLarge`] if the body has more than `max_bytes`, or a `TimedOut`
    /// [`CloudError`] at the deadline, even if bytes are still trickling in.
    pub(crate) async fn read(self, max_bytes: u64) -> Result<Downloaded, ReadError> {
        let reading = timeout_at(self.deadline, self.object.read(max_bytes));
        let bytes = reading
            .instrument(self.span)
            .await
            .map_err(|elapsed| failure(CloudErrorKind::TimedOut, &elapsed))??;
        metric::DOWNLOAD_TIME.record(self.started_at.elapsed().as_secs_f64(), []);
        metric::SOURCE_BYTES.add(bytes.len() as u64, []);
        Ok(Downloaded {
            bytes,
            _permit: self.permit,
        })
    }
}

/// The result of one request for an object.
enum Opening {
    Open(Box<ObjectReader>),
    Deleted,
    Superseded,
}

/// Requests the event's object once.
async fn open_once(
    store: &UploadStore,
    key: &RawKey,
    event: &ObjectEvent,
    deadline: Instant,
) -> Result<Opening, CloudError> {
    let opening = store.open_source(key, event.etag.as_deref());
    let opened = timeout_at(deadline, opening)
        .await
        .map_err(|elapsed| failure(CloudErrorKind::TimedOut, &elapsed))?;
    match opened {
        Ok(object) if is_different_object(&object.info, event) => Ok(Opening::Superseded),
        Ok(object) => Ok(Opening::Open(Box::new(object))),
        Err(error) if error.is_not_found() => Ok(Opening::Deleted),
        Err(error) if error.kind == CloudErrorKind::PreconditionFailed => Ok(Opening::Superseded),
        Err(error) => Err(error),
    }
}

/// Returns the size that the event states. If the event states no size, asks the store, and returns
/// `None` if the object is gone.
async fn expected_size(
    store: &UploadStore,
    key: &RawKey,
    event: &ObjectEvent,
) -> Result<Option<u64>, CloudError> {
    match event.size {
        Some(size) => Ok(Some(size)),
        None => Ok(store.source_info(key).await?.map(|info| info.size)),
    }
}

/// Returns `true` if the object is not the one that the event is about.
///
/// Compares version ids, because two versions with the same bytes have the same entity tag.
/// Compares entity tags too, because some stores do not support `If-Match`. A value that is missing
/// on one side is not a difference.
fn is_different_object(info: &ObjectInfo, event: &ObjectEvent) -> bool {
    let differ = |a: Option<&String>, b: Option<&String>| a.zip(b).is_some_and(|(a, b)| a != b);
    differ(event.etag.as_ref(), Some(&info.etag))
        || differ(event.version_id.as_ref(), info.version_id.as_ref())
}

fn failure(kind: CloudErrorKind, detail: &impl Display) -> CloudError {
    CloudError::new(kind, "GetObject", detail)
}

/// Returns the data that the client attached to its upload, from the header of the raw object.
pub(crate) fn attachment(info: &ObjectInfo) -> Attachment {
    let Some(header) = info.metadata.get(Attachment::NAME) else {
        return Attachment::default();
    };
    // The signature of an upload URL covers the header, so a client cannot change it. Only a writer
    // with credentials can write an invalid header.
    Attachment::from_header(header).unwrap_or_else(|error| {
        tracing::warn!(%error, "ignoring an unreadable attachment");
        Attachment::default()
    })
}

#[cfg(test)]
mod tests {
    use darkroom_cloud::UploadOptions;
    use darkroom_uploads::MemoryStore;
    use tokio::time::{sleep, timeout};

    use super::*;
    use crate::testing::TestStore;

    const BUDGET: u64 = 1024 * KIB;
    const TIMEOUT: Duration = Duration::from_secs(60);

    fn downloads() -> Downloads {
        Downloads::new(BUDGET, TIMEOUT)
    }

    /// Stores an object of `kib` KiB. The event states the size `stated`.
    fn put(test: &TestStore, kib: usize, stated: Option<u64>) -> (RawKey, ObjectEvent) {
        let key = MemoryStore::new_key();
        let bytes = Bytes::from(vec![0; kib * 1024]);
        let options = UploadOptions::default();
        let info = test.raw.upload(&key.to_string(), bytes, options);
        let event = test.store.event(&key, Some((&info).into()), false);
        let size = stated;
        (key, ObjectEvent { size, ..event })
    }

    async fn open(
        downloads: &Downloads,
        test: &TestStore,
        (key, event): &(RawKey, ObjectEvent),
    ) -> Result<OpenedSource, CloudError> {
        let parent = Span::none();
        let opening = downloads.open(&test.store, key, event, u64::MAX, &parent);
        opening.await
    }

    fn found(opened: Result<OpenedSource, CloudError>) -> Download {
        match opened {
            Ok(OpenedSource::Found(download)) => *download,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_object_is_opened_only_when_there_is_memory_for_it() {
        let (test, downloads) = (TestStore::new(), downloads());
        let [first, second] = [put(&test, 700, Some(700 * KIB)), put(&test, 700, None)];
        let opened = found(open(&downloads, &test, &first).await);
        let downloaded = opened.read(BUDGET).await.unwrap();
        // The second object waits for memory for longer than the download timeout. `open` itself
        // does not time out, because its time limit starts only with the request.
        let waiting = timeout(2 * TIMEOUT, open(&downloads, &test, &second)).await;
        assert!(waiting.is_err());
        assert_eq!(test.raw.faults().count("GetObject", "raw/"), 1);
        drop(downloaded);
        found(open(&downloads, &test, &second).await);
    }

    #[tokio::test(start_paused = true)]
    async fn an_object_larger_than_the_budget_is_read_alone() {
        let (test, downloads) = (TestStore::new(), downloads());
        let opened = found(open(&downloads, &test, &put(&test, 2048, None)).await);
        assert_eq!(downloads.budget.available_permits(), 0);
        assert_eq!(
            opened.read(u64::MAX).await.unwrap().bytes.len(),
            2048 * 1024
        );
        assert_eq!(downloads.budget.available_permits(), 1024);
    }

    #[tokio::test(start_paused = true)]
    async fn an_object_that_has_grown_gets_memory_for_its_real_size() {
        let (test, downloads) = (TestStore::new(), downloads());
        let _opened = found(open(&downloads, &test, &put(&test, 700, Some(1))).await);
        assert_eq!(downloads.budget.available_permits(), 1024 - 700);
        assert_eq!(test.raw.faults().count("GetObject", "raw/"), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn an_object_that_grows_at_every_opening_is_unavailable_and_keeps_no_memory() {
        let (test, downloads) = (TestStore::new(), downloads());
        let (key, event) = put(&test, 1, None);
        // An event without an entity tag matches every object of its key.
        let etag = None;
        let object = (key.clone(), ObjectEvent { etag, ..event });
        let request = Duration::from_secs(2);
        test.raw.faults().delay("GetObject", "raw/", request);
        let growing = async {
            for kib in 2.. {
                sleep(request / 2).await;
                test.put(&key, vec![0; kib * 1024]);
                sleep(request / 2).await;
            }
        };
        let opened = tokio::select! {
            opened = open(&downloads, &test, &object) => opened,
            () = growing => unreachable!("the object grows forever"),
        };
        let error = opened.unwrap_err();
        assert_eq!(error.kind, CloudErrorKind::Unavailable);
        assert!(error.to_string().contains("grows each time"), "{error}");
        let openings = test.raw.faults().count("GetObject", "raw/");
        assert_eq!(openings, MAX_SIZE_GUESSES as usize);
        assert_eq!(downloads.budget.available_permits(), 1024);
    }

    #[tokio::test(start_paused = true)]
    async fn an_object_over_the_limit_takes_no_memory() {
        let (test, downloads) = (TestStore::new(), downloads());
        let (key, event) = put(&test, 700, None);
        let parent = Span::none();
        let opened = downloads.open(&test.store, &key, &event, 1, &parent).await;
        let error = found(opened).read(1).await.unwrap_err();
        assert!(matches!(error, ReadError::TooLarge { max: 1 }), "{error:?}");
        assert_eq!(downloads.budget.available_permits(), 1024);
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_does_not_respond_times_out() {
        let (test, downloads) = (TestStore::new(), downloads());
        let object = put(&test, 1, None);
        let never = Duration::from_secs(3600);
        test.raw.faults().delay("GetObject", "raw/", never);
        let started_at = Instant::now();
        let error = open(&downloads, &test, &object).await.unwrap_err();
        assert_eq!(error.kind, CloudErrorKind::TimedOut);
        assert_eq!(started_at.elapsed(), TIMEOUT);
        assert_eq!(downloads.budget.available_permits(), 1024);
    }

    #[tokio::test(start_paused = true)]
    async fn a_deleted_and_a_replaced_object_are_distinguished() {
        let (test, downloads) = (TestStore::new(), downloads());
        let object = put(&test, 1, None);
        test.put(&object.0, "replaced");
        let replaced = open(&downloads, &test, &object).await;
        assert!(
            matches!(replaced, Ok(OpenedSource::Superseded)),
            "{replaced:?}"
        );
        test.store.delete(&object.0).await.unwrap();
        let deleted = open(&downloads, &test, &object).await;
        assert!(matches!(deleted, Ok(OpenedSource::Deleted)), "{deleted:?}");
    }
}
