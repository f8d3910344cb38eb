//! Queues in the JSON protocol.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{create_queue, sqs, start};

#[tokio::test]
async fn a_queue_url_begins_with_the_url_of_this_server() {
    let dir = tempfile::tempdir().unwrap();
    let cloud = start(dir.path()).await.unwrap();
    let made = sqs(&cloud.sqs_url(), "CreateQueue", json!({ "QueueName": "q" }))
        .await
        .json();
    let url = format!("{}/000000000000/q", cloud.sqs_url());
    assert_eq!(made["QueueUrl"], url.as_str());
    let found = sqs(&cloud.sqs_url(), "GetQueueUrl", json!({ "QueueName": "q" }))
        .await
        .json();
    assert_eq!(found["QueueUrl"], url.as_str());
    let listed = sqs(&cloud.sqs_url(), "ListQueues", json!({})).await.json();
    assert_eq!(listed["QueueUrls"], json!([url]));
}

#[tokio::test]
async fn only_the_requested_attributes_are_returned() {
    let dir = tempfile::tempdir().unwrap();
    let cloud = start(dir.path()).await.unwrap();
    let url = cloud.sqs_url();
    let queue = json!({ "QueueName": "q", "Attributes": { "VisibilityTimeout": "60" } });
    let queue = sqs(&url, "CreateQueue", queue).await.json()["QueueUrl"].clone();
    let wanted = json!({ "QueueUrl": queue, "AttributeNames": ["VisibilityTimeout", "QueueArn"] });
    let some = sqs(&url, "GetQueueAttributes", wanted).await.json();
    let arn = "arn:aws:sqs:eu-central-1:000000000000:q";
    assert_eq!(
        some["Attributes"],
        json!({ "VisibilityTimeout": "60", "QueueArn": arn })
    );
    let all = sqs(
        &url,
        "GetQueueAttributes",
        json!({ "QueueUrl": queue, "AttributeNames": ["All"] }),
    )
    .await
    .json();
    assert_eq!(all["Attributes"]["ApproximateNumberOfMessages"], "0");
}

#[tokio::test]
async fn a_message_reaches_a_long_poll() {
    let dir = tempfile::tempdir().unwrap();
    let cloud = start(dir.path()).await.unwrap();
    let url = cloud.sqs_url();
    let queue = create_queue(&url).await;
    let names = json!(["ApproximateReceiveCount"]);
    let receive =
        json!({ "QueueUrl": queue, "WaitTimeSeconds": 20, "MessageSystemAttributeNames": names });
    let started = Instant::now();
    let (received, _) = tokio::join!(
        sqs(&url, "ReceiveMessage", receive),
        sqs(
            &url,
            "SendMessage",
            json!({ "QueueUrl": queue, "MessageBody": "photo" })
        ),
    );
    assert!(started.elapsed() < Duration::from_secs(10));
    let message = &received.json()["Messages"][0];
    assert_eq!(message["Body"], "photo");
    // md5sum of "photo".
    assert_eq!(message["MD5OfBody"], "5ae0c1c8a5260bc7b6648f6fbd115c35");
    assert_eq!(
        message["Attributes"],
        json!({ "ApproximateReceiveCount": "1" })
    );
}

#[tokio::test]
async fn each_entry_of_a_batch_succeeds_or_fails_independently() {
    let dir = tempfile::tempdir().unwrap();
    let cloud = start(dir.path()).await.unwrap();
    let url = cloud.sqs_url();
    let queue = create_queue(&url).await;
    let entries =
        json!([{ "Id": "good", "MessageBody": "x" }, { "Id": "bad", "MessageBody": "\u{1}" }]);
    let sent = sqs(
        &url,
        "SendMessageBatch",
        json!({ "QueueUrl": queue, "Entries": entries }),
    )
    .await
    .json();
    assert_eq!(sent["Successful"][0]["Id"], "good");
    assert_eq!(
        (&sent["Failed"][0]["Id"], &sent["Failed"][0]["Code"]),
        (&json!("bad"), &json!("InvalidMessageContents"))
    );

    let received = sqs(&url, "ReceiveMessage", json!({ "QueueUrl": queue }))
        .await
        .json();
    let receipt = received["Messages"][0]["ReceiptHandle"].clone();
    let entries =
        json!([{ "Id": "1", "ReceiptHandle": receipt }, { "Id": "2", "ReceiptHandle": "rubbish" }]);
    let deleted = sqs(
        &url,
        "DeleteMessageBatch",
        json!({ "QueueUrl": queue, "Entries": entries }),
    )
    .await
    .json();
    assert_eq!(deleted["Successful"], json!([{ "Id": "1" }]));
    assert_eq!(deleted["Failed"][0]["Code"], "ReceiptHandleIsInvalid");
}

#[tokio::test]
async fn a_batch_has_one_to_ten_entries_with_distinct_ids() {
    let dir = tempfile::tempdir().unwrap();
    let cloud = start(dir.path()).await.unwrap();
    let url = cloud.sqs_url();
    let queue = create_queue(&url).await;
    let entry = |id: usize| json!({ "Id": id.to_string(), "MessageBody": "x" });
    let eleven: Vec<Value> = (0..11).map(entry).collect();
    let cases = [
        (vec![], "EmptyBatchRequest"),
        (eleven, "TooManyEntriesInBatchRequest"),
        (vec![entry(1), entry(1)], "BatchEntryIdsNotDistinct"),
    ];
    for (entries, code) in cases {
        let response = sqs(
            &url,
            "SendMessageBatch",
            json!({ "QueueUrl": queue, "Entries": entries }),
        )
        .await;
        assert_eq!(
            response.json()["__type"],
            format!("com.amazonaws.sqs#{code}")
        );
    }
}
