//! Malformed messages between valid ones.

use std::collections::BTreeSet;

use darkroom_cloud::Queue;
use darkroom_harness::DEADLINE;

use crate::test_bed::{max_receive_count, photo, test_bed};

#[tokio::test]
async fn malformed_messages_do_not_affect_the_others_of_their_batch() {
    // Each message has only one attempt, so a batch that failed as a whole would not be retried.
    let a_batch_at_once = [("DARKROOM_WORKER_IN_FLIGHT", "10")];
    let bed = test_bed(max_receive_count(1).with_settings(&a_batch_at_once)).await;
    let mut keys = Vec::new();
    for malformed in ["hello", "{}", r#"{"Records":[{}]}"#, "[1,2,3]"] {
        keys.push(bed.upload(photo(64, 48)).await.unwrap());
        bed.events.send(&[malformed.to_owned()]).await.unwrap();
        keys.push(bed.upload(photo(64, 48)).await.unwrap());
    }
    let _worker = bed.start_worker(&[]).await.unwrap();
    for key in &keys {
        bed.wait_until_ready(key).await.unwrap();
    }
    bed.wait_until_idle(DEADLINE).await.unwrap();
    let letters = bed.receive_dead_letters(4, DEADLINE).await.unwrap();
    let reasons: BTreeSet<&str> = letters
        .iter()
        .map(|letter| &*letter.attributes["darkroom-reason"])
        .collect();
    assert_eq!(reasons, BTreeSet::from(["malformed"]));
    assert!(
        letters
            .iter()
            .all(|letter| !letter.attributes["darkroom-detail"].is_empty())
    );
}
