//! Tests of long polls and of redrive between queues.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::attributes::AttributeMap;
use super::error::SqsError;
use super::message::NewMessage;
use super::queue::ReceivedMessage;
use super::queues::Queues;
use super::state::ReceiveOptions;

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

fn message(body: &str) -> NewMessage {
    NewMessage {
        message_body: body.into(),
        ..Default::default()
    }
}

fn options(visibility: Duration, wait: Duration) -> ReceiveOptions {
    ReceiveOptions {
        max: 10,
        visibility: Some(visibility),
        wait: Some(wait),
    }
}

/// Starts a long poll and returns once it is waiting.
async fn long_poll(queues: &Arc<Queues>, name: &'static str) -> JoinHandle<Vec<ReceivedMessage>> {
    let queues = Arc::clone(queues);
    let task =
        tokio::spawn(async move { queues.receive(name, &options(LONG, LONG)).await.unwrap() });
    tokio::task::yield_now().await;
    task
}

#[tokio::test]
async fn a_long_poll_receives_a_message_when_it_arrives() {
    let queues = queues(&CancellationToken::new());
    let started = Instant::now();
    let waiting = long_poll(&queues, "work").await;
    queues.send("work", message("a")).unwrap();
    assert_eq!(waiting.await.unwrap().len(), 1);
    assert!(started.elapsed() < LONG / 2);
}

#[tokio::test]
async fn a_long_poll_receives_a_message_when_it_is_released() {
    let queues = queues(&CancellationToken::new());
    queues.send("dead", message("a")).unwrap();
    let taken = queues
        .receive("dead", &options(LONG, Duration::ZERO))
        .await
        .unwrap();
    let waiting = long_poll(&queues, "dead").await;
    queues
        .with("dead", |queue, now_ms| {
            queue.change_visibility(&taken[0].receipt, Duration::ZERO, now_ms)
        })
        .unwrap();
    assert_eq!(waiting.await.unwrap()[0].message.receive_count, 2);
}

#[tokio::test]
async fn a_long_poll_receives_a_message_when_its_visibility_timeout_ends() {
    let queues = queues(&CancellationToken::new());
    queues.send("dead", message("a")).unwrap();
    queues
        .receive("dead", &options(Duration::from_millis(50), Duration::ZERO))
        .await
        .unwrap();
    let started = Instant::now();
    assert_eq!(
        queues
            .receive("dead", &options(LONG, LONG))
            .await
            .unwrap()
            .len(),
        1
    );
    assert!(started.elapsed() < LONG / 2);
}

#[tokio::test]
async fn a_stop_ends_long_polls() {
    let stopping = CancellationToken::new();
    let queues = queues(&stopping);
    let waiting = long_poll(&queues, "work").await;
    stopping.cancel();
    assert!(waiting.await.unwrap().is_empty());
}

#[tokio::test]
async fn a_cancelled_long_poll_takes_no_message() {
    let queues = queues(&CancellationToken::new());
    let waiting = long_poll(&queues, "work").await;
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
    let now = options(Duration::ZERO, Duration::ZERO);
    assert_eq!(queues.receive("work", &now).await.unwrap().len(), 1);
    assert!(queues.receive("work", &now).await.unwrap().is_empty());
    let dead = queues.receive("dead", &now).await.unwrap();
    assert_eq!(dead[0].message.id, sent.id);
}

#[test]
fn creating_a_queue_again_succeeds_only_with_the_same_attributes() {
    let queues = queues(&CancellationToken::new());
    let thirty = AttributeMap::from([("VisibilityTimeout".to_owned(), "30".to_owned())]);
    let sixty = AttributeMap::from([("VisibilityTimeout".to_owned(), "60".to_owned())]);
    assert!(queues.create("dead", thirty).is_ok());
    let other = queues.create("dead", sixty);
    assert!(matches!(other, Err(SqsError::QueueNameExists(name)) if name == "VisibilityTimeout"));
    let missing = r#"{"deadLetterTargetArn":"arn:none","maxReceiveCount":1}"#;
    let attributes = AttributeMap::from([("RedrivePolicy".to_owned(), missing.to_owned())]);
    assert!(queues.create("other", attributes).is_err());
}

#[test]
fn a_dead_letter_queue_may_refuse_its_sources() {
    let queues = queues(&CancellationToken::new());
    let allow = |permission: &str| {
        let policy = format!(r#"{{"redrivePermission":"{permission}"}}"#);
        let changes = AttributeMap::from([("RedriveAllowPolicy".to_owned(), policy)]);
        queues.set_attributes("dead", &changes).unwrap();
    };
    let connect = || {
        let arn = queues.arn("dead");
        let policy = format!(r#"{{"deadLetterTargetArn":"{arn}","maxReceiveCount":2}}"#);
        let changes = AttributeMap::from([("RedrivePolicy".to_owned(), policy)]);
        queues.set_attributes("work", &changes)
    };
    allow("denyAll");
    let refused = connect().unwrap_err().to_string();
    assert!(refused.contains("redrive allow policy"), "{refused}");
    allow("allowAll");
    connect().unwrap();
}
