//! The endpoints of the issuer, called by a plain HTTP client. Other tests cover uploads by a
//! presigned `PUT`.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use darkroom_cloud::{Bucket, ListedObject};
use darkroom_contract::TOMBSTONE_PREFIX;
use darkroom_harness::{Cloud, DEADLINE};
use darkroom_testkit::fixture::{Exif, Jpeg, scene};
use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::test_bed::{on_both_clouds, service};

on_both_clouds!(
    a_form_only_accepts_the_upload_that_it_was_signed_for,
    a_url_with_a_checksum_accepts_no_other_file,
    the_event_stream_begins_with_the_status_and_ends_with_the_outcome,
    a_deleted_upload_leaves_nothing_behind,
    an_upload_that_is_deleted_while_it_is_processed_does_not_reappear,
    direct_uploads_in_every_encoding_have_outcomes,
    inspection_reports_size_and_private_metadata,
);

const BOUNDARY: &str = "a-boundary-that-no-image-contains";

/// Builds a `multipart/form-data` body as a browser writes it.
pub(crate) fn form(fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let head = format!("content-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(format!("--{BOUNDARY}\r\n{head}").into_bytes());
    }
    for (name, bytes) in files {
        let disposition = format!("form-data; name=\"{name}\"; filename=\"a.jpg\"");
        let head =
            format!("content-disposition: {disposition}\r\ncontent-type: image/jpeg\r\n\r\n");
        body.extend(format!("--{BOUNDARY}\r\n{head}").into_bytes());
        body.extend_from_slice(bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    body
}

async fn post(url: &str, content_type: &str, body: impl Into<reqwest::Body>) -> Response {
    let request = Client::new().post(url).body(body);
    let request = request.header("content-type", content_type);
    request.header("prefer", "wait=60").send().await.unwrap()
}

pub(crate) async fn send_form(url: &str, body: Vec<u8>) -> Response {
    post(
        url,
        &format!("multipart/form-data; boundary={BOUNDARY}"),
        body,
    )
    .await
}

fn photo() -> Vec<u8> {
    Jpeg::new(&scene(300, 200)).build()
}

async fn a_form_only_accepts_the_upload_that_it_was_signed_for(cloud: Cloud) {
    let bed = service(cloud, &[("DARKROOM_PROFILES_AVATAR_MAX_BYTES", "100KiB")]).await;
    let presigned = json!({"method": "POST", "metadata": {"album": "été"}});
    let presigned = bed.client().presign_with(presigned).await;
    let url = presigned["url"].as_str().unwrap();
    let fields = |changes: &[(&'static str, &'static str)]| -> Vec<(String, String)> {
        let fields = presigned["fields"].as_object().unwrap().iter();
        let changed = |name: &str| changes.iter().find(|(changed, _)| *changed == name);
        fields
            .map(|(name, value)| {
                let value = changed(name).map_or(value.as_str().unwrap(), |(_, value)| value);
                (name.clone(), value.to_owned())
            })
            .collect()
    };
    let send = async |fields: Vec<(String, String)>, file: &[u8]| {
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let response = send_form(url, form(&fields, &[("file", file)])).await;
        response.status().as_u16()
    };
    for (changes, file) in [
        (&[("Content-Type", "text/html")][..], photo()),
        (&[("key", "raw/avatar/u2/x")], photo()),
        (&[], vec![0; 101 * 1024]),
        // An empty policy, which allows everything. LocalStack does not verify the signature of a
        // policy.
        (&[("policy", "e30=")], photo()),
    ] {
        if cloud == Cloud::LocalStack && changes.iter().any(|(name, _)| *name == "policy") {
            continue;
        }
        let status = send(fields(changes), &file).await;
        assert!((400..500).contains(&status), "{changes:?}: {status}");
    }
    assert_eq!(send(fields(&[]), &photo()).await, 201);
    let outcome = bed.client().outcome(&presigned).await;
    assert_eq!(outcome["status"], "ready", "{outcome}");
    assert_eq!(outcome["metadata"]["album"], "été");
}

async fn a_url_with_a_checksum_accepts_no_other_file(cloud: Cloud) {
    let bed = service(cloud, &[]).await;
    // The SHA-256 of an empty file. No image has this checksum.
    let checksum = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let photo = photo();
    let presigned = json!({"size": photo.len(), "checksum_sha256": checksum});
    let presigned = bed.client().presign_with(presigned).await;
    assert_eq!(bed.client().put(&presigned, &photo).await, 400);
    let status = bed.client().status(&presigned).await;
    assert_eq!(status["status"], "awaiting_upload", "{status}");
}

async fn the_event_stream_begins_with_the_status_and_ends_with_the_outcome(cloud: Cloud) {
    let bed = service(cloud, &[]).await;
    let photo = photo();
    let presigned = bed.client().presign(photo.len()).await;
    let path = presigned["status_url"].as_str().unwrap();
    let url = format!("{}{path}/events", bed.client().issuer);
    let events = Client::new().get(&url).timeout(DEADLINE).send();
    let mut events = events.await.unwrap();
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    let first = events.chunk().await.unwrap().unwrap();
    assert!(first.starts_with(b"event: status\n"), "{first:?}");
    assert_eq!(bed.client().put(&presigned, &photo).await, 200);
    let mut stream = String::from_utf8(first.to_vec()).unwrap();
    while let Some(chunk) = events.chunk().await.unwrap() {
        stream.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    let ids: Vec<_> = stream
        .lines()
        .filter_map(|line| line.strip_prefix("id: "))
        .collect();
    assert_eq!(ids.first(), Some(&"awaiting_upload"), "{stream}");
    assert_eq!(ids.last(), Some(&"ready"), "{stream}");
    let data = stream
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .next_back();
    let outcome: Value = serde_json::from_str(data.unwrap()).unwrap();
    assert_eq!(outcome["variants"][0]["name"], "original", "{outcome}");

    let again = Client::new().get(&url).header("last-event-id", "ready");
    assert_eq!(again.send().await.unwrap().status(), 204);
    let resumed = Client::new()
        .get(&url)
        .header("last-event-id", "processing");
    let resumed = resumed.send().await.unwrap().text().await.unwrap();
    assert_eq!(resumed.matches("event: status").count(), 1, "{resumed}");
}

async fn a_deleted_upload_leaves_nothing_behind(cloud: Cloud) {
    let bed = service(cloud, &[]).await;
    let outcome = bed.client().upload(&photo()).await;
    let (raw, media) = (&bed.raw, &bed.media);
    let key = |name: &Value| name.as_str().unwrap().to_owned();
    let id = key(&outcome["id"]);
    let raw_key = key(&outcome["source"]["key"]);
    let mut objects = vec![
        (raw, raw_key),
        (raw, format!("manifests/avatar/u1/{id}.json")),
    ];
    for variant in outcome["variants"].as_array().unwrap() {
        objects.push((media, key(&variant["key"])));
    }
    for (bucket, key) in &objects {
        assert!(bucket.head(key).await.unwrap().is_some(), "{key}");
    }
    let url = format!("{}/v1/uploads/avatar/u1/{id}", bed.client().issuer);
    for _ in 0..2 {
        let response = Client::new().delete(&url).send().await.unwrap();
        assert_eq!(response.status(), 204);
        for (bucket, key) in &objects {
            assert_eq!(bucket.head(key).await.unwrap(), None, "{key}");
        }
    }
}

/// Deletions at different moments: before the event is received, while the image is rendered,
/// and while its variants are written.
async fn an_upload_that_is_deleted_while_it_is_processed_does_not_reappear(cloud: Cloud) {
    let bed = service(cloud, &[]).await;
    let (raw, media) = (&bed.raw, &bed.media);
    let photo = Jpeg::new(&scene(3000, 2000)).build();
    let mut deleted_while_processing = 0;
    for delay_ms in [0, 30, 60, 100, 150, 200, 300, 400] {
        let presigned = bed.client().presign(photo.len()).await;
        assert_eq!(bed.client().put(&presigned, &photo).await, 200);
        // There is no condition to wait for, because the time of the deletion is under test.
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
        let status = bed.client().status(&presigned).await;
        deleted_while_processing += usize::from(status["status"] == "processing");
        let path = presigned["status_url"].as_str().unwrap();
        let url = format!("{}{path}", bed.client().issuer);
        let deleted = Client::new().delete(&url).send().await.unwrap();
        assert_eq!(deleted.status(), 204);
    }
    assert!(
        deleted_while_processing > 0,
        "every upload was finished before it was deleted"
    );
    bed.wait_until_idle(DEADLINE).await.unwrap();
    let left = media.list("", None).await.unwrap().objects;
    assert!(left.is_empty(), "{left:?}");
    let left = raw.list("", None).await.unwrap().objects;
    let is_tombstone = |object: &ListedObject| object.key.starts_with(TOMBSTONE_PREFIX);
    assert!(left.iter().all(is_tombstone), "{left:?}");
}

async fn direct_uploads_in_every_encoding_have_outcomes(cloud: Cloud) {
    let bed = service(cloud, &[]).await;
    let url = format!("{}/v1/images?profile=avatar&owner=u7", bed.client().issuer);
    let photo = photo();
    let base64 = STANDARD.encode(&photo);
    let escaped = base64.replace('+', "%2B");
    let two = form(
        &[("album", "7")],
        &[("image", &photo), ("image", b"no image at all")],
    );
    let multipart = format!("multipart/form-data; boundary={BOUNDARY}");
    let as_json = json!({"images": [base64], "metadata": {"album": "7"}}).to_string();
    let as_form = format!("album=7&image={escaped}");
    for (content_type, body, states) in [
        (multipart.as_str(), two, &["ready", "rejected"][..]),
        ("application/json", as_json.into_bytes(), &["ready"]),
        (
            "application/x-www-form-urlencoded",
            as_form.into_bytes(),
            &["ready"],
        ),
    ] {
        let response = post(&url, content_type, body).await;
        assert_eq!(response.status(), 200, "{content_type}");
        let body: Value = response.json().await.unwrap();
        let uploads = body["uploads"].as_array().unwrap();
        let got: Vec<_> = uploads.iter().map(|upload| &upload["status"]).collect();
        assert_eq!(got, states, "{body}");
        for upload in uploads {
            assert_eq!(upload["metadata"]["album"], "7", "{body}");
            assert_eq!(upload["owner"], "u7");
            assert_eq!(
                bed.client().status(upload).await["status"],
                upload["status"]
            );
        }
    }
    let request = Client::new()
        .post(&url)
        .header("content-type", "image/jpeg");
    let accepted = request.body(photo).send().await.unwrap();
    assert_eq!(accepted.status(), 202);
    let accepted: Value = accepted.json().await.unwrap();
    let outcome = bed.client().outcome(&accepted["uploads"][0]).await;
    assert_eq!(outcome["status"], "ready", "{outcome}");
}

async fn inspection_reports_size_and_private_metadata(cloud: Cloud) {
    let bed = service(cloud, &[]).await;
    let url = format!("{}/v1/inspect", bed.client().issuer);
    let photo = Jpeg::new(&scene(90, 60))
        .exif(&Exif::new().orientation(6).gps(48.1, 11.5))
        .build();
    let one: Value = post(&url, "image/jpeg", photo.clone())
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(one["msg"], "success", "{one}");
    assert_eq!(one["size"], json!([90, 60]));
    assert_eq!(one["upright_size"], json!([60, 90]));
    assert_eq!(one["orientation"], 6);
    assert_eq!(one["format"], "jpeg");
    assert_eq!(one["bytes"], photo.len());
    let private = one["private_metadata"].as_array().unwrap();
    assert!(private.contains(&json!("gps")), "{one}");

    let refused = post(&url, "image/jpeg", "no image at all").await;
    assert_eq!(refused.status(), 422);
    let refused: Value = refused.json().await.unwrap();
    assert_eq!(refused["code"], "not_an_image");

    let both = form(&[], &[("image", &photo), ("image", b"no image at all")]);
    let both: Value = send_form(&url, both).await.json().await.unwrap();
    assert_eq!(both["images"][0], one);
    assert_eq!(both["images"][1]["error"]["code"], "not_an_image", "{both}");
    let raw = bed.raw.list("raw/", None).await.unwrap();
    assert!(raw.objects.is_empty(), "{raw:?}");
}
