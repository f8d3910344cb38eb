//! Uploads that are deleted while they are being processed.

use darkroom_cloud::Bucket;
use darkroom_testkit::fault::{Fault, Rule};
use darkroom_testkit::wait;

use super::harness::WorkerHarness;
use crate::system::DEADLINE;

const STORE_PROBE: &str = "darkroom-probe";

#[tokio::test]
async fn variants_that_an_outage_interrupted_are_deleted_with_the_upload() {
    let harness = WorkerHarness::start().await;
    let _worker = harness.worker().await;
    harness.wait_for_store_probes(2).await;
    harness.s3.set_rules([
        Rule::on("PutObject", Fault::Unavailable).with_path("/manifests/"),
        Rule::on("HeadObject", Fault::Unavailable).with_path(STORE_PROBE),
    ]);
    let key = harness.upload().await;
    let failed = async || harness.s3.count("PutObject", "/manifests/") > 0;
    wait::until_async("a failed call", DEADLINE, failed)
        .await
        .unwrap();
    let written = harness.outputs().await;
    assert!(written.iter().any(|key| key.starts_with("avatars/")));
    // The issuer deletes the raw object first. Some of the other objects are written later.
    harness.raw.delete(&[key.to_string()]).await.unwrap();
    harness.s3.clear_rules();
    harness.idle().await;
    assert_eq!(harness.outputs().await, Vec::<String>::new());
    harness.assert_no_dead_letters().await;
}
