//! Queue messages in every supported format and in unsupported formats.

use darkroom_cloud::{Bucket, PutOptions, Queue};
use darkroom_contract::{MANIFEST_PREFIX, ObjectEvent, RawKey, UploadId, notification_body};
use darkroom_harness::{Cloud, DEADLINE, TestBed};
use darkroom_testkit::fixture::{Jpeg, scene};
use darkroom_testkit::wait;
use serde_json::{Value, json};

use crate::test_bed::{on_both_clouds, service};

on_both_clouds!(
    every_record_of_a_message_is_processed,
    every_event_format_is_parsed,
    a_duplicate_event_changes_nothing,
    keys_that_are_not_uploads_are_ignored_in_every_encoding,
    an_unparsable_message_is_dead_lettered_at_once_and_a_test_event_is_not,
);

const ANY_TYPE: PutOptions<'_> = PutOptions {
    content_type: "image/jpeg",
    cache_control: "no-store",
};

/// Uploads images and deletes their manifests. Returns the raw keys and the manifest keys.
async fn uploads_without_manifests(bed: &TestBed, count: usize) -> (Vec<String>, Vec<String>) {
    let photo = Jpeg::new(&scene(64, 48)).build();
    let mut keys = Vec::new();
    for _ in 0..count {
        let outcome = bed.client().upload(&photo).await;
        keys.push(outcome["source"]["key"].as_str().unwrap().to_owned());
    }
    bed.wait_until_idle(DEADLINE).await.unwrap();
    let manifests: Vec<String> = keys.iter().map(|key| manifest_of(key)).collect();
    bed.raw.delete(&manifests).await.unwrap();
    (keys, manifests)
}

async fn every_record_of_a_message_is_processed(cloud: Cloud) {
    let bed = service(cloud, &[]).await;
    // The manifests are deleted. A single message must restore all of them.
    let (keys, manifests) = uploads_without_manifests(&bed, 3).await;
    let raw = &bed.raw;
    let records: Vec<Value> = keys
        .iter()
        .map(|key| record(&bed, &key.replace('/', "%2F")))
        .chain([record(&bed, "raw/nobody"), json!({"not": "a record"})])
        .collect();
    let message = json!({"Records": records}).to_string();
    bed.events.send(&[message]).await.unwrap();
    for manifest in &manifests {
        let written = async || raw.head(manifest).await.unwrap().is_some();
        wait::until_async("the outcome", DEADLINE, written)
            .await
            .unwrap();
    }
}

async fn every_event_format_is_parsed(cloud: Cloud) {
    let bed = service(cloud, &[]).await;
    // The manifests are deleted. Each message must restore one of them.
    let (keys, manifests) = uploads_without_manifests(&bed, 4).await;
    let raw = &bed.raw;
    let direct = |key: &str| json!({"Records": [record(&bed, key)]});
    let bridged = |key: &str| {
        let bucket = json!({"name": bed.raw.name()});
        json!({"version": "0", "source": "aws.s3", "detail-type": "Object Created",
            "detail": {"version": "0", "bucket": bucket, "object": {"key": key}}})
    };
    let in_sns = |message: Value| json!({"Type": "Notification", "Message": message.to_string()});
    let bodies = [
        direct(&keys[0]),
        bridged(&keys[1]),
        in_sns(direct(&keys[2])),
        in_sns(bridged(&keys[3])),
    ];
    let bodies = bodies.map(|body| body.to_string());
    bed.events.send(&bodies).await.unwrap();
    for manifest in &manifests {
        let written = async || raw.head(manifest).await.unwrap().is_some();
        wait::until_async("the outcome", DEADLINE, written)
            .await
            .unwrap();
    }
}

async fn a_duplicate_event_changes_nothing(cloud: Cloud) {
    let bed = service(cloud, &[]).await;
    let outcome = bed
        .client()
        .upload(&Jpeg::new(&scene(64, 48)).build())
        .await;
    let key = outcome["source"]["key"].as_str().unwrap();
    bed.wait_until_idle(DEADLINE).await.unwrap();
    let before = everything(&bed).await;
    assert_eq!(before.len(), 3);
    let message = json!({"Records": [record(&bed, key)]}).to_string();
    let events = &bed.events;
    events.send(&[message.clone(), message]).await.unwrap();
    let seen = async || bed.log().matches("Unchanged").count() >= 2;
    wait::until_async("both duplicates", DEADLINE, seen)
        .await
        .unwrap();
    bed.wait_until_idle(DEADLINE).await.unwrap();
    assert_eq!(everything(&bed).await, before);
}

