//! `darkroom dlq` and `darkroom backfill`, which repeat lost or failed work.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Output;

use darkroom_cloud::{Bucket, PutOptions, Queue};
use darkroom_testkit::fixture::{Jpeg, scene};
use darkroom_testkit::wait;
use serde_json::{Value, json};

use crate::cloud::{Cloud, on_both_clouds};
use crate::system::{DEADLINE, System};

on_both_clouds!(
    every_dead_letter_is_listed_with_its_reason_and_stays,
    a_redriven_dead_letter_is_processed_again,
    a_purge_needs_a_confirmation,
    a_backfill_reports_its_counts_and_queues_missing_outcomes,
);

/// Returns a record of an upload that the queue has no message for.
fn record(bucket: &str, key: &str) -> Value {
    json!({
        "eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": bucket}, "object": {"key": key}},
    })
}

fn message(records: &[Value]) -> String {
    json!({"Records": records}).to_string()
}

async fn dlq(system: &System, arguments: &[&str]) -> Output {
    let arguments = [&["dlq"], arguments].concat();
    system.run(&arguments).await
}

fn lines(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{output:?}");
    let stdout = String::from_utf8_lossy(&output.stdout);
    stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Waits until the queue has `count` dead letters and every message is processed.
async fn until_dead_lettered(system: &System, count: u64) {
    let dead_letters = system.dead_letters().await;
    let all = async || match dead_letters.depth().await.unwrap() {
        depth if depth.visible == count => Ok(()),
        depth => Err(format!("{depth:?}")),
    };
    wait::until_async("dead letters", DEADLINE, all)
        .await
        .unwrap();
    system.wait_until_idle().await;
}

async fn every_dead_letter_is_listed_with_its_reason_and_stays(cloud: Cloud) {
    let system = System::start(cloud, &[("DARKROOM_QUEUES_MAX_RECEIVE_COUNT", "1")]);
    let raw = system.raw_bucket();
    let photo = Jpeg::new(&scene(64, 48)).build();
    let ready = system.client.upload(&photo).await;
    let ready = ready["source"]["key"].as_str().unwrap();
    let nobody = "01920000-0000-7000-8000-000000000000";
    let unknown = format!("raw/nothing/u1/{nobody}");
    let by_worker = ["hello".to_owned(), message(&[record(raw, &unknown)])];
    system.events().await.send(&by_worker).await.unwrap();
    until_dead_lettered(&system, 2).await;
    // As SQS itself moves them, without a reason.
    let by_sqs = [
        message(&[record("another-bucket", ready)]),
        message(&[record(raw, ready)]),
        message(&[record(raw, &format!("raw/avatar/u1/{nobody}"))]),
        "{}".to_owned(),
    ];
    system.dead_letters().await.send(&by_sqs).await.unwrap();
    for _ in 0..2 {
        let letters = lines(&dlq(&system, &["list", "--json"]).await);
        let mut reasons: Vec<&str> = letters
            .iter()
            .map(|letter| letter["reason"].as_str().unwrap())
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
        for letter in &letters {
            assert!(!letter["detail"].as_str().unwrap().is_empty(), "{letter}");
            if letter["reason"] == "unknown_profile" {
                assert_eq!(letter["keys"], json!([unknown]));
            }
        }
        until_dead_lettered(&system, 6).await;
    }
    let text = dlq(&system, &["list"]).await;
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert!(text.ends_with("6 dead letters listed\n"), "{text}");
}

async fn a_redriven_dead_letter_is_processed_again(cloud: Cloud) {
    let system = System::start(cloud, &[]);
    let photo = Jpeg::new(&scene(64, 48)).build();
    let mut keys = Vec::new();
    for _ in 0..2 {
        let outcome = system.client.upload(&photo).await;
        keys.push(outcome["source"]["key"].as_str().unwrap().to_owned());
    }
    system.wait_until_idle().await;
    let manifest = |key: &str| format!("{}.json", key.replacen("raw/", "manifests/", 1));
    let raw = system.raw().await;
    raw.delete(&[manifest(&keys[0]), manifest(&keys[1])])
        .await
        .unwrap();
    let letters = [&keys[0], &keys[1]].map(|key| message(&[record(system.raw_bucket(), key)]));
    system.dead_letters().await.send(&letters).await.unwrap();
    until_dead_lettered(&system, 2).await;
    let listed = lines(&dlq(&system, &["list", "--json"]).await);
    let by_key: BTreeMap<&str, &str> = listed
        .iter()
        .map(|letter| {
            (
                letter["keys"][0].as_str().unwrap(),
                letter["id"].as_str().unwrap(),
            )
        })
        .collect();
    let id = by_key[&*keys[0]];
    let trial = lines(&dlq(&system, &["redrive", "--id", id, "--dry-run", "--json"]).await);
    assert_eq!(
        (&trial[0]["id"], &trial[0]["action"]),
        (&json!(id), &json!("would_be_redriven"))
    );
    until_dead_lettered(&system, 2).await;
    let done = lines(&dlq(&system, &["redrive", "--id", id, "--json"]).await);
    assert_eq!((done.len(), &done[0]["action"]), (1, &json!("redriven")));
    until_dead_lettered(&system, 1).await;
    assert!(raw.head(&manifest(&keys[0])).await.unwrap().is_some());
    assert!(raw.head(&manifest(&keys[1])).await.unwrap().is_none());
    let unknown = dlq(&system, &["redrive", "--id", id]).await;
    assert_eq!(unknown.status.code(), Some(1), "{unknown:?}");
    assert_eq!(lines(&dlq(&system, &["redrive", "--json"]).await).len(), 1);
    until_dead_lettered(&system, 0).await;
    assert!(raw.head(&manifest(&keys[1])).await.unwrap().is_some());
}

async fn a_purge_needs_a_confirmation(cloud: Cloud) {
    let system = System::start(cloud, &[]);
    let poison: Vec<String> = (0..12).map(|number| format!("poison {number}")).collect();
    system.events().await.send(&poison).await.unwrap();
    until_dead_lettered(&system, 12).await;
    let silent = dlq(&system, &["purge"]).await;
    assert_eq!(silent.status.code(), Some(2), "{silent:?}");
    let trial = lines(&dlq(&system, &["purge", "--dry-run", "--json"]).await);
    assert_eq!(trial.len(), 12);
    until_dead_lettered(&system, 12).await;
    let ids: BTreeSet<&str> = trial
        .iter()
        .map(|letter| letter["id"].as_str().unwrap())
        .collect();
    let first = ids.first().unwrap();
    assert_eq!(
        lines(&dlq(&system, &["purge", "--id", first, "--yes", "--json"]).await).len(),
        1
    );
    until_dead_lettered(&system, 11).await;
    let rest = dlq(&system, &["purge", "--yes"]).await;
    let said = String::from_utf8_lossy(&rest.stdout).into_owned();
    assert!(said.ends_with("11 dead letters deleted\n"), "{said}");
    until_dead_lettered(&system, 0).await;
}

async fn a_backfill_reports_its_counts_and_queues_missing_outcomes(cloud: Cloud) {
    let system = System::start(cloud, &[]);
    let photo = Jpeg::new(&scene(64, 48)).build();
    let mut outcomes = Vec::new();
    for _ in 0..2 {
        outcomes.push(system.client.upload(&photo).await);
    }
    let foreign = PutOptions {
        content_type: "text/plain",
        cache_control: "no-store",
    };
    let raw = system.raw().await;
    raw.put("raw/notes.txt", "x".into(), foreign).await.unwrap();
    system.wait_until_idle().await;
    let key = outcomes[0]["source"]["key"].as_str().unwrap();
    let manifest = format!("{}.json", key.replacen("raw/", "manifests/", 1));
    raw.delete(std::slice::from_ref(&manifest)).await.unwrap();
    let expected = |dry_run: bool| {
        json!([{
            "listed": 3, "enqueued": 1, "skipped": 2, "current": 1, "foreign": 1, "dry_run": dry_run
        }])
    };
    let trial = lines(&system.run(&["backfill", "--dry-run", "--json"]).await);
    assert_eq!(json!(trial), expected(true));
    system.wait_until_idle().await;
    assert!(raw.head(&manifest).await.unwrap().is_none());
    assert_eq!(
        json!(lines(&system.run(&["backfill", "--json"]).await)),
        expected(false)
    );
    let made = async || raw.head(&manifest).await.unwrap().is_some();
    wait::until_async("the outcome", DEADLINE, made)
        .await
        .unwrap();
    let text = system.run(&["backfill"]).await;
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert_eq!(
        text,
        "3 listed, 0 enqueued, 3 skipped (2 current, 1 foreign)\n"
    );
}
