//! The body of a request as a stream with a deadline.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::Stream;
use http::StatusCode;
use tokio::time::{Instant, Sleep};

use crate::problem::Problem;

/// The reason why a body ended early.
#[derive(Debug, Clone, Copy, thiserror::Error)]
pub(crate) enum BodyError {
    /// The client paused for too long, or was too slow.
    #[error("the body arrived too slowly; send it again over a faster connection")]
    Timeout,
    /// The client disconnected.
    #[error("the request body ended early; send the whole body")]
    Incomplete,
}

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Self {
        let (status, code) = match error {
            BodyError::Timeout => (StatusCode::REQUEST_TIMEOUT, "body_timeout"),
            BodyError::Incomplete => (StatusCode::BAD_REQUEST, "body_incomplete"),
        };
        Self::new(status, code, error)
    }
}

/// The minimum rate of a body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyPace {
    /// The longest pause, and the longest time by which a client may fall behind `min_rate`.
    pub(crate) read_timeout: Duration,
    /// Bytes per second, at least 1.
    pub(crate) min_rate: u64,
}

/// A stream that yields one chunk each time it is woken, and an error if no chunk arrives in time.
///
/// The multipart reader drains a stream before it parses anything. Without the pause after every
/// chunk, a client that is faster than the disk would fill the memory.
pub(crate) struct BodyStream {
    body: BodyDataStream,
    pace: BodyPace,
    started_at: Instant,
    received_bytes: u64,
    timeout: Pin<Box<Sleep>>,
    /// `true` if the previous poll yielded a chunk.
    must_pause: bool,
}

impl BodyStream {
    pub(crate) fn new(body: Body, pace: BodyPace) -> Self {
        Self {
            body: body.into_data_stream(),
            pace,
            started_at: Instant::now(),
            received_bytes: 0,
            timeout: Box::pin(tokio::time::sleep(pace.read_timeout)),
            must_pause: false,
        }
    }

    /// Returns the time by which the next chunk must arrive. A client that only sends an occasional
    /// byte soon falls behind the minimum rate.
    fn deadline(&self) -> Instant {
        let BodyPace {
            read_timeout,
            min_rate,
        } = self.pace;
        let at_min_rate = self.received_bytes.saturating_mul(1000) / min_rate.max(1);
        let behind_rate = self.started_at + Duration::from_millis(at_min_rate) + read_timeout;
        behind_rate.min(Instant::now() + read_timeout)
    }
}

impl Stream for BodyStream {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.must_pause) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        match Pin::new(&mut self.body).poll_next(cx) {
            Poll::Ready(Some(Ok(chunk))) => {
                self.received_bytes += chunk.len() as u64;
                let deadline = self.deadline();
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
