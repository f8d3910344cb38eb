//! All queues of the process, and what concerns more than one of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::attributes::{AttributeMap, QueueAttributes};
use super::clock::Clock;
use super::error::SqsError;
use super::message::{Message, Outgoing};
use super::queue::{Queue, Received, Sent};

/// The account that queues belong to. There are no accounts here; the number is the one other local clouds use.
pub(crate) const ACCOUNT: &str = "000000000000";

/// The queues by name, behind one lock that is never held over an await.
#[derive(Debug)]
pub(crate) struct Queues {
    pub(crate) region: String,
    clock: Clock,
    state: Mutex<State>,
    stopping: CancellationToken,
}

/// What the lock guards.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) queues: BTreeMap<String, Queue>,
}

/// One call to receive messages.
#[derive(Debug)]
pub(crate) struct Receive {
    pub(crate) max: usize,
    /// `None` for the queue's own.
    pub(crate) visibility: Option<Duration>,
    pub(crate) wait: Option<Duration>,
}

impl State {
    pub(crate) fn queue(&mut self, name: &str) -> Result<&mut Queue, SqsError> {
        self.queues.get_mut(name).ok_or(SqsError::QueueDoesNotExist)
    }

    pub(crate) fn by_arn(&mut self, arn: &str) -> Option<&mut Queue> {
        self.queues.values_mut().find(|queue| queue.arn == arn)
    }

    fn check_redrive(&self, fifo: bool, attributes: &QueueAttributes) -> Result<(), SqsError> {
        let Some(redrive) = attributes.redrive() else {
            return Ok(());
        };
        let target = self
            .queues
            .values()
            .find(|queue| queue.arn == redrive.target_arn);
        match target {
            None => Err(SqsError::invalid(
                "RedrivePolicy",
                "Dead letter target does not exist.",
            )),
            Some(target) if target.is_fifo() != fifo => Err(SqsError::invalid(
                "RedrivePolicy",
                "Dead-letter queue must be same type of queue as the source.",
            )),
            Some(_) => Ok(()),
        }
    }

    /// Receives, and moves what was received too often to the dead-letter queue.
    fn receive(
        &mut self,
        name: &str,
        receive: &Receive,
        now_ms: u64,
    ) -> Result<Vec<Received>, SqsError> {
        let queue = self.queue(name)?;
        let target = queue
            .attributes
            .redrive()
            .map(|redrive| redrive.target_arn.clone());
        let redrives = target
            .as_deref()
            .is_some_and(|arn| self.by_arn(arn).is_some());
        let queue = self.queue(name)?;
        let visibility = receive
            .visibility
            .unwrap_or_else(|| queue.attributes.visibility());
        let (received, given_up) = queue.receive(receive.max, visibility, redrives, now_ms);
        if let Some(dead_letters) = target.as_deref().and_then(|arn| self.by_arn(arn)) {
            let fifo = dead_letters.is_fifo();
            for message in given_up {
                // A standard queue's message keeps its age; a FIFO queue's starts anew.
                let sent_ms = if fifo { now_ms } else { message.sent_ms };
                dead_letters.add(Message {
                    sent_ms,
                    ..unreceived(message, now_ms)
                });
            }
        }
        Ok(received)
    }
}

/// A message as one that nobody has received, visible at once.
pub(crate) fn unreceived(message: Message, now_ms: u64) -> Message {
    Message {
        first_received_ms: None,
        receive_count: 0,
        visible_at_ms: now_ms,
        receipt: None,
        ..message
    }
}

