//! Tests of startup, the folder lock and shutdown.

use std::time::{Duration, Instant};

use darkroom_embedded::{EmbeddedCloud, StartError};
use serde_json::json;

use crate::client::{create_queue, options, sqs, start};

#[tokio::test]
async fn a_folder_is_used_by_one_cloud_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let first = start(dir.path()).await.unwrap();
    let error = start(dir.path()).await.unwrap_err();
    assert!(matches!(&error, StartError::InUse(path) if path == dir.path()));
    assert!(error.to_string().contains("in use"));
    first.stop().await;
    start(dir.path()).await.unwrap().stop().await;
}

#[tokio::test]
async fn an_address_in_use_is_reported() {
    let dir = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let holder = std::net::TcpListener::bind(taken).unwrap();
    let mut options = options(dir.path());
    options.sqs_listen = taken;
    let error = EmbeddedCloud::start(options).await.unwrap_err();
    assert!(matches!(error, StartError::Listen { address, .. } if address == taken));
    drop(holder);
    start(dir.path()).await.unwrap().stop().await;
}

#[tokio::test]
async fn a_stop_ends_long_polls_in_less_than_a_second() {
    let dir = tempfile::tempdir().unwrap();
    let cloud = start(dir.path()).await.unwrap();
    let url = cloud.sqs_url();
    let queue = create_queue(&url).await;
    let receive = json!({ "QueueUrl": queue, "WaitTimeSeconds": 20 });
    let waiting = tokio::spawn(async move { sqs(&url, "ReceiveMessage", receive).await });
    // The long poll was sent first, so it is waiting when these requests are finished.
    for _ in 0..5 {
        sqs(&cloud.sqs_url(), "ListQueues", json!({})).await;
    }
    let started = Instant::now();
    cloud.stop().await;
    assert!(started.elapsed() < Duration::from_secs(1));
    assert_eq!(waiting.await.unwrap().json(), json!({}));
}
