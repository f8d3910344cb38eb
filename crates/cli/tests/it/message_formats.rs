//! Queue messages in every supported format, and unsupported ones.

use darkroom_cloud::{Bucket, PutOptions, Queue};
use darkroom_contract::{MANIFEST_PREFIX, ObjectEvent, RawKey, UploadId, notification_body};
use darkroom_testkit::fixture::{Jpeg, scene};
use darkroom_testkit::wait;
use serde_json::{Value, json};

use crate::cloud::{Cloud, on_both_clouds};
use crate::system::{DEADLINE, System};

on_both_clouds!(
    every_record_of_a_message_is_processed,
    every_event_format_is_parsed,
    a_duplicate_event_changes_nothing,
    keys_that_are_not_uploads_are_ignored_in_every_encoding,
    an_unparsable_message_goes_to_the_dead_letters_at_once,
);

const ANY_TYPE: PutOptions<'_> = PutOptions {
    content_type: "image/jpeg",
    cache_control: "no-store",
};

/// Uploads images and deletes their manifests. Returns the raw keys and the manifest keys.
async fn outcomes_that_are_gone(system: &System, count: usize) -> (Vec<String>, Vec<String>) {
    let photo = Jpeg::new(&scene(64, 48)).build();
    let mut keys = Vec::new();
    for _ in 0..count {
        let outcome = system.client.upload(&photo).await;
        keys.push(outcome["source"]["key"].as_str().unwrap().to_owned());
    }
    system.wait_until_idle().await;
    let manifests: Vec<String> = keys.iter().map(|key| manifest_of(key)).collect();
    system.raw().await.delete(&manifests).await.unwrap();
    (keys, manifests)
}

async fn every_record_of_a_message_is_processed(cloud: Cloud) {
    let system = System::start(cloud, &[]);
    // The outcomes are deleted. The single message restores all of them.
    let (keys, manifests) = outcomes_that_are_gone(&system, 3).await;
    let raw = system.raw().await;
    let records: Vec<Value> = keys
        .iter()
        .map(|key| record(&system, &key.replace('/', "%2F")))
        .chain([record(&system, "raw/nobody"), json!({"not": "a record"})])
        .collect();
    let message = json!({"Records": records}).to_string();
    system.events().await.send(&[message]).await.unwrap();
    for manifest in &manifests {
        let written = async || raw.head(manifest).await.unwrap().is_some();
        wait::until_async("the outcome", DEADLINE, written)
            .await
            .unwrap();
    }
}

