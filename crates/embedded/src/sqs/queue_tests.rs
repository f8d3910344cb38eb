//! Tests of one queue, with the time as an argument.

use std::time::Duration;

use super::attributes::{AttributeMap, QueueAttributes};
use super::deduplication::INTERVAL_MS;
use super::error::SqsError;
use super::message::{NewMessage, SentMessage};
use super::queue::{Counts, Queue, ReceivedMessage};
use super::queue_name::FIFO_SUFFIX;

const SECOND: u64 = 1_000;
const START: u64 = 1_700_000_000_000;

fn queue(name: &str, attributes: &[(&str, &str)]) -> Queue {
    let wanted: AttributeMap = attributes
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    let mut checked = QueueAttributes::new(name.ends_with(FIFO_SUFFIX));
    checked.apply(&wanted).unwrap();
    Queue::new(
        name.into(),
        format!("arn:aws:sqs:r:0:{name}"),
        checked,
        START,
    )
}

fn send(queue: &mut Queue, body: &str, now_ms: u64) -> SentMessage {
    queue
        .send(
            NewMessage {
                message_body: body.into(),
                ..Default::default()
            },
            now_ms,
        )
        .unwrap()
}

fn receive(queue: &mut Queue, now_ms: u64) -> Vec<ReceivedMessage> {
    let visibility = queue.attributes.visibility();
    let max_receive_count = queue.attributes.redrive().map(|it| it.max_receive_count);
    queue
        .receive(10, visibility, max_receive_count, now_ms)
        .messages
}

fn bodies(received: &[ReceivedMessage]) -> Vec<&str> {
    received
        .iter()
        .map(|received| received.message.body.as_str())
        .collect()
}

#[test]
fn a_received_message_is_visible_again_after_its_timeout() {
    let mut queue = queue("q", &[("VisibilityTimeout", "30")]);
    send(&mut queue, "a", START);
    assert_eq!(bodies(&receive(&mut queue, START)), ["a"]);
    assert!(receive(&mut queue, START + 30 * SECOND - 1).is_empty());
    let again = receive(&mut queue, START + 30 * SECOND);
    assert_eq!(again[0].message.receive_count, 2);
    assert_eq!(again[0].message.first_received_ms, Some(START));
}

#[test]
fn a_changed_visibility_replaces_the_timeout_and_zero_ends_it() {
    let mut queue = queue("q", &[("VisibilityTimeout", "30")]);
    send(&mut queue, "a", START);
    let receipt = receive(&mut queue, START)[0].receipt;
    queue
        .change_visibility(&receipt, Duration::from_secs(60), START + 29 * SECOND)
        .unwrap();
    assert!(receive(&mut queue, START + 88 * SECOND).is_empty());
    queue
        .change_visibility(&receipt, Duration::ZERO, START + 88 * SECOND)
        .unwrap();
    assert_eq!(receive(&mut queue, START + 88 * SECOND).len(), 1);
}

#[test]
fn only_the_last_receipt_is_valid() {
    let mut queue = queue("q", &[("VisibilityTimeout", "1")]);
    send(&mut queue, "a", START);
    let first = receive(&mut queue, START)[0].receipt;
    let second = receive(&mut queue, START + SECOND)[0].receipt;
    queue.delete(&first, START + SECOND).unwrap();
    assert_eq!(queue.counts(START + SECOND).in_flight, 1);
    let late = queue.change_visibility(&first, Duration::ZERO, START + SECOND);
    assert!(matches!(late, Err(SqsError::MessageNotInflight)));
    queue.delete(&second, START + SECOND).unwrap();
    assert_eq!(
        queue.counts(START + SECOND),
        Counts {
            visible: 0,
            in_flight: 0,
            delayed: 0
        }
    );
    queue.delete(&second, START + SECOND).unwrap();
}

#[test]
fn the_last_receipt_deletes_even_a_visible_message() {
    let mut queue = queue("q", &[("VisibilityTimeout", "1")]);
    send(&mut queue, "a", START);
    let receipt = receive(&mut queue, START)[0].receipt;
    let late = queue.change_visibility(&receipt, Duration::from_secs(5), START + SECOND);
    assert!(matches!(late, Err(SqsError::MessageNotInflight)));
    queue.delete(&receipt, START + SECOND).unwrap();
    assert!(receive(&mut queue, START + SECOND).is_empty());
}

