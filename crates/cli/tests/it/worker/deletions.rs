//! Uploads that are deleted while they are worked on.

use darkroom_cloud::Bucket;
use darkroom_testkit::fault::{Fault, Rule};
use darkroom_testkit::wait;

use super::harness::{WorkerHarness, WorkerOptions};
use crate::system::DEADLINE;

const STORE_PROBE: &str = "darkroom-probe";

/// Injects faults into a running worker's calls until the first one has failed, deletes the upload,
/// and then lets the worker continue.
async fn delete_while_failing(operation: &'static str, path: &'static str, faults: &[Rule]) {
    let harness = WorkerHarness::start().await;
    let _worker = harness.worker().await;
    let started = async || harness.s3.count("HeadObject", STORE_PROBE) >= 2;
    wait::until_async("a started worker", DEADLINE, started)
        .await
        .unwrap();
    harness.s3.set_rules(faults.iter().cloned());
    let key = harness.upload().await;
    let failed = async || harness.s3.count(operation, path) > 0;
    wait::until_async("a failed call", DEADLINE, failed)
        .await
        .unwrap();
    let written = harness.media_objects().await;
    assert!(written.iter().any(|key| key.starts_with("avatars/")));
    // The issuer deletes the raw object first. Of the other objects, some are written later.
    harness.raw.delete(&[key.to_string()]).await.unwrap();
    harness.s3.clear_rules();
    harness.idle().await;
    assert_eq!(harness.media_objects().await, Vec::<String>::new());
    harness.assert_no_dead_letters().await;
}

#[tokio::test]
async fn variants_without_a_manifest_go_with_the_upload() {
    let forbidden = Rule::on("PutObject", Fault::Forbidden).with_path("/manifests/");
    delete_while_failing("PutObject", "/manifests/", &[forbidden]).await;
}

#[tokio::test]
async fn variants_that_an_outage_cut_off_go_with_the_upload() {
    let unavailable = Rule::on("PutObject", Fault::Unavailable).with_path("/manifests/");
    let outage = Rule::on("HeadObject", Fault::Unavailable).with_path(STORE_PROBE);
    delete_while_failing("PutObject", "/manifests/", &[unavailable, outage]).await;
}

#[tokio::test]
async fn an_outcome_that_was_not_looked_after_goes_with_the_upload() {
    let forbidden = Rule::on("HeadObject", Fault::Forbidden).with_path("/raw/");
    delete_while_failing("HeadObject", "/raw/", &[forbidden]).await;
}

#[tokio::test]
async fn nobody_is_told_of_a_failure_of_what_is_deleted() {
    let options = WorkerOptions::max_receive_count(1);
    let harness = WorkerHarness::with_options(options).await;
    let key = harness.upload().await;
    harness.raw.delete(&[key.to_string()]).await.unwrap();
    harness
        .s3
        .set_rules([Rule::on("GetObject", Fault::Forbidden).with_path("/raw/")]);
    let _worker = harness.worker().await;
    harness.dead_letter_attributes(1).await;
    assert_eq!(harness.media_objects().await, Vec::<String>::new());
}
