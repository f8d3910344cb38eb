//! Deferral of messages, up to ten per call.

use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::{CloudError, MAX_BATCH, MessageCopy, Queue};
use tokio::sync::{mpsc, oneshot};

use crate::batch::next_batch;

/// The longest time that the first message of a batch waits. A full batch is sent at once.
const LINGER: Duration = Duration::from_millis(20);
/// The maximum size of the bodies in a batch. SQS limits a batch to 256 KiB (since 2025, 1 MiB),
/// attributes included. A larger message is sent alone.
const MAX_BATCH_BYTES: usize = 128 * 1024;

/// Collects delayed copies of messages and sends them in batches.
#[derive(Debug)]
pub(crate) struct Deferrals(mpsc::Sender<Deferral>);

#[derive(Debug)]
struct Deferral {
    copy: MessageCopy,
    result: oneshot::Sender<Result<(), CloudError>>,
}

/// A deferral that did not take place.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeferralError {
    /// The request failed, or the queue did not accept the copy.
    #[error(transparent)]
    Queue(#[from] CloudError),
    /// The task that sends the batches has ended.
    #[error("the task that defers messages has ended")]
    Ended,
}

impl Deferrals {
    /// Starts the task that sends the batches. It ends when this value is dropped.
    pub(crate) fn start(queue: Arc<dyn Queue>) -> Self {
        let (deferrals, mut incoming) = mpsc::channel(MAX_BATCH * 10);
        tokio::spawn(async move {
            while let Some(batch) = next_batch(&mut incoming, LINGER).await {
                send(&*queue, batch).await;
            }
        });
        Self(deferrals)
    }

    /// Sends a delayed copy of a message to its own queue, together with other copies.
    pub(crate) async fn send(&self, copy: MessageCopy) -> Result<(), DeferralError> {
        let (result, sent) = oneshot::channel();
        let deferral = Deferral { copy, result };
        let queued = self.0.send(deferral).await;
        queued.map_err(|_| DeferralError::Ended)?;
        Ok(sent.await.map_err(|_| DeferralError::Ended)??)
    }
}

async fn send(queue: &dyn Queue, batch: Vec<Deferral>) {
    let (copies, results): (Vec<_>, Vec<_>) = batch
        .into_iter()
        .map(|deferral| (deferral.copy, deferral.result))
        .unzip();
    let mut results = results.into_iter();
    for copies in split(&copies) {
        for (sent, result) in queue
            .forward_batch(copies)
            .await
            .into_iter()
            .zip(&mut results)
        {
            // The consumer may have abandoned the message in the meantime. It is then delivered
            // again, in addition to its copy.
            let _ = result.send(sent);
        }
    }
}

/// Splits copies into batches of at most [`MAX_BATCH_BYTES`].
fn split(mut copies: &[MessageCopy]) -> impl Iterator<Item = &[MessageCopy]> {
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fits = copies.iter().take_while(|copy| {
            bytes += copy.message.body.len();
            bytes <= MAX_BATCH_BYTES
        });
        let count = fits.count().max(1);
        let (batch, rest) = copies.split_at_checked(count)?;
        copies = rest;
        Some(batch)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use darkroom_cloud::{CloudErrorKind, MemoryQueue};
    use darkroom_contract::Clock;
    use futures_util::future::join_all;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    async fn copies(bodies: &[String]) -> Vec<MessageCopy> {
        let queue = MemoryQueue::new(Clock::system());
        queue.send(bodies).await.unwrap();
        let received = queue.receive(MAX_BATCH, SECOND, SECOND).await.unwrap();
        let copies = received.into_iter().map(|message| MessageCopy {
            message,
            attributes: BTreeMap::new(),
            delay: SECOND,
        });
        copies.collect()
    }

    fn lengths(copies: &[MessageCopy]) -> Vec<usize> {
        split(copies).map(<[_]>::len).collect()
    }

    #[tokio::test]
    async fn a_batch_has_a_limited_size_and_a_larger_message_is_sent_alone() {
        let small = copies(&vec!["small".to_owned(); 10]).await;
        assert_eq!(lengths(&small), [10]);
        let half = "x".repeat(MAX_BATCH_BYTES / 2);
        let large = "x".repeat(MAX_BATCH_BYTES + 1);
        let mixed = copies(&[half.clone(), half.clone(), half, large, String::new()]).await;
        assert_eq!(lengths(&mixed), [2, 1, 1, 1]);
        assert_eq!(lengths(&[]), [] as [usize; 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn each_message_gets_the_result_of_its_own_copy() {
        let queue = MemoryQueue::new(Clock::system());
        let deferrals = Deferrals::start(Arc::new(queue.clone()));
        let copies = copies(&(0..8).map(|number| number.to_string()).collect::<Vec<_>>()).await;
        let sent = join_all(copies.iter().map(|copy| deferrals.send(copy.clone()))).await;
        assert!(sent.iter().all(Result::is_ok));
        assert_eq!(queue.len(), 8);
        queue.fail(CloudErrorKind::Unavailable);
        let failed = deferrals.send(copies[0].clone()).await;
        assert!(matches!(failed, Err(DeferralError::Queue(_))));
        assert_eq!(queue.len(), 8);
    }
}
