//! The policy of workers.

use darkroom_cloud::{Bucket, Queue};
use darkroom_harness::{DEADLINE, TestBed, TestBedOptions, new_key};
use darkroom_testkit::fault::{Fault, Rule};
use darkroom_testkit::wait;

use super::{NOT_FOUND, Unrecorded, compare};
use crate::test_bed::{binary, photo};

#[tokio::test]
async fn a_worker_makes_exactly_the_calls_that_its_policy_allows() {
    let settings = [
        ("DARKROOM_WORKER_RETRY_AFTER", "1s"),
        ("DARKROOM_QUEUES_MAX_RECEIVE_COUNT", "2"),
        ("DARKROOM_WEBHOOKS_URL", "https://hooks.example/darkroom"),
        (
            "DARKROOM_WEBHOOKS_SECRET",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ),
    ];
    let options = TestBedOptions {
        max_receive_count: 2,
        ..TestBedOptions::default().with_settings(&settings)
    };
    let bed = TestBed::start(binary(), &options).await.unwrap();
    let worker = bed.start_worker(&[]).await.unwrap();
    let ready = bed.upload(photo(64, 48)).await.unwrap();
    bed.wait_until_ready(&ready).await.unwrap();
    // A dead letter, and an upload whose attempts fail.
    bed.events.send(&["poison".to_owned()]).await.unwrap();
    let failing = new_key().unwrap();
    let unreadable = Rule::on("GetObject", Fault::Forbidden).with_path(failing.to_string());
    bed.s3.set_rules([unreadable]);
    bed.put_raw(&failing, photo(64, 48)).await.unwrap();
    assert_eq!(
        bed.outcome(&failing).await.unwrap().outcome.name(),
        "failed"
    );
    bed.s3.clear_rules();
    bed.receive_dead_letters(2, DEADLINE).await.unwrap();
    // An upload that is deleted while it is rendered: the worker deletes its outputs.
    let slow = Fault::Latency(std::time::Duration::from_secs(3));
    bed.s3
        .set_rules([Rule::on("PutObject", slow).with_path("/manifests/")]);
    let deleted = bed.upload(photo(64, 48)).await.unwrap();
    let written = async || {
        let keys = bed.variant_keys().await.unwrap();
        keys.iter().any(|key| key.contains(&deleted.id.to_string()))
    };
    wait::until_async("a variant", DEADLINE, written)
        .await
        .unwrap();
    bed.raw.delete(&[deleted.to_string()]).await.unwrap();
    bed.wait_until_idle(DEADLINE).await.unwrap();
    bed.s3.clear_rules();
    // The probe of `darkroom doctor`, whose object the worker deletes.
    let checked = bed.run(&["doctor"]).await.unwrap();
    assert!(checked.status.success(), "{checked:?}");
    drop(worker);
    // An upload that is retried so late that a delayed copy replaces its message.
    let late = [("DARKROOM_WORKER_RETRY_AFTER", "2min")];
    let _worker = bed.start_worker(&late).await.unwrap();
    let failing = new_key().unwrap();
    let unreadable = Rule::on("GetObject", Fault::Forbidden).with_path(failing.to_string());
    bed.s3.set_rules([unreadable]);
    bed.put_raw(&failing, photo(64, 48)).await.unwrap();
    let replaced = async || {
        let queue = format!("/{}", bed.names().events);
        bed.sqs.requests().iter().any(|request| {
            let body = request.json();
            let url = body["QueueUrl"].as_str().unwrap_or_default();
            request.operation.starts_with("SendMessage") && url.ends_with(&queue)
        })
    };
    wait::until_async("a replaced message", DEADLINE, replaced)
        .await
        .unwrap();
    let unrecorded = ["darkroom-raw", "darkroom-media"].map(|resource| Unrecorded {
        action: "s3:ListBucket",
        resource,
        reason: NOT_FOUND,
    });
    compare(&bed, bed.names(), "worker.json", &[], &unrecorded);
}
