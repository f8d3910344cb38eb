//! `darkroom dlq` and `darkroom backfill`, with which an operator repeats lost or failed work.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Output;

use darkroom_cloud::{Bucket, PutOptions, Queue};
use darkroom_harness::{Cloud, DEADLINE, TestBed};
use darkroom_testkit::fixture::{Jpeg, scene};
use darkroom_testkit::wait;
use serde_json::{Value, json};

use crate::report_schema::reports;
use crate::test_bed::{on_both_clouds, service};

on_both_clouds!(
    every_dead_letter_is_listed_with_its_reason_and_stays_in_the_queue,
    a_redriven_dead_letter_is_processed_again,
    a_purge_without_a_confirmation_is_refused,
    a_backfill_reports_its_counts_and_enqueues_an_upload_without_outcome,
);

/// Returns an S3 event record for an object, as a message contains it.
fn record(bucket: &str, key: &str) -> Value {
    json!({
        "eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": bucket}, "object": {"key": key}},
    })
}

fn message(records: &[Value]) -> String {
    json!({"Records": records}).to_string()
}

async fn dlq(bed: &TestBed, arguments: &[&str]) -> Output {
    let arguments = [&["dlq"], arguments].concat();
    bed.run(&arguments).await.unwrap()
}

/// Waits until the dead-letter queue has `count` messages and the event queue is empty.
async fn until_dead_lettered(bed: &TestBed, count: u64) {
    let dead_letters = &bed.dead_letters;
    let all = async || match dead_letters.depth().await.unwrap() {
        depth if depth.visible == count => Ok(()),
        depth => Err(format!("{depth:?}")),
    };
    wait::until_async("dead letters", DEADLINE, all)
        .await
        .unwrap();
    bed.wait_until_idle(DEADLINE).await.unwrap();
}

async fn every_dead_letter_is_listed_with_its_reason_and_stays_in_the_queue(cloud: Cloud) {
    let bed = service(cloud, &[("DARKROOM_QUEUES_MAX_RECEIVE_COUNT", "1")]).await;
    let raw = bed.raw.name();
    let photo = Jpeg::new(&scene(64, 48)).build();
    let ready = bed.client().upload(&photo).await;
    let ready = ready["source"]["key"].as_str().unwrap();
    let nobody = "01920000-0000-7000-8000-000000000000";
    let unknown = format!("raw/nothing/u1/{nobody}");
    let by_worker = ["hello".to_owned(), message(&[record(raw, &unknown)])];
    bed.events.send(&by_worker).await.unwrap();
    until_dead_lettered(&bed, 2).await;
    // These messages have no reason attribute, as if SQS itself had moved them.
    let by_sqs = [
        message(&[record("another-bucket", ready)]),
        message(&[record(raw, ready)]),
        message(&[record(raw, &format!("raw/avatar/u1/{nobody}"))]),
        "{}".to_owned(),
    ];
    bed.dead_letters.send(&by_sqs).await.unwrap();
    for _ in 0..2 {
        let letters = reports(&dlq(&bed, &["list", "--json"]).await);
        let mut reasons: Vec<&str> = letters
            .iter()
            .map(|report| report["dead_letter"]["reason"].as_str().unwrap())
            .collect();
        reasons.sort_unstable();
        let expected = [
            "already_processed",
            "deleted",
            "foreign",
            "malformed",
            "malformed",
            "unknown_profile",
        ];
        assert_eq!(reasons, expected, "{letters:?}");
        for report in &letters {
            let letter = &report["dead_letter"];
            assert!(!letter["detail"].as_str().unwrap().is_empty(), "{letter}");
            if letter["reason"] == "unknown_profile" {
                assert_eq!(letter["keys"], json!([unknown]));
            }
        }
        until_dead_lettered(&bed, 6).await;
    }
    let text = dlq(&bed, &["list"]).await;
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert!(text.ends_with("6 dead letters listed\n"), "{text}");
}

async fn a_redriven_dead_letter_is_processed_again(cloud: Cloud) {
    let bed = service(cloud, &[]).await;
    let photo = Jpeg::new(&scene(64, 48)).build();
    let mut keys = Vec::new();
    for _ in 0..2 {
        let outcome = bed.client().upload(&photo).await;
        keys.push(outcome["source"]["key"].as_str().unwrap().to_owned());
    }
    bed.wait_until_idle(DEADLINE).await.unwrap();
    let manifest = |key: &str| format!("{}.json", key.replacen("raw/", "manifests/", 1));
    let raw = &bed.raw;
    raw.delete(&[manifest(&keys[0]), manifest(&keys[1])])
        .await
        .unwrap();
    let letters = [&keys[0], &keys[1]].map(|key| message(&[record(bed.raw.name(), key)]));
    bed.dead_letters.send(&letters).await.unwrap();
    until_dead_lettered(&bed, 2).await;
    let listed = reports(&dlq(&bed, &["list", "--json"]).await);
    let by_key: BTreeMap<&str, &str> = listed
        .iter()
        .map(|report| {
            let letter = &report["dead_letter"];
            (
                letter["keys"][0].as_str().unwrap(),
                letter["id"].as_str().unwrap(),
            )
        })
        .collect();
    let id = by_key[&*keys[0]];
    let trial = reports(&dlq(&bed, &["redrive", "--id", id, "--dry-run", "--json"]).await);
    assert_eq!(
        (&trial[0]["dead_letter"]["id"], &trial[0]["status"]),
        (&json!(id), &json!("would_be_redriven"))
    );
    until_dead_lettered(&bed, 2).await;
    let done = reports(&dlq(&bed, &["redrive", "--id", id, "--json"]).await);
    assert_eq!((done.len(), &done[0]["status"]), (1, &json!("redriven")));
    until_dead_lettered(&bed, 1).await;
    assert!(raw.head(&manifest(&keys[0])).await.unwrap().is_some());
    assert!(raw.head(&manifest(&keys[1])).await.unwrap().is_none());
    let unknown = dlq(&bed, &["redrive", "--id", id]).await;
    assert_eq!(unknown.status.code(), Some(1), "{unknown:?}");
    assert_eq!(reports(&dlq(&bed, &["redrive", "--json"]).await).len(), 1);
    until_dead_lettered(&bed, 0).await;
    assert!(raw.head(&manifest(&keys[1])).await.unwrap().is_some());
}

