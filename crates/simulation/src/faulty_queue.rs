//! A queue with faults.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use darkroom_cloud::{CloudError, MemoryQueue, Message, Queue, QueueDepth, Receipt, RedrivePolicy};

use crate::invariants;
use crate::process::Process;

/// The longest delay of a duplicated message.
const MAX_DUPLICATE_DELAY: Duration = Duration::from_secs(120);

/// A queue whose calls may fail. It may also deliver a message twice.
#[derive(Debug)]
pub(crate) struct FaultyQueue {
    name: &'static str,
    queue: MemoryQueue,
    process: Process,
    deliveries: Mutex<Vec<Delivery>>,
}

/// A delivery to this process.
#[derive(Debug)]
struct Delivery {
    receipt: Receipt,
    body: String,
    /// The visibility timeout with which the message was received.
    visibility_timeout: Duration,
    /// The visibility timeout that ended this delivery, or `None` if it has not ended.
    backoff: Option<Duration>,
    /// `true` if a copy of the message was sent to the same queue.
    is_deferred: bool,
}

impl FaultyQueue {
    pub(crate) const fn new(name: &'static str, queue: MemoryQueue, process: Process) -> Self {
        Self {
            name,
            queue,
            process,
            deliveries: Mutex::new(Vec::new()),
        }
    }

    fn deliveries(&self) -> MutexGuard<'_, Vec<Delivery>> {
        let deliveries = self.deliveries.lock();
        deliveries.unwrap_or_else(PoisonError::into_inner)
    }

    async fn duplicate(&self, message: &Message) -> Result<(), CloudError> {
        let world = &self.process.world;
        if world.happens(world.rates.duplicate / 10.0) {
            let delay = world.draw_duration(MAX_DUPLICATE_DELAY);
            self.queue.send_delayed(&message.body, delay).await?;
        }
        Ok(())
    }

    /// Checks a change of visibility (invariant 3). A timeout other than the full visibility
    /// timeout is a backoff or a release, and ends the delivery. After that, no change of
    /// visibility may follow.
    fn check_visibility(&self, receipt: &Receipt, timeout: Duration) {
        let mut deliveries = self.deliveries();
        let delivery = deliveries.iter_mut().find(|one| &one.receipt == receipt);
        let Some(delivery) = delivery else {
            return;
        };
        match delivery.backoff {
            Some(backoff) => {
                let violation = format!(
                    "a visibility timeout of {timeout:?} follows the backoff of {backoff:?}"
                );
                self.process.world.violate(violation);
            }
            None if timeout != delivery.visibility_timeout => delivery.backoff = Some(timeout),
            None => {}
        }
    }

    async fn delete_one(&self, receipt: &Receipt) -> Result<(), CloudError> {
        let before = self.queue.len();
        self.queue.delete(std::slice::from_ref(receipt)).await?;
        let is_deleted = self.queue.len() < before;
        let deliveries = self.deliveries();
        let delivery = deliveries.iter().find(|one| &one.receipt == receipt);
        let delivery = delivery.map(|delivery| (delivery.body.clone(), delivery.is_deferred));
        drop(deliveries);
        if let Some((body, is_deferred)) = delivery.filter(|_| is_deleted) {
            self.process
                .trace(format_args!("delete message {}", self.name));
            if self.name == "events" && !is_deferred {
                invariants::check_deleted_message(&self.process.world, &body);
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Queue for FaultyQueue {
    async fn receive(
        &self,
        max: usize,
        wait: Duration,
        visibility_timeout: Duration,
    ) -> Result<Vec<Message>, CloudError> {
        let effect = async {
            let messages = self.queue.receive(max, wait, visibility_timeout).await?;
            for message in &messages {
                let (id, count) = (&message.id, message.receive_count);
                self.process
                    .trace(format_args!("receive {} {id}, delivery {count}", self.name));
                self.duplicate(message).await?;
                self.deliveries().push(Delivery {
                    receipt: message.receipt.clone(),
                    body: message.body.clone(),
                    visibility_timeout,
                    backoff: None,
                    is_deferred: false,
                });
            }
            Ok(messages)
        };
        self.process.call("ReceiveMessage", false, effect).await
    }

    async fn delete(&self, receipts: &[Receipt]) -> Result<Vec<Receipt>, CloudError> {
        let effect = async {
            for receipt in receipts {
                self.delete_one(receipt).await?;
            }
            Ok(Vec::new())
        };
        self.process.call("DeleteMessageBatch", false, effect).await
    }

    async fn change_visibility(
        &self,
        receipt: &Receipt,
        timeout: Duration,
    ) -> Result<(), CloudError> {
        let effect = async {
            self.check_visibility(receipt, timeout);
            self.queue.change_visibility(receipt, timeout).await
        };
        let call = self.process.call("ChangeMessageVisibility", false, effect);
        call.await
    }

    async fn change_visibility_batch(
        &self,
        receipts: &[Receipt],
        timeout: Duration,
    ) -> Result<(), CloudError> {
        for receipt in receipts {
            self.change_visibility(receipt, timeout).await?;
        }
        Ok(())
    }

    async fn send(&self, bodies: &[String]) -> Result<(), CloudError> {
        let effect = async {
            if self.name == "outcomes" {
                for body in bodies {
                    invariants::check_published(&self.process.world, body);
                }
            }
            self.queue.send(bodies).await
        };
        self.process.call("SendMessageBatch", false, effect).await
    }

    async fn send_delayed(&self, body: &str, delay: Duration) -> Result<(), CloudError> {
        let effect = self.queue.send_delayed(body, delay);
        self.process.call("SendMessage", false, effect).await
    }

    async fn forward(
        &self,
        message: &Message,
        attributes: &BTreeMap<&str, String>,
        delay: Duration,
    ) -> Result<(), CloudError> {
        let effect = async {
            self.process
                .trace(format_args!("forward {} to {}", message.id, self.name));
            self.queue.forward(message, attributes, delay).await?;
            let mut deliveries = self.deliveries();
            let receipt = &message.receipt;
            if let Some(delivery) = deliveries.iter_mut().find(|one| one.receipt == *receipt) {
                delivery.is_deferred = true;
            }
            Ok(())
        };
        self.process.call("SendMessage", false, effect).await
    }

    async fn redrive_policy(&self) -> Result<Option<RedrivePolicy>, CloudError> {
        let effect = self.queue.redrive_policy();
        self.process.call("GetQueueAttributes", false, effect).await
    }

    async fn depth(&self) -> Result<QueueDepth, CloudError> {
        let effect = self.queue.depth();
        self.process.call("GetQueueAttributes", false, effect).await
    }
}
