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
pub(crate) enum Interruption {
    /// Nothing came for too long.
    #[error("the body took too long to arrive")]
    Timeout,
    /// The client went away.
    #[error("the body ended before its end")]
    Incomplete,
}

/// Gives one chunk for each time it is woken, and an error if none comes in time.
///
/// The multipart reader takes all that a stream has before it looks at any of it, so a client that
/// is faster than the disk would fill the memory.
pub(crate) struct Paced {
    body: BodyDataStream,
    idle: Pin<Box<Sleep>>,
    timeout: Duration,
    has_given: bool,
}

impl Paced {
    pub(crate) fn new(body: Body, timeout: Duration) -> Self {
        Self {
            body: body.into_data_stream(),
            idle: Box::pin(tokio::time::sleep(timeout)),
            timeout,
            has_given: false,
        }
    }
}

impl Stream for Paced {
    type Item = Result<Bytes, Interruption>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.has_given) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        match Pin::new(&mut self.body).poll_next(cx) {
            Poll::Ready(Some(Ok(chunk))) => {
                let deadline = Instant::now() + self.timeout;
                self.idle.as_mut().reset(deadline);
                self.has_given = true;
                Poll::Ready(Some(Ok(chunk)))
            }
            Poll::Ready(Some(Err(_))) => Poll::Ready(Some(Err(Interruption::Incomplete))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => match self.idle.as_mut().poll(cx) {
                Poll::Ready(()) => Poll::Ready(Some(Err(Interruption::Timeout))),
                Poll::Pending => Poll::Pending,
            },
        }
    }
}