async fn every_event_format_is_parsed(cloud: Cloud) {
    let system = System::start(cloud, &[]);
    // The outcomes are deleted. Each message restores one of them.
    let (keys, manifests) = outcomes_that_are_gone(&system, 4).await;
    let raw = system.raw().await;
    let direct = |key: &str| json!({"Records": [record(&system, key)]});
    let bridged = |key: &str| {
        let bucket = json!({"name": system.raw_bucket()});
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
    system.events().await.send(&bodies).await.unwrap();
    for manifest in &manifests {
        let written = async || raw.head(manifest).await.unwrap().is_some();
        wait::until_async("the outcome", DEADLINE, written)
            .await
            .unwrap();
    }
}

async fn a_duplicate_event_changes_nothing(cloud: Cloud) {
    let system = System::start(cloud, &[]);
    let outcome = system
        .client
        .upload(&Jpeg::new(&scene(64, 48)).build())
        .await;
    let key = outcome["source"]["key"].as_str().unwrap();
    system.wait_until_idle().await;
    let before = everything(&system).await;
    assert_eq!(before.len(), 3);
    let message = json!({"Records": [record(&system, key)]}).to_string();
    let events = system.events().await;
    events.send(&[message.clone(), message]).await.unwrap();
    let seen = || system.log().matches("Unchanged").count() >= 2;
    wait::until("both duplicates", DEADLINE, seen).unwrap();
    system.wait_until_idle().await;
    assert_eq!(everything(&system).await, before);
}

async fn keys_that_are_not_uploads_are_ignored_in_every_encoding(cloud: Cloud) {
    let system = System::start(cloud, &[]);
    let raw = system.raw().await;
    let photo = Jpeg::new(&scene(64, 48)).build();
    for key in [
        "raw/red flower.jpg",
        "raw/a+b.jpg",
        "raw/über/ñandú 🦤.jpg",
        "raw/100%.jpg",
    ] {
        raw.put(key, photo.clone().into(), ANY_TYPE).await.unwrap();
        // The log contains the decoded key.
        let told = || system.log().contains(key);
        wait::until(format!("the event of {key}"), DEADLINE, told).unwrap();
    }
    let encoded = record(&system, "raw/hand+made%20%C3%BC%2B.jpg");
    let message = json!({"Records": [encoded]}).to_string();
    system.events().await.send(&[message]).await.unwrap();
    let told = || system.log().contains("raw/hand made ü+.jpg");
    wait::until("the hand-made event", DEADLINE, told).unwrap();
    system.wait_until_idle().await;
    assert_eq!(
        system.dead_letters().await.depth().await.unwrap().visible,
        0
    );
    assert_eq!(everything(&system).await, Vec::new());
}

async fn an_unparsable_message_goes_to_the_dead_letters_at_once(cloud: Cloud) {
    let system = System::start(cloud, &[]);
    let bodies = [
        "hello",
        "{}",
        r#"{"Event":"s3:TestEvent","Service":"Amazon S3"}"#,
    ];
    let events = system.events().await;
    events.send(&bodies.map(str::to_owned)).await.unwrap();
    let dead_letters = system.dead_letters().await;
    let both = async || dead_letters.depth().await.unwrap().visible == 2;
    wait::until_async("two dead letters", DEADLINE, both)
        .await
        .unwrap();
    system.wait_until_idle().await;
    let outcome = system
        .client
        .upload(&Jpeg::new(&scene(64, 48)).build())
        .await;
    assert_eq!(outcome["status"], "ready", "{outcome}");
}

/// The embedded S3 keeps no versions.
#[tokio::test]
async fn the_newest_version_in_a_versioned_bucket_wins_in_any_order() {
    let system = System::start(Cloud::LocalStack, &[]);
    keep_versions(&system).await;
    let raw = system.raw().await;
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
    let told = versions.iter().rev().chain(&versions).map(|version| {
        notification_body(&ObjectEvent {
            size: Some(version.size),
            etag: Some(version.etag.clone()),
            version_id: version.version_id.clone(),
            ..ObjectEvent::created(raw.name(), name.clone())
        })
    });
    let bodies: Vec<String> = told.collect();
    system.events().await.send(&bodies).await.unwrap();
    system.wait_until_idle().await;
    let status = json!({"status_url": key.status_path()});
    let outcome = system.client.outcome(&status).await;
    assert_eq!(outcome["source"]["version_id"], newest, "{outcome}");
    assert_eq!(outcome["variants"][0]["width"], 40, "{outcome}");
    let superseded = system.log().matches("Superseded").count();
    assert!(superseded >= 8, "{superseded}");
}

/// Enables versioning. No command of the binary does that.
async fn keep_versions(system: &System) {
    let url = format!("{}/{}?versioning", system.endpoints.s3, system.raw_bucket());
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

/// Returns a record as S3 writes it into a message. The key must already be encoded.
fn record(system: &System, encoded_key: &str) -> Value {
    json!({
        "eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
        "s3": {"bucket": {"name": system.raw_bucket()}, "object": {"key": encoded_key}},
    })
}

fn manifest_of(raw_key: &str) -> String {
    format!("{}.json", raw_key.replacen("raw/", "manifests/", 1))
}

/// Returns every manifest and every variant with its bytes.
async fn everything(system: &System) -> Vec<(String, Vec<u8>)> {
    let mut objects = Vec::new();
    for (bucket, prefix) in [
        (system.raw().await, MANIFEST_PREFIX),
        (system.media().await, ""),
    ] {
        let listed = bucket.list(prefix, None).await.unwrap();
        for object in listed.objects {
            let reader = bucket.get(&object.key, None).await.unwrap();
            objects.push((object.key, reader.read(u64::MAX).await.unwrap().to_vec()));
        }
    }
    objects
}
