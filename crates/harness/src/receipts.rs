//! A record of the messages that workers receive. The proxy in front of SQS observes them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use darkroom_testkit::fault::{Exchange, FaultProxy};
use serde_json::Value;

/// A record of every time that a message was received, and of the time until its deletion or retry.
#[derive(Debug, Clone, Default)]
pub struct Receipts {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    messages: HashMap<String, ReceivedMessage>,
    /// The time when each message was received, by receipt handle. Messages that were deleted or
    /// retried are not included.
    kept: HashMap<String, Instant>,
    longest: Duration,
    visibility_seconds: u64,
}

/// A message that was received at least once.
#[derive(Debug, Clone, Default)]
pub struct ReceivedMessage {
    /// The number of times that the message was received.
    pub count: u32,
    /// The message's body.
    pub body: String,
}

impl Receipts {
    /// Records the messages that are received through a proxy. `visibility` is the timeout that a
    /// heartbeat sets. A retry sets any other timeout.
    pub(crate) fn observe(&self, proxy: &FaultProxy, visibility: Duration) {
        self.lock().visibility_seconds = visibility.as_secs();
        let receipts = self.clone();
        proxy.observe(move |exchange| receipts.lock().record(exchange));
    }

    /// Returns every message that was received at least once.
    #[must_use]
    pub fn messages(&self) -> Vec<ReceivedMessage> {
        self.lock().messages.values().cloned().collect()
    }

    /// Returns the number of messages that were received more than once.
    #[must_use]
    pub fn redelivered(&self) -> usize {
        let messages = self.messages();
        messages.iter().filter(|message| message.count > 1).count()
    }

    /// Returns how many times messages were received, all messages together.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.messages().iter().map(|message| message.count).sum()
    }

    /// Returns the longest time between receiving a message and its deletion or retry.
    #[must_use]
    pub fn longest(&self) -> Duration {
        self.lock().longest
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn record(&mut self, exchange: &Exchange<'_>) {
        let request: Value = serde_json::from_slice(exchange.request).unwrap_or_default();
        match exchange.operation {
            "ReceiveMessage" => self.receive(exchange.response),
            "DeleteMessageBatch" | "ChangeMessageVisibilityBatch" => {
                for entry in request["Entries"].as_array().into_iter().flatten() {
                    self.release(entry);
                }
            }
            // A heartbeat sets the full visibility timeout. Any other timeout is a retry.
            "ChangeMessageVisibility"
                if request["VisibilityTimeout"].as_u64() != Some(self.visibility_seconds) =>
            {
                self.release(&request);
            }
            _ => {}
        }
    }

    fn receive(&mut self, response: &[u8]) {
        let response: Value = serde_json::from_slice(response).unwrap_or_default();
        for message in response["Messages"].as_array().into_iter().flatten() {
            let text = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
            let received = self.messages.entry(text("MessageId")).or_default();
            received.count += 1;
            received.body = text("Body");
            self.kept.insert(text("ReceiptHandle"), Instant::now());
        }
    }

    fn release(&mut self, entry: &Value) {
        let receipt = entry["ReceiptHandle"].as_str().unwrap_or_default();
        if let Some(since) = self.kept.remove(receipt) {
            self.longest = self.longest.max(since.elapsed());
        }
    }
}
