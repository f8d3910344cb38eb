//! The outcome that is sent: the one that the store contains when the attempt starts.

use darkroom_cloud::{CloudErrorKind, UploadOptions};
use darkroom_contract::{Outcome, OutcomeError};

use super::*;

#[tokio::test]
async fn only_the_current_outcome_of_an_upload_is_sent() {
    let mut receiver = Receiver::start(StatusCode::OK).await;
    let test = memory_store().await;
    let handler = handler_of(&test, &receiver.settings()).await;
    let event = body(&event());
    let newer = manifest("other");
    test.store.write_manifest(&newer).await.unwrap();
    assert_eq!(handle(&handler, &event).await, Disposition::Ack);
    assert!(receiver.request().is_none(), "the upload was replaced");
    test.store.delete(&newer.raw_key()).await.unwrap();
    assert_eq!(handle(&handler, &event).await, Disposition::Ack);
    assert!(receiver.request().is_none(), "the upload was deleted");
}

#[tokio::test]
async fn each_attempt_sends_the_manifest_that_the_store_contains_at_that_time() {
    let mut receiver = Receiver::start(StatusCode::SERVICE_UNAVAILABLE).await;
    let test = memory_store().await;
    let handler = handler_of(&test, &receiver.settings()).await;
    let event = body(&event());
    for album in ["first", "second"] {
        // A forced backfill writes a new manifest with the same outcome id.
        let mut stored = manifest("etag");
        let pair = ("album".to_owned(), album.to_owned());
        stored.metadata.extend([pair]);
        test.store.write_manifest(&stored).await.unwrap();
        handle(&handler, &event).await;
        let request = receiver.request().unwrap();
        assert_eq!(request.json()["data"]["metadata"]["album"], album);
    }
}

#[tokio::test]
async fn a_message_with_a_manifest_of_its_own_does_not_change_what_is_sent() {
    let mut receiver = Receiver::start(StatusCode::OK).await;
    let handler = handler(&receiver.settings()).await;
    let mut forged = serde_json::to_value(event()).unwrap();
    let mut manifest = serde_json::to_value(manifest("etag")).unwrap();
    manifest["metadata"] = json!({"forged": "yes"});
    forged["manifest"] = manifest;
    forged["status"] = json!("failed");
    assert_eq!(
        handle(&handler, &forged.to_string()).await,
        Disposition::Ack
    );
    let request = receiver.request().unwrap();
    assert_eq!(request.json()["type"], "upload.ready");
    assert_eq!(request.json()["data"]["metadata"], json!({}));
    forged["outcome_id"] = json!("msg_forged");
    assert_eq!(
        handle(&handler, &forged.to_string()).await,
        Disposition::Ack
    );
    assert!(receiver.request().is_none(), "no such outcome is stored");
}

#[tokio::test]
async fn an_event_is_kept_until_its_outcome_can_be_read() {
    let mut receiver = Receiver::start(StatusCode::OK).await;
    let test = memory_store().await;
    let handler = handler_of(&test, &receiver.settings()).await;
    let event = body(&event());
    let is_kept = async || {
        let disposition = handle(&handler, &event).await;
        matches!(disposition, Disposition::Replace { .. })
    };
    test.raw.fail(CloudErrorKind::Unavailable);
    assert!(is_kept().await, "the store is down");
    test.raw.succeed();
    let key = manifest("etag").raw_key();
    let options = UploadOptions::default();
    test.raw.upload(&key.manifest_key(), "{".into(), options);
    assert!(is_kept().await, "the manifest is unreadable");
    assert!(receiver.request().is_none());
    test.store.write_manifest(&manifest("etag")).await.unwrap();
    assert_eq!(handle(&handler, &event).await, Disposition::Ack);
    assert!(receiver.request().is_some());
}

#[tokio::test]
async fn a_failed_upload_is_reported_with_its_error() {
    let mut receiver = Receiver::start(StatusCode::OK).await;
    let test = memory_store().await;
    let handler = handler_of(&test, &receiver.settings()).await;
    let failed = Manifest {
        outcome: Outcome::Failed {
            error: OutcomeError {
                code: "unavailable".to_owned(),
                message: String::new(),
            },
        },
        ..manifest("etag")
    };
    test.store.write_manifest(&failed).await.unwrap();
    let event = body(&OutcomeEvent::new(&failed, PUBLISHED_AT));
    assert_eq!(handle(&handler, &event).await, Disposition::Ack);
    let json = receiver.request().unwrap().json();
    assert_eq!(json["type"], "upload.failed");
    assert_eq!(json["data"]["error"]["code"], "unavailable");
}
