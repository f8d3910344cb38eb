//! The body of a request as a stream with a deadline.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::Stream;
use http::StatusCode;
use tokio::time::{Instant, Sleep};

use crate::problem::Problem;

/// The limit on the headers of a part in a form, and on the bytes before the first part. Browsers
/// send a few hundred bytes.
const MAX_PART_HEADER_BYTES: usize = 8 * 1024;

/// The reason why a body was not read to its end.
#[derive(Debug, Clone, Copy, thiserror::Error)]
pub(crate) enum BodyError {
    /// The client paused for too long, or was too slow.
    #[error("the body arrived too slowly; send it again over a faster connection")]
    Timeout,
    /// The client disconnected.
    #[error("the request body ended early; send the whole body")]
    Incomplete,
    /// The headers of a part, or the bytes before the first part, exceed the limit.
    #[error(
        "the headers of a part, or the bytes before the first part, are longer than {} KiB",
        MAX_PART_HEADER_BYTES / 1024
    )]
    LongPartHeaders,
}

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Self {
        let (status, code) = match error {
            BodyError::Timeout => (StatusCode::REQUEST_TIMEOUT, "body_timeout"),
            BodyError::Incomplete => (StatusCode::BAD_REQUEST, "body_incomplete"),
            BodyError::LongPartHeaders => (StatusCode::UNPROCESSABLE_ENTITY, "invalid_multipart"),
        };
        Self::new(status, code, error)
    }
}

/// The number of bytes that may still arrive before the headers of a part end. The stream and the
/// reader of its parts share this budget.
#[derive(Debug, Clone)]
pub(crate) struct PartHeaderBudget(Arc<AtomicUsize>);

impl PartHeaderBudget {
    fn unlimited() -> Self {
        Self(Arc::new(AtomicUsize::new(usize::MAX)))
    }

    /// Starts counting. The reader calls this before it searches for the headers of the next part.
    pub(crate) fn start(&self) {
        self.0.store(MAX_PART_HEADER_BYTES, Ordering::Relaxed);
    }

    /// Stops counting. The reader calls this after it has found the headers.
    pub(crate) fn stop(&self) {
        self.0.store(usize::MAX, Ordering::Relaxed);
    }

    /// Counts a chunk. The chunk that uses up the budget is not an error yet, because it may
    /// contain the end of the headers. The next chunk is an error.
    fn spend(&self, bytes: usize) {
        let left = self.0.load(Ordering::Relaxed);
        if left != usize::MAX {
            self.0.store(left.saturating_sub(bytes), Ordering::Relaxed);
        }
    }

    fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

/// The pace at which a body must arrive.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyPace {
    /// The longest pause between two chunks, and the longest time by which a client may lag behind
    /// `min_rate`.
    pub(crate) read_timeout: Duration,
    /// Bytes per second, at least 1.
    pub(crate) min_rate: u64,
}

/// A stream that pauses after every chunk, and yields an error if no chunk arrives in time.
///
/// The multipart reader reads all available chunks before it parses anything. Without the pauses, a
/// client that is faster than the disk would fill the memory.
pub(crate) struct BodyStream {
    body: BodyDataStream,
    pace: BodyPace,
    /// The time until which the received bytes satisfy the minimum rate. It is never in the future:
    /// a fast start does not entitle a client to a long pause.
    paid_until: Instant,
    part_headers: PartHeaderBudget,
    timeout: Pin<Box<Sleep>>,
    /// `true` if the previous poll yielded a chunk.
    must_pause: bool,
}

impl BodyStream {
    pub(crate) fn new(body: Body, pace: BodyPace) -> Self {
        Self {
            body: body.into_data_stream(),
            pace,
            paid_until: Instant::now(),
            part_headers: PartHeaderBudget::unlimited(),
            timeout: Box::pin(tokio::time::sleep(pace.read_timeout)),
            must_pause: false,
        }
    }

    /// Returns the budget for the headers of parts. It is unlimited until
    /// [`PartHeaderBudget::start`].
    pub(crate) fn part_headers(&self) -> PartHeaderBudget {
        self.part_headers.clone()
    }

    /// Counts a chunk of `bytes` and returns the deadline of the next chunk. A client that sends
    /// only a byte now and then soon falls behind the minimum rate.
    fn deadline_after(&mut self, bytes: usize) -> Instant {
        let BodyPace {
            read_timeout,
            min_rate,
        } = self.pace;
        let micros = (bytes as u64).saturating_mul(1_000_000) / min_rate.max(1);
        let paid_until = self.paid_until + Duration::from_micros(micros);
        self.paid_until = paid_until.min(Instant::now());
        self.paid_until + read_timeout
    }
}

impl Stream for BodyStream {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.must_pause) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.part_headers.is_spent() {
            return Poll::Ready(Some(Err(BodyError::LongPartHeaders)));
        }
        match Pin::new(&mut self.body).poll_next(cx) {
            Poll::Ready(Some(Ok(chunk))) => {
                self.part_headers.spend(chunk.len());
                let deadline = self.deadline_after(chunk.len());
                self.timeout.as_mut().reset(deadline);
                self.must_pause = true;
                Poll::Ready(Some(Ok(chunk)))
            }
            Poll::Ready(Some(Err(_))) => Poll::Ready(Some(Err(BodyError::Incomplete))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => match self.timeout.as_mut().poll(cx) {
                Poll::Ready(()) => Poll::Ready(Some(Err(BodyError::Timeout))),
                Poll::Pending => Poll::Pending,
            },
        }
    }
}