impl Queues {
    /// No queues yet. Waiting receivers are sent home when `stopping` is cancelled.
    pub(crate) fn new(region: String, stopping: CancellationToken) -> Self {
        Self {
            region,
            clock: Clock::start(),
            state: Mutex::default(),
            stopping,
        }
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.clock.now_ms()
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `change` on a queue.
    pub(crate) fn with<T>(
        &self,
        name: &str,
        change: impl FnOnce(&mut Queue, u64) -> Result<T, SqsError>,
    ) -> Result<T, SqsError> {
        change(self.lock().queue(name)?, self.now_ms())
    }

    /// Makes a queue. A second call with the same attributes is a success and changes nothing.
    pub(crate) fn create(&self, name: &str, mut wanted: AttributeMap) -> Result<(), SqsError> {
        check_name(name)?;
        let fifo = wanted
            .remove("FifoQueue")
            .is_some_and(|value| value == "true");
        if fifo != name.ends_with(".fifo") {
            let reason = "The name of a FIFO queue, and only that, must end with .fifo.";
            return Err(SqsError::invalid("QueueName", reason));
        }
        let mut attributes = QueueAttributes::default();
        attributes.apply(&wanted)?;
        let mut state = self.lock();
        if let Some(existing) = state.queues.get(name) {
            return match existing.attributes.difference(&attributes) {
                Some(attribute) => Err(SqsError::QueueNameExists(attribute)),
                None => Ok(()),
            };
        }
        state.check_redrive(fifo, &attributes)?;
        let queue = Queue::new(name.into(), self.arn(name), attributes, self.now_ms());
        state.queues.insert(name.into(), queue);
        Ok(())
    }

    pub(crate) fn set_attributes(
        &self,
        name: &str,
        changes: &AttributeMap,
    ) -> Result<(), SqsError> {
        let mut state = self.lock();
        let queue = state.queue(name)?;
        let (fifo, mut attributes) = (queue.is_fifo(), queue.attributes.clone());
        attributes.apply(changes)?;
        state.check_redrive(fifo, &attributes)?;
        let queue = state.queue(name)?;
        queue.attributes = attributes;
        queue.modified_ms = self.now_ms();
        Ok(())
    }

    pub(crate) fn send(&self, name: &str, outgoing: Outgoing) -> Result<Sent, SqsError> {
        self.with(name, |queue, now_ms| queue.send(outgoing, now_ms))
    }

    /// Receives, waiting for a first message as long as the call or the queue says. Returns early and empty when the
    /// process stops. Dropping the future takes nothing from the queue.
    pub(crate) async fn receive(
        &self,
        name: &str,
        receive: &Receive,
    ) -> Result<Vec<Received>, SqsError> {
        let arrivals = Arc::clone(&self.lock().queue(name)?.arrivals);
        let wait = receive.wait.map_or_else(
            || self.with(name, |queue, _| Ok(queue.attributes.wait())),
            Ok,
        )?;
        let deadline = Instant::now() + wait;
        loop {
            let arrival = arrivals.notified();
            tokio::pin!(arrival);
            // From here on no arrival is missed, even one between the look at the queue and the wait.
            arrival.as_mut().enable();
            let (received, next_visible) = self.try_receive(name, receive)?;
            if !received.is_empty() || Instant::now() >= deadline || self.stopping.is_cancelled() {
                return Ok(received);
            }
            let wake = next_visible.map_or(deadline, |at| at.min(deadline));
            tokio::select! {
                _ = timeout_at(wake, arrival) => {}
                () = self.stopping.cancelled() => {}
            }
        }
    }

    fn try_receive(
        &self,
        name: &str,
        receive: &Receive,
    ) -> Result<(Vec<Received>, Option<Instant>), SqsError> {
        let now_ms = self.now_ms();
        let mut state = self.lock();
        let received = state.receive(name, receive, now_ms)?;
        let next_ms = state.queue(name)?.next_visible_ms();
        let next = next_ms
            .map(|at_ms| Instant::now() + Duration::from_millis(at_ms.saturating_sub(now_ms)));
        Ok((received, next))
    }

    pub(crate) fn arn(&self, name: &str) -> String {
        format!("arn:aws:sqs:{}:{ACCOUNT}:{name}", self.region)
    }
}

fn check_name(name: &str) -> Result<(), SqsError> {
    let stem = name.strip_suffix(".fifo").unwrap_or(name);
    let valid = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if stem.is_empty() || name.len() > 80 || !stem.chars().all(valid) {
        let reason =
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length";
        return Err(SqsError::invalid("QueueName", reason));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    fn queues(stopping: &CancellationToken) -> Arc<Queues> {
        let queues = Queues::new("eu-central-1".into(), stopping.clone());
        queues.create("dead", AttributeMap::new()).unwrap();
        let policy = format!(
            r#"{{"deadLetterTargetArn":"{}","maxReceiveCount":1}}"#,
            queues.arn("dead")
        );
        let attributes = AttributeMap::from([("RedrivePolicy".to_owned(), policy)]);
        queues.create("work", attributes).unwrap();
        Arc::new(queues)
    }

    fn message(body: &str) -> Outgoing {
        Outgoing {
            message_body: body.into(),
            ..Default::default()
        }
    }

    fn receive(visibility: Duration, wait: Duration) -> Receive {
        Receive {
            max: 10,
            visibility: Some(visibility),
            wait: Some(wait),
        }
    }

    /// Starts a receive that waits, and returns when it does.
    async fn waiting(
        queues: &Arc<Queues>,
        name: &'static str,
    ) -> tokio::task::JoinHandle<Vec<Received>> {
        let queues = Arc::clone(queues);
        let task =
            tokio::spawn(async move { queues.receive(name, &receive(LONG, LONG)).await.unwrap() });
        tokio::task::yield_now().await;
        task
    }

    #[tokio::test]
    async fn a_waiting_receiver_gets_a_message_when_it_arrives() {
        let queues = queues(&CancellationToken::new());
        let started = Instant::now();
        let waiting = waiting(&queues, "work").await;
        queues.send("work", message("a")).unwrap();
        assert_eq!(waiting.await.unwrap().len(), 1);
        assert!(started.elapsed() < LONG / 2);
    }

    #[tokio::test]
    async fn a_waiting_receiver_gets_a_message_that_is_given_back() {
        let queues = queues(&CancellationToken::new());
        queues.send("dead", message("a")).unwrap();
        let taken = queues
            .receive("dead", &receive(LONG, Duration::ZERO))
            .await
            .unwrap();
        let waiting = waiting(&queues, "dead").await;
        queues
            .with("dead", |queue, now_ms| {
                queue.change_visibility(&taken[0].receipt, Duration::ZERO, now_ms)
            })
            .unwrap();
        assert_eq!(waiting.await.unwrap()[0].message.receive_count, 2);
    }

    #[tokio::test]
    async fn a_waiting_receiver_gets_a_message_when_it_becomes_visible() {
        let queues = queues(&CancellationToken::new());
        queues.send("dead", message("a")).unwrap();
        queues
            .receive("dead", &receive(Duration::from_millis(50), Duration::ZERO))
            .await
            .unwrap();
        let started = Instant::now();
        assert_eq!(
            queues
                .receive("dead", &receive(LONG, LONG))
                .await
                .unwrap()
                .len(),
            1
        );
        assert!(started.elapsed() < LONG / 2);
    }

    #[tokio::test]
    async fn a_stop_sends_waiting_receivers_home() {
        let stopping = CancellationToken::new();
        let queues = queues(&stopping);
        let waiting = waiting(&queues, "work").await;
        stopping.cancel();
        assert!(waiting.await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_receiver_that_goes_away_takes_nothing() {
        let queues = queues(&CancellationToken::new());
        let waiting = waiting(&queues, "work").await;
        waiting.abort();
        assert!(waiting.await.is_err());
        queues.send("work", message("a")).unwrap();
        assert_eq!(
            queues
                .with("work", |queue, now_ms| Ok(queue.counts(now_ms).visible))
                .unwrap(),
            1
        );
    }

    #[tokio::test]
    async fn a_dead_letter_keeps_its_id() {
        let queues = queues(&CancellationToken::new());
        let sent = queues.send("work", message("a")).unwrap();
        let now = receive(Duration::ZERO, Duration::ZERO);
        assert_eq!(queues.receive("work", &now).await.unwrap().len(), 1);
        assert!(queues.receive("work", &now).await.unwrap().is_empty());
        let dead = queues.receive("dead", &now).await.unwrap();
        assert_eq!(dead[0].message.id, sent.message_id);
    }

    #[test]
    fn a_queue_is_made_once_and_only_with_the_same_attributes() {
        let queues = queues(&CancellationToken::new());
        let thirty = AttributeMap::from([("VisibilityTimeout".to_owned(), "30".to_owned())]);
        let sixty = AttributeMap::from([("VisibilityTimeout".to_owned(), "60".to_owned())]);
        assert!(queues.create("dead", thirty).is_ok());
        let other = queues.create("dead", sixty);
        assert!(
            matches!(other, Err(SqsError::QueueNameExists(name)) if name == "VisibilityTimeout")
        );
        let missing = r#"{"deadLetterTargetArn":"arn:none","maxReceiveCount":1}"#;
        let attributes = AttributeMap::from([("RedrivePolicy".to_owned(), missing.to_owned())]);
        assert!(queues.create("other", attributes).is_err());
    }
}
