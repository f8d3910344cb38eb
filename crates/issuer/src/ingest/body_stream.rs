//! A request's body, one chunk at a time.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::Stream;
use tokio::time::{Instant, Sleep};

/// Why a body ended early.
#[derive(Debug, Clone, Copy, thiserror::Error)]
pub(crate) enum BodyError {
    /// Nothing came for too long.
    #[error("the body took too long to arrive")]
    Timeout,
    /// The client went away.
    #[error("the body ended before its end")]
    Incomplete,
}

/// How fast a body has to come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// The longest silence, and the most that a client may be behind `min_rate` at any time.
    pub(crate) read_timeout: Duration,
    /// Bytes a second; at least 1.
    pub(crate) min_rate: u64,
}

/// Gives one chunk for each time it is woken, and an error if none comes in time.
///
/// The multipart reader takes all that a stream has before it looks at any of it, so a client that
/// is faster than the disk would fill the memory.
pub(crate) struct BodyStream {
    body: BodyDataStream,
    pace: Pace,
    began_at: Instant,
    received: u64,
    overdue: Pin<Box<Sleep>>,
    has_given: bool,
}

impl BodyStream {
    pub(crate) fn new(body: Body, pace: Pace) -> Self {
        Self {
            body: body.into_data_stream(),
            pace,
            began_at: Instant::now(),
            received: 0,
            overdue: Box::pin(tokio::time::sleep(pace.read_timeout)),
            has_given: false,
        }
    }

    /// When the next chunk has to be there: a byte now and then keeps nobody waiting for long.
    fn deadline(&self) -> Instant {
        let Pace {
            read_timeout,
            min_rate,
        } = self.pace;
        let earned = Duration::from_millis(self.received.saturating_mul(1000) / min_rate.max(1));
        let silence = Instant::now() + read_timeout;
        silence.min(self.began_at + earned + read_timeout)
    }
}

impl Stream for BodyStream {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.has_given) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        match Pin::new(&mut self.body).poll_next(cx) {
            Poll::Ready(Some(Ok(chunk))) => {
                self.received += chunk.len() as u64;
                let deadline = self.deadline();
                self.overdue.as_mut().reset(deadline);
                self.has_given = true;
                Poll::Ready(Some(Ok(chunk)))
            }
            Poll::Ready(Some(Err(_))) => Poll::Ready(Some(Err(BodyError::Incomplete))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => match self.overdue.as_mut().poll(cx) {
                Poll::Ready(()) => Poll::Ready(Some(Err(BodyError::Timeout))),
                Poll::Pending => Poll::Pending,
            },
        }
    }
}