async fn a_purge_without_a_confirmation_is_refused(cloud: Cloud) {
    let bed = service(cloud, &[]).await;
    let poison: Vec<String> = (0..12).map(|number| format!("poison {number}")).collect();
    bed.dead_letters.send(&poison).await.unwrap();
    // A queue may store a message twice, so the purge is compared with the queue's own count.
    let count = bed.dead_letters.depth().await.unwrap().visible;
    assert!(count >= 12, "{count}");
    let silent = dlq(&bed, &["purge"]).await;
    assert_eq!(silent.status.code(), Some(2), "{silent:?}");
    let trial = reports(&dlq(&bed, &["purge", "--dry-run", "--json"]).await);
    assert_eq!(trial.len() as u64, count, "{trial:?}");
    until_dead_lettered(&bed, count).await;
    let ids: BTreeSet<&str> = trial
        .iter()
        .map(|report| report["dead_letter"]["id"].as_str().unwrap())
        .collect();
    let first = ids.first().unwrap();
    let purged = reports(&dlq(&bed, &["purge", "--id", first, "--yes", "--json"]).await);
    assert_eq!(purged.len(), 1, "{purged:?}");
    until_dead_lettered(&bed, count - 1).await;
    let rest = dlq(&bed, &["purge", "--yes"]).await;
    let printed = String::from_utf8_lossy(&rest.stdout).into_owned();
    let expected = format!("{} dead letters deleted\n", count - 1);
    assert!(printed.ends_with(&expected), "{rest:?}");
    until_dead_lettered(&bed, 0).await;
}

async fn a_backfill_reports_its_counts_and_enqueues_an_upload_without_outcome(cloud: Cloud) {
    let bed = service(cloud, &[]).await;
    let photo = Jpeg::new(&scene(64, 48)).build();
    let mut outcomes = Vec::new();
    for _ in 0..2 {
        outcomes.push(bed.client().upload(&photo).await);
    }
    let foreign = PutOptions {
        content_type: "text/plain",
        cache_control: "no-store",
    };
    let raw = &bed.raw;
    raw.put("raw/notes.txt", "x".into(), foreign).await.unwrap();
    bed.wait_until_idle(DEADLINE).await.unwrap();
    let key = outcomes[0]["source"]["key"].as_str().unwrap();
    let manifest = format!("{}.json", key.replacen("raw/", "manifests/", 1));
    raw.delete(std::slice::from_ref(&manifest)).await.unwrap();
    let keys = outcomes.iter().map(|it| it["source"]["key"].as_str());
    let last_key = keys.flatten().chain(["raw/notes.txt"]).max();
    let expected = |dry_run: bool| {
        let status = if dry_run {
            "would_be_enqueued"
        } else {
            "enqueued"
        };
        json!([{
            "version": 1, "command": "backfill", "status": status,
            "backfill": {
                "listed": 3, "enqueued": 1, "skipped": 2, "current": 1, "foreign": 1,
                "last_key": last_key
            },
        }])
    };
    let trial = reports(&bed.run(&["backfill", "--dry-run", "--json"]).await.unwrap());
    assert_eq!(json!(trial), expected(true));
    bed.wait_until_idle(DEADLINE).await.unwrap();
    assert!(raw.head(&manifest).await.unwrap().is_none());
    assert_eq!(
        json!(reports(&bed.run(&["backfill", "--json"]).await.unwrap())),
        expected(false)
    );
    let made = async || raw.head(&manifest).await.unwrap().is_some();
    wait::until_async("the outcome", DEADLINE, made)
        .await
        .unwrap();
    let after = [&["backfill", "--json", "--after"][..], &[last_key.unwrap()]].concat();
    let rest = reports(&bed.run(&after).await.unwrap());
    assert_eq!(
        (
            &rest[0]["backfill"]["listed"],
            &rest[0]["backfill"]["last_key"]
        ),
        (&json!(0), &json!(last_key))
    );
    let text = bed.run(&["backfill"]).await.unwrap();
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert_eq!(
        text,
        "3 listed, 0 enqueued, 3 skipped (2 current, 1 foreign)\n"
    );
}
