//! Deletion of finished messages.

use darkroom_testkit::fault::{Fault, Rule};

use super::harness::WorkerHarness;

#[tokio::test]
async fn a_refused_deletion_is_retried_and_no_upload_is_processed_twice() {
    let harness = WorkerHarness::start().await;
    let mut keys = Vec::new();
    for _ in 0..10 {
        keys.push(harness.upload().await);
    }
    let fail = Rule::on("DeleteMessageBatch", Fault::FailEntries { of_ten: 10 });
    harness.sqs.set_rules([fail.first(1)]);
    let _worker = harness.worker().await;
    harness.idle().await;
    for key in &keys {
        harness.wait_until_ready(key).await;
        assert_eq!(harness.s3.count("GetObject", &key.to_string()), 1);
    }
}
