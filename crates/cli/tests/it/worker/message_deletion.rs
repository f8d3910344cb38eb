//! Deletion of finished messages.

use darkroom_harness::{DEADLINE, TestBedOptions};
use darkroom_testkit::fault::{Fault, Rule};

use crate::test_bed::{photo, test_bed};

#[tokio::test]
async fn a_refused_deletion_is_retried_and_no_upload_is_processed_twice() {
    let bed = test_bed(TestBedOptions::default()).await;
    let mut keys = Vec::new();
    for _ in 0..10 {
        keys.push(bed.upload(photo(64, 48)).await.unwrap());
    }
    let fail = Rule::on("DeleteMessageBatch", Fault::FailEntries { of_ten: 10 });
    bed.sqs.set_rules([fail.first(1)]);
    let _worker = bed.start_worker(&[]).await.unwrap();
    bed.wait_until_idle(DEADLINE).await.unwrap();
    for key in &keys {
        bed.wait_until_ready(key).await.unwrap();
        assert_eq!(bed.s3.count("GetObject", &key.to_string()), 1);
    }
}
