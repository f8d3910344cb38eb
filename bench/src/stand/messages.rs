//! A queue as a campaign sees it: SQS's own protocol, without any code of the product.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use darkroom_testkit::fault::{Exchange, FaultProxy};
use serde_json::{Value, json};

/// One queue. The embedded SQS wants a signature and does not verify it.
#[derive(Debug, Clone)]
pub(crate) struct Messages {
    http: reqwest::Client,
    endpoint: String,
    url: String,
}

/// How many messages there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Depth {
    pub(crate) visible: u64,
    pub(crate) invisible: u64,
}

impl Messages {
    pub(crate) async fn of(endpoint: &str, name: &str) -> anyhow::Result<Self> {
        let mut queue = Self {
            http: reqwest::Client::new(),
            endpoint: endpoint.to_owned(),
            url: String::new(),
        };
        let answer = queue
            .call("GetQueueUrl", json!({"QueueName": name}))
            .await?;
        queue.url = answer["QueueUrl"]
            .as_str()
            .context("a queue has a URL")?
            .to_owned();
        Ok(queue)
    }

    async fn call(&self, action: &str, mut body: Value) -> anyhow::Result<Value> {
        if !self.url.is_empty() {
            body["QueueUrl"] = json!(self.url);
        }
        let answer = self
            .http
            .post(&self.endpoint)
            .header("x-amz-target", format!("AmazonSQS.{action}"))
            .header("content-type", "application/x-amz-json-1.0")
            .header("authorization", "AWS4-HMAC-SHA256 Credential=test")
            .body(body.to_string())
            .send()
            .await?;
        let status = answer.status();
        let text = answer.text().await?;
        anyhow::ensure!(status.is_success(), "{action}: {status}: {text}");
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    pub(crate) async fn send(&self, bodies: &[String]) -> anyhow::Result<()> {
        for batch in bodies.chunks(10) {
            let entries: Vec<Value> = batch
                .iter()
                .enumerate()
                .map(|(id, body)| json!({"Id": id.to_string(), "MessageBody": body}))
                .collect();
            self.call("SendMessageBatch", json!({"Entries": entries}))
                .await?;
        }
        Ok(())
    }

    pub(crate) async fn purge(&self) -> anyhow::Result<()> {
        self.call("PurgeQueue", json!({})).await.map(drop)
    }

    pub(crate) async fn depth(&self) -> anyhow::Result<Depth> {
        let names = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
        ];
        let answer = self
            .call("GetQueueAttributes", json!({"AttributeNames": names}))
            .await?;
        let count = |name: &str| {
            let text = answer["Attributes"][name].as_str().unwrap_or_default();
            text.parse().with_context(|| format!("{name}: {answer}"))
        };
        Ok(Depth {
            visible: count(names[0])?,
            invisible: count(names[1])?,
        })
    }

    /// The body and the attributes of every message there is; each is hidden for a while.
    pub(crate) async fn take_all(&self) -> anyhow::Result<Vec<(String, BTreeMap<String, String>)>> {
        let mut all = Vec::new();
        loop {
            let ask = json!({"MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]});
            let answer = self.call("ReceiveMessage", ask).await?;
            let Some(messages) = answer["Messages"]
                .as_array()
                .filter(|list| !list.is_empty())
            else {
                return Ok(all);
            };
            all.extend(messages.iter().map(read));
        }
    }
}

fn read(message: &Value) -> (String, BTreeMap<String, String>) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let attributes = message["MessageAttributes"]
        .as_object()
        .into_iter()
        .flatten();
    let attributes = attributes.map(|(name, value)| (name.clone(), text(&value["StringValue"])));
    (text(&message["Body"]), attributes.collect())
}

/// How often each message was given to a worker, and how long it was kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct Receives(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    messages: HashMap<String, Received>,
    /// When each receipt was given out.
    held: HashMap<String, Instant>,
    longest_hold: Duration,
    visibility_seconds: u64,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Received {
    pub(crate) times: u32,
    pub(crate) body: String,
}

impl Receives {
    /// Counts what goes through that proxy from now on.
    pub(super) fn follow(&self, proxy: &FaultProxy, visibility: Duration) {
        let receives = self.clone();
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.visibility_seconds = visibility.as_secs();
        drop(seen);
        proxy.observe(move |exchange| receives.note(exchange));
    }

    fn note(&self, exchange: &Exchange<'_>) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match exchange.operation {
            "ReceiveMessage" => seen.receive(exchange.response),
            "DeleteMessageBatch" | "ChangeMessageVisibilityBatch" => {
                for entry in entries(exchange.request) {
                    seen.let_go(&entry);
                }
            }
            "ChangeMessageVisibility" => seen.change(exchange.request),
            _ => {}
        }
    }

    /// The longest that a message was kept from its receipt until it was deleted or put off.
    pub(crate) fn longest_hold(&self) -> Duration {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .longest_hold
    }

    /// Every message that was received at all.
    pub(crate) fn all(&self) -> Vec<Received> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.messages.values().cloned().collect()
    }

    /// How many messages were received more than once.
    pub(crate) fn repeated(&self) -> usize {
        self.all()
            .iter()
            .filter(|received| received.times > 1)
            .count()
    }

    /// How often a message was received at all.
    pub(crate) fn total(&self) -> u32 {
        self.all().iter().map(|received| received.times).sum()
    }
}

impl Seen {
    fn receive(&mut self, answer: &[u8]) {
        let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
        for message in answer["Messages"].as_array().into_iter().flatten() {
            let text = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
            let received = self.messages.entry(text("MessageId")).or_default();
            received.times += 1;
            received.body = text("Body");
            self.held.insert(text("ReceiptHandle"), Instant::now());
        }
    }

    /// A heartbeat hides a message for as long as a receipt does. Any other time puts it off.
    fn change(&mut self, request: &[u8]) {
        let request: Value = serde_json::from_slice(request).unwrap_or_default();
        if request["VisibilityTimeout"].as_u64() != Some(self.visibility_seconds) {
            self.let_go(&request);
        }
    }

    fn let_go(&mut self, entry: &Value) {
        let receipt = entry["ReceiptHandle"].as_str().unwrap_or_default();
        if let Some(since) = self.held.remove(receipt) {
            self.longest_hold = self.longest_hold.max(since.elapsed());
        }
    }
}

fn entries(request: &[u8]) -> Vec<Value> {
    let mut request: Value = serde_json::from_slice(request).unwrap_or_default();
    match request["Entries"].take() {
        Value::Array(entries) => entries,
        _ => Vec::new(),
    }
}