#[test]
fn a_message_received_max_receive_count_times_is_a_dead_letter_on_the_next_receive() {
    let policy = r#"{"deadLetterTargetArn":"arn:x","maxReceiveCount":2}"#;
    let mut queue = queue(
        "q",
        &[("VisibilityTimeout", "0"), ("RedrivePolicy", policy)],
    );
    send(&mut queue, "a", START);
    for count in 1..=2 {
        assert_eq!(receive(&mut queue, START)[0].message.receive_count, count);
    }
    let received = queue.receive(10, Duration::ZERO, Some(2), START);
    assert!(received.messages.is_empty());
    assert_eq!(received.dead_letters.len(), 1);
    assert_eq!(queue.counts(START).visible, 0);
}

#[test]
fn without_a_max_receive_count_no_message_is_a_dead_letter() {
    let mut queue = queue("q", &[]);
    send(&mut queue, "a", START);
    for _ in 0..3 {
        let received = queue.receive(10, Duration::ZERO, None, START);
        assert_eq!(received.messages.len(), 1);
        assert!(received.dead_letters.is_empty());
    }
}

#[test]
fn delayed_in_flight_and_visible_messages_are_counted_apart() {
    let mut queue = queue("q", &[]);
    send(&mut queue, "taken", START);
    receive(&mut queue, START);
    send(&mut queue, "visible", START);
    let delayed = NewMessage {
        message_body: "later".into(),
        delay_seconds: Some(5),
        ..Default::default()
    };
    queue.send(delayed, START).unwrap();
    assert_eq!(
        queue.counts(START),
        Counts {
            visible: 1,
            in_flight: 1,
            delayed: 1
        }
    );
    assert_eq!(
        queue.counts(START + 30 * SECOND),
        Counts {
            visible: 3,
            in_flight: 0,
            delayed: 0
        }
    );
}

#[test]
fn messages_past_retention_are_removed() {
    let mut queue = queue("q", &[("MessageRetentionPeriod", "60")]);
    send(&mut queue, "old", START);
    send(&mut queue, "young", START + 30 * SECOND);
    assert_eq!(bodies(&receive(&mut queue, START + 60 * SECOND)), ["young"]);
}

#[test]
fn a_fifo_group_waits_for_its_message_in_flight() {
    let mut queue = queue("q.fifo", &[("ContentBasedDeduplication", "true")]);
    for (group, body) in [("a", "1"), ("a", "2"), ("b", "3")] {
        let group = Some(group.to_owned());
        let outgoing = NewMessage {
            message_body: body.into(),
            message_group_id: group,
            ..Default::default()
        };
        queue.send(outgoing, START).unwrap();
    }
    let first = queue
        .receive(1, Duration::from_secs(30), None, START)
        .messages;
    assert_eq!(bodies(&first), ["1"]);
    assert_eq!(bodies(&receive(&mut queue, START)), ["3"]);
    queue.delete(&first[0].receipt, START).unwrap();
    assert_eq!(bodies(&receive(&mut queue, START)), ["2"]);
}

#[test]
fn a_fifo_queue_accepts_the_same_body_once_in_five_minutes() {
    let mut queue = queue("q.fifo", &[("ContentBasedDeduplication", "true")]);
    let mut send = |now_ms| {
        let group = Some("g".to_owned());
        let outgoing = NewMessage {
            message_body: "same".into(),
            message_group_id: group,
            ..Default::default()
        };
        queue.send(outgoing, now_ms).unwrap().id
    };
    let first = send(START);
    assert_eq!(send(START + INTERVAL_MS - 1), first);
    assert_ne!(send(START + INTERVAL_MS), first);
}

#[test]
fn a_standard_queue_refuses_a_deduplication_id_but_not_a_group_id() {
    let mut queue = queue("q", &[]);
    let mut outgoing = NewMessage {
        message_body: "a".into(),
        message_group_id: Some("g".to_owned()),
        ..Default::default()
    };
    queue.send(outgoing.clone(), START).unwrap();
    outgoing.message_deduplication_id = Some("same".to_owned());
    let refused = queue.send(outgoing, START).unwrap_err();
    assert_eq!(refused.code(), "InvalidParameterValueException");
    assert_eq!(queue.counts(START).visible, 1);
}

#[test]
fn a_deduplication_id_applies_to_the_queue_or_only_to_its_group() {
    let accepted = |scope: &str| {
        let mut queue = queue("q.fifo", &[("DeduplicationScope", scope)]);
        for group in ["a", "b", "b"] {
            let outgoing = NewMessage {
                message_body: group.into(),
                message_group_id: Some(group.to_owned()),
                message_deduplication_id: Some("same".to_owned()),
                ..Default::default()
            };
            queue.send(outgoing, START).unwrap();
        }
        queue.counts(START).visible
    };
    assert_eq!(accepted("queue"), 1);
    assert_eq!(accepted("messageGroup"), 2);
}