async fn keys_that_are_not_uploads_are_ignored_in_every_encoding(cloud: Cloud) {
    let bed = service(cloud, &[]).await;
    let raw = &bed.raw;
    let photo = Jpeg::new(&scene(64, 48)).build();
    for key in [
        "raw/red flower.jpg",
        "raw/a+b.jpg",
        "raw/über/ñandú 🦤.jpg",
        "raw/100%.jpg",
    ] {
        raw.put(key, photo.clone().into(), ANY_TYPE).await.unwrap();
        // The log contains the decoded key.
        let logged = async || bed.log().contains(key);
        wait::until_async(format!("the event of {key}"), DEADLINE, logged)
            .await
            .unwrap();
    }
    let encoded = record(&bed, "raw/hand+made%20%C3%BC%2B.jpg");
    let message = json!({"Records": [encoded]}).to_string();
    bed.events.send(&[message]).await.unwrap();
    let logged = async || bed.log().contains("raw/hand made ü+.jpg");
    wait::until_async("the hand-made event", DEADLINE, logged)
        .await
        .unwrap();
    bed.wait_until_idle(DEADLINE).await.unwrap();
    assert_eq!(bed.dead_letters.depth().await.unwrap().visible, 0);
    assert_eq!(everything(&bed).await, Vec::new());
}

async fn an_unparsable_message_is_dead_lettered_at_once_and_a_test_event_is_not(cloud: Cloud) {
    let bed = service(cloud, &[]).await;
    let bodies = [
        "hello",
        "{}",
        r#"{"Event":"s3:TestEvent","Service":"Amazon S3"}"#,
    ];
    let events = &bed.events;
    events.send(&bodies.map(str::to_owned)).await.unwrap();
    let dead_letters = &bed.dead_letters;
    let both = async || dead_letters.depth().await.unwrap().visible == 2;
    wait::until_async("two dead letters", DEADLINE, both)
        .await
        .unwrap();
    bed.wait_until_idle(DEADLINE).await.unwrap();
    let outcome = bed
        .client()
        .upload(&Jpeg::new(&scene(64, 48)).build())
        .await;
    assert_eq!(outcome["status"], "ready", "{outcome}");
}

/// Runs on LocalStack only, because the embedded S3 keeps no versions.
#[tokio::test]
async fn the_newest_version_in_a_versioned_bucket_wins_in_any_order_of_events() {
    let bed = service(Cloud::LocalStack, &[]).await;
    keep_versions(&bed).await;
    let raw = &bed.raw;
    let key = RawKey {
        profile: "avatar".parse().unwrap(),
        owner: "u1".parse().unwrap(),
        id: UploadId::generate(),
    };
    let name = key.to_string();
    let mut versions = Vec::new();
    for width in 1..=5 {
        let photo = Jpeg::new(&scene(8 * width, 8)).build();
        raw.put(&name, photo.into(), ANY_TYPE).await.unwrap();
        versions.push(raw.head(&name).await.unwrap().unwrap());
    }
    let newest = versions[4].version_id.clone().unwrap();
    assert_ne!(versions[0].version_id.as_ref(), Some(&newest));
    let notifications = versions.iter().rev().chain(&versions).map(|version| {
        notification_body(&ObjectEvent {
            size: Some(version.size),
            etag: Some(version.etag.clone()),
            version_id: version.version_id.clone(),
            ..ObjectEvent::created(raw.name(), name.clone())
        })
    });
    let bodies: Vec<String> = notifications.collect();
    bed.events.send(&bodies).await.unwrap();
    bed.wait_until_idle(DEADLINE).await.unwrap();
    let status = json!({"status_url": key.status_path()});
    let outcome = bed.client().outcome(&status).await;
    assert_eq!(outcome["source"]["version_id"], newest, "{outcome}");
    assert_eq!(outcome["variants"][0]["width"], 40, "{outcome}");
    let superseded = bed.log().matches("Superseded").count();
    assert!(superseded >= 8, "{superseded}");
}

/// Enables versioning with a plain HTTP request, because no command of the binary does that.
async fn keep_versions(bed: &TestBed) {
    let url = format!("{}/{}?versioning", bed.endpoints().s3, bed.raw.name());
    let body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    let credential = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, \
                      SignedHeaders=host, Signature=none";
    let put = reqwest::Client::new().put(url).body(body);
    let response = put
        .header("authorization", credential)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
}

/// Returns a record as S3 writes it into a message. `encoded_key` must already be URL-encoded.
fn record(bed: &TestBed, encoded_key: &str) -> Value {
    json!({
        "eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": bed.raw.name()}, "object": {"key": encoded_key}},
    })
}

fn manifest_of(raw_key: &str) -> String {
    format!("{}.json", raw_key.replacen("raw/", "manifests/", 1))
}

/// Returns every manifest and every variant with its bytes.
async fn everything(bed: &TestBed) -> Vec<(String, Vec<u8>)> {
    let mut objects = Vec::new();
    for (bucket, prefix) in [(&bed.raw, MANIFEST_PREFIX), (&bed.media, "")] {
        let listed = bucket.list(prefix, None).await.unwrap();
        for object in listed.objects {
            let reader = bucket.get(&object.key, None).await.unwrap();
            objects.push((object.key, reader.read(u64::MAX).await.unwrap().to_vec()));
        }
    }
    objects
}
