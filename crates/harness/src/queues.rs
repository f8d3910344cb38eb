//! The queues of a test bed.

use std::time::Duration;

use anyhow::ensure;
use darkroom_cloud::{Message, Queue, QueueDepth};
use darkroom_testkit::wait;

use crate::TestBed;

impl TestBed {
    /// Deletes all visible messages of the event queue.
    ///
    /// # Errors
    /// The error of the request.
    pub async fn drain_events(&self) -> anyhow::Result<()> {
        loop {
            let visibility = self.options.visibility;
            let messages = self.events.receive(10, Duration::ZERO, visibility).await?;
            if messages.is_empty() {
                return Ok(());
            }
            let receipts: Vec<_> = messages.into_iter().map(|it| it.receipt).collect();
            self.events.delete(&receipts).await?;
        }
    }

    /// Receives dead letters until `count` of them have arrived.
    ///
    /// # Errors
    /// If fewer than `count` dead letters arrive in the time `within`, or if more than `count`
    /// arrive.
    pub async fn receive_dead_letters(
        &self,
        count: usize,
        within: Duration,
    ) -> anyhow::Result<Vec<Message>> {
        const INVISIBLE: Duration = Duration::from_secs(600);
        let mut messages = Vec::new();
        let all = async || {
            let more = self.dead_letters.receive(10, Duration::ZERO, INVISIBLE);
            messages.extend(more.await.unwrap_or_default());
            messages.len() >= count
        };
        wait::until_async("dead letters", within, all).await?;
        ensure!(messages.len() == count, "{} dead letters", messages.len());
        Ok(messages)
    }

    /// Waits until the event queue is empty: no message is visible, in flight or delayed.
    ///
    /// # Errors
    /// If the queue is not empty after the time `within`.
    pub async fn wait_until_idle(&self, within: Duration) -> anyhow::Result<()> {
        let empty = async || match self.events.depth().await {
            Ok(depth) if depth == QueueDepth::default() => Ok(()),
            other => Err(format!("{other:?}")),
        };
        Ok(wait::until_async("an empty queue", within, empty).await?)
    }
}
