//! Erasure of owners, by HTTP and on the command line.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use darkroom_cloud::{Bucket, UploadOptions};
use darkroom_contract::SigningSecrets;
use darkroom_harness::{Cloud, DEADLINE, TestBed};
use darkroom_testkit::localstack::LocalStack;
use serde_json::{Value, json};

use crate::api_keys::{in_environment, new_key};
use crate::test_bed::{json_lines, on_both_clouds, photo, service};

on_both_clouds!(an_erasure_leaves_nothing_even_of_uploads_in_progress);

/// Sends a request with this key.
async fn send(
    bed: &TestBed,
    method: &str,
    path: &str,
    key: &Value,
    body: Option<&Value>,
) -> reqwest::Response {
    let url = format!("{}{path}", bed.client().issuer);
    let request = reqwest::Client::new().request(method.parse().unwrap(), url);
    let request = request.bearer_auth(key["key"].as_str().unwrap());
    let request = match body {
        Some(body) => request.json(body),
        None => request,
    };
    request.send().await.unwrap()
}

/// Uploads a photo without waiting for its outcome.
async fn upload(bed: &TestBed, owner: &str, key: &Value) -> Value {
    let photo = photo(1200, 900);
    let body = json!({
        "profile": "avatar", "owner": owner, "content_type": "image/jpeg", "size": photo.len(),
    });
    let response = send(bed, "POST", "/v1/uploads", key, Some(&body)).await;
    let presigned: Value = response.json().await.unwrap();
    assert_eq!(
        bed.client().put(&presigned, &photo).await,
        200,
        "{presigned}"
    );
    presigned
}

async fn objects(bed: &TestBed) -> Vec<String> {
    let mut keys = Vec::new();
    for bucket in [&bed.raw, &bed.media] {
        let objects = bucket.list("", None).await.unwrap().objects;
        keys.extend(objects.into_iter().map(|object| object.key));
    }
    keys
}

fn keys_in_environment(keys: [&Value; 2]) -> String {
    let operator = keys[0]["sha256"].as_str().unwrap();
    let operator = format!("[{{name=\"operator\",sha256=\"{operator}\",operator=true}}");
    let other = in_environment(keys[1]);
    format!("{operator},{}", other.trim_start_matches('['))
}

async fn an_erasure_leaves_nothing_even_of_uploads_in_progress(cloud: Cloud) {
    let operator = new_key(&["--name", "operator", "--operator"]);
    assert_eq!(operator["operator"], true);
    let back_end = new_key(&["--name", "back-end"]);
    let keys = keys_in_environment([&operator, &back_end]);
    let secret = format!("whsec_{}", STANDARD.encode([7; 32]));
    let environment = [
        ("DARKROOM_AUTH_KEYS", &*keys),
        ("DARKROOM_WEBHOOKS_SECRET", &secret),
    ];
    let bed = service(cloud, &environment).await;
    let other = upload(&bed, "u10", &back_end).await;
    for _ in 0..6 {
        upload(&bed, "u1", &back_end).await;
    }
    let refused = send(&bed, "DELETE", "/v1/owners/u1", &back_end, None).await;
    assert_eq!(refused.status(), 403);
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(problem["code"], "operator_required");

    let erased = send(&bed, "DELETE", "/v1/owners/u1", &operator, None).await;
    assert_eq!(erased.status(), 200);
    let headers = erased.headers().clone();
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let body = erased.text().await.unwrap();
    let secrets = SigningSecrets::parse(&secret).unwrap();
    let timestamp = header("webhook-timestamp").parse().unwrap();
    let signature = secrets.sign(&header("webhook-id"), timestamp, &body);
    assert_eq!(signature, header("webhook-signature"));
    let receipt: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(receipt["removed"]["raw_objects"], 6, "{receipt}");

    // Workers that were rendering clean up by themselves, apart from tombstones.
    bed.wait_until_idle(DEADLINE).await.unwrap();
    let left = objects(&bed).await;
    let of_owner = left.iter().filter(|key| key.contains("/u1/"));
    for key in of_owner {
        assert!(key.starts_with("deleted/avatar/u1/"), "{key}");
    }
    let arguments = ["erase", "--owner", "u1", "--dry-run"];
    let counted = json_lines(&bed.run(&arguments).await.unwrap()).remove(0);
    let erased = json_lines(&bed.run(&["erase", "--owner", "u1"]).await.unwrap()).remove(0);
    assert_eq!(counted["receipt"]["removed"], erased["receipt"]["removed"]);
    check_signature(&secrets, &erased);
    let left = objects(&bed).await;
    let id = other["id"].as_str().unwrap();
    assert!(left.iter().all(|key| key.contains(id)), "{left:?}");
    assert_eq!(
        left.len(),
        4,
        "raw object, manifest and two variants: {left:?}"
    );
}

