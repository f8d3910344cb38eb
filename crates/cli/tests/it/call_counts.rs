//! The calls that an upload causes, compared with those from which `darkroom simulate` computes
//! the cost.

use darkroom_capacity::{CALLS, Stage};
use darkroom_cloud::Bucket;
use darkroom_contract::MANIFEST_PREFIX;
use darkroom_harness::{DEADLINE, TestBedOptions};

use crate::test_bed::{photo, test_bed};

/// The number of uploads, which two full batches of the queue hold.
const UPLOADS: usize = 20;

/// The end of the keys of probes.
const PROBE: &str = "darkroom-probe";

/// Returns the expected number of calls for all uploads.
fn expected(operation: &str) -> usize {
    let found = CALLS.iter().find(|calls| calls.operation == operation);
    // An avatar has two variants.
    let calls = found.unwrap().per_upload(2.0) * UPLOADS as f64;
    assert!(calls.fract() < 1e-9, "{operation}: {calls}");
    calls as usize
}

#[tokio::test]
async fn an_upload_causes_the_calls_that_its_cost_is_computed_from() {
    let bed = test_bed(TestBedOptions::default()).await;
    for _ in 0..UPLOADS {
        bed.upload(photo(64, 48)).await.unwrap();
    }
    let settings = [("DARKROOM_WORKER_IN_FLIGHT", "10")];
    let _worker = bed.start_worker(&settings).await.unwrap();
    bed.wait_until_idle(DEADLINE).await.unwrap();
    let media = format!("/{}/", bed.media.name());
    for (operation, name, part) in [
        ("GetObject (manifest)", "GetObject", MANIFEST_PREFIX),
        ("GetObject (raw)", "GetObject", "/raw/"),
        ("HeadObject (raw)", "HeadObject", "/raw/"),
        ("PutObject (variant)", "PutObject", &*media),
        ("PutObject (manifest)", "PutObject", MANIFEST_PREFIX),
    ] {
        let mut requests = bed.s3.requests_to(name, part);
        requests.retain(|request| !request.path.ends_with(PROBE));
        assert_eq!(requests.len(), expected(operation), "{operation}");
    }
    // The worker made no other calls of S3, except for the probes of the buckets at its start.
    let stages = [Stage::Download, Stage::Publish];
    let known = CALLS.iter().filter(|calls| stages.contains(&calls.stage));
    let known: usize = known.map(|calls| expected(calls.operation)).sum();
    let mut requests = bed.s3.requests();
    let all = requests.len();
    requests.retain(|request| !request.path.ends_with(PROBE));
    assert_eq!(requests.len(), known);
    // One for each bucket, and one for each folder that the worker writes to.
    assert_eq!(all - known, 2 + 3, "probes");
    let deletes = bed.sqs.count("DeleteMessageBatch", "");
    let fewest = expected("DeleteMessageBatch");
    assert!((fewest..=UPLOADS).contains(&deletes), "{deletes}");
}
