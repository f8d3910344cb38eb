//! A queue that is looked up on first use.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use tokio::sync::OnceCell;

use super::{Message, MessageCopy, Queue, QueueDepth, Receipt, RedrivePolicy, SqsQueue};
use crate::CloudError;

/// A queue that is looked up on first use. A process that never uses the queue therefore needs
/// neither the queue nor permission to access it. A failed lookup is repeated on the next use. A
/// `LazyQueue` is cheap to clone.
#[derive(Debug, Clone)]
pub struct LazyQueue(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: Client,
    name: String,
    found: OnceCell<SqsQueue>,
}

impl LazyQueue {
    pub(crate) fn new(client: Client, name: &str) -> Self {
        Self(Arc::new(Inner {
            client,
            name: name.to_owned(),
            found: OnceCell::new(),
        }))
    }

    async fn queue(&self) -> Result<&SqsQueue, CloudError> {
        let Inner {
            client,
            name,
            found,
        } = &*self.0;
        found
            .get_or_try_init(|| SqsQueue::find(client.clone(), name))
            .await
    }
}

#[async_trait]
impl Queue for LazyQueue {
    async fn receive(
        &self,
        max: usize,
        wait: Duration,
        visibility_timeout: Duration,
    ) -> Result<Vec<Message>, CloudError> {
        let queue = self.queue().await?;
        queue.receive(max, wait, visibility_timeout).await
    }

    async fn delete(&self, receipts: &[Receipt]) -> Result<Vec<Receipt>, CloudError> {
        self.queue().await?.delete(receipts).await
    }

    async fn change_visibility(
        &self,
        receipt: &Receipt,
        timeout: Duration,
    ) -> Result<(), CloudError> {
        let queue = self.queue().await?;
        queue.change_visibility(receipt, timeout).await
    }

    async fn change_visibility_batch(
        &self,
        receipts: &[Receipt],
        timeout: Duration,
    ) -> Result<(), CloudError> {
        let queue = self.queue().await?;
        queue.change_visibility_batch(receipts, timeout).await
    }

    async fn send(&self, bodies: &[String]) -> Result<(), CloudError> {
        self.queue().await?.send(bodies).await
    }

    async fn send_delayed(&self, body: &str, delay: Duration) -> Result<(), CloudError> {
        self.queue().await?.send_delayed(body, delay).await
    }

    async fn forward(
        &self,
        message: &Message,
        attributes: &BTreeMap<&str, String>,
        delay: Duration,
    ) -> Result<(), CloudError> {
        let queue = self.queue().await?;
        queue.forward(message, attributes, delay).await
    }

    async fn forward_batch(&self, copies: &[MessageCopy]) -> Vec<Result<(), CloudError>> {
        match self.queue().await {
            Ok(queue) => queue.forward_batch(copies).await,
            Err(error) => vec![Err(error); copies.len()],
        }
    }

    async fn redrive_policy(&self) -> Result<Option<RedrivePolicy>, CloudError> {
        self.queue().await?.redrive_policy().await
    }

    async fn depth(&self) -> Result<QueueDepth, CloudError> {
        self.queue().await?.depth().await
    }
}