fn check_signature(secrets: &SigningSecrets, printed: &Value) {
    let signed = &printed["signed"];
    let body = signed["body"].as_str().unwrap();
    let receipt: Value = serde_json::from_str(body).unwrap();
    assert_eq!(receipt, printed["receipt"]);
    let header = |name: &str| signed["headers"][name].as_str().unwrap();
    let timestamp = header("webhook-timestamp").parse().unwrap();
    let headers: BTreeMap<_, _> = secrets
        .headers(header("webhook-id"), timestamp, body)
        .into();
    assert_eq!(headers["webhook-signature"], header("webhook-signature"));
}

/// Only LocalStack has versions.
#[tokio::test]
async fn an_erasure_removes_all_versions_delete_markers_and_unfinished_uploads() {
    let bed = service(Cloud::LocalStack, &[]).await;
    let localstack = tokio::task::spawn_blocking(LocalStack::shared)
        .await
        .unwrap();
    let url = |bucket: &dyn Bucket, rest: &str| {
        format!("{}/{}{rest}", localstack.endpoint(), bucket.name())
    };
    let http = reqwest::Client::new();
    for bucket in [&bed.raw, &bed.media] {
        let enabled = "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
                       <Status>Enabled</Status></VersioningConfiguration>";
        let request = http.put(url(bucket, "?versioning")).body(enabled);
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
    let photo = photo(300, 200);
    let outcome = bed.client().upload(&photo).await;
    let key = outcome["source"]["key"].as_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("photo.jpg");
    std::fs::write(&file, &photo).unwrap();
    let replace = bed.raw.put_file(key, &file, UploadOptions::default());
    replace.await.unwrap();
    bed.wait_until_idle(DEADLINE).await.unwrap();
    let delete = [key.to_owned()];
    bed.raw.delete(&delete).await.unwrap();
    let unfinished = "raw/avatar/u1/01920000-0000-7000-8000-000000000000?uploads";
    let started = http.post(url(&bed.raw, &format!("/{unfinished}"))).send();
    assert_eq!(started.await.unwrap().status(), 200);
    let versions = bed.raw.list_versions("", None).await.unwrap().versions;
    assert!(
        versions.iter().filter(|version| version.key == key).count() >= 3,
        "{versions:?}"
    );

    let erased = json_lines(&bed.run(&["erase", "--owner", "u1"]).await.unwrap()).remove(0);
    let removed = &erased["receipt"]["removed"];
    assert_eq!(removed["multipart_uploads"], 1, "{removed}");
    assert_eq!(removed["raw_objects"], 3, "{removed}");
    for bucket in [&bed.raw, &bed.media] {
        let left = bucket.list_versions("", None).await.unwrap().versions;
        let of_owner = left.iter().filter(|version| version.key.contains("/u1/"));
        assert_eq!(of_owner.count(), 0, "{left:?}");
    }
    assert_eq!(erased.get("signed"), None, "there is no secret");
}
