//! Uploads that are deleted while they are being processed.

use darkroom_cloud::Bucket;
use darkroom_harness::{DEADLINE, TestBedOptions};
use darkroom_testkit::fault::{Fault, Rule};
use darkroom_testkit::wait;

use crate::test_bed::{assert_no_dead_letters, photo, test_bed};

const STORE_PROBE: &str = "darkroom-probe";

#[tokio::test]
async fn variants_written_before_an_outage_are_deleted_with_the_upload() {
    let bed = test_bed(TestBedOptions::default()).await;
    let _worker = bed.start_worker(&[]).await.unwrap();
    bed.wait_for_store_probes(2).await.unwrap();
    bed.s3.set_rules([
        Rule::on("PutObject", Fault::Unavailable).with_path("/manifests/"),
        Rule::on("GetObject", Fault::Unavailable).with_path(STORE_PROBE),
    ]);
    let key = bed.upload(photo(64, 48)).await.unwrap();
    let manifest = key.manifest_key();
    let failed = async || bed.s3.count("PutObject", &manifest) > 0;
    wait::until_async("a failed write of the manifest", DEADLINE, failed)
        .await
        .unwrap();
    let written = bed.output_keys().await.unwrap();
    assert!(written.iter().any(|key| key.starts_with("avatars/")));
    // The issuer would delete the raw object before the variants. This test deletes only the raw
    // object, so the worker must delete the variants.
    bed.raw.delete(&[key.to_string()]).await.unwrap();
    bed.s3.clear_rules();
    bed.wait_until_idle(DEADLINE).await.unwrap();
    assert_eq!(bed.output_keys().await.unwrap(), Vec::<String>::new());
    assert_no_dead_letters(&bed).await;
}
