//! Uploads and requests that are refused or rejected.

use darkroom_cloud::{Bucket, PutOptions, Queue};
use darkroom_contract::{RawKey, UploadId};
use darkroom_harness::{Cloud, DEADLINE};
use darkroom_testkit::fixture::damage::{script, truncated};
use darkroom_testkit::fixture::{Jpeg, scene};
use darkroom_testkit::wait;
use serde_json::{Value, json};

use crate::test_bed::{on_both_clouds, service};

on_both_clouds!(
    invalid_images_are_rejected_with_a_code,
    an_object_over_the_limit_is_not_read,
    a_url_only_accepts_the_upload_that_it_was_signed_for,
    a_url_accepts_one_upload,
    a_url_expires,
    an_invalid_request_is_refused_with_a_code,
);

async fn invalid_images_are_rejected_with_a_code(cloud: Cloud) {
    let bed = service(cloud, &[("DARKROOM_PROFILES_AVATAR_MAX_WIDTH", "500")]).await;
    let photo = Jpeg::new(&scene(400, 300)).build();
    for (file, code) in [
        (script(), "unsupported_format"),
        (truncated(&photo, 50), "corrupt"),
        (Jpeg::new(&scene(501, 10)).build(), "dimensions_exceeded"),
        (b"nothing in particular".to_vec(), "not_an_image"),
    ] {
        let outcome = bed.client().upload(&file).await;
        assert_eq!(outcome["status"], "rejected", "{outcome}");
        assert_eq!(outcome["error"]["code"], code, "{outcome}");
        assert_eq!(outcome["variants"], Value::Null);
    }
    bed.wait_until_idle(DEADLINE).await.unwrap();
    let dead = bed.dead_letters.depth().await.unwrap();
    assert_eq!(dead.visible, 0, "a rejected image causes no dead letter");
}

/// Stores the object with credentials, because the issuer does not sign a URL for such an upload.
async fn an_object_over_the_limit_is_not_read(cloud: Cloud) {
    let bed = service(cloud, &[("DARKROOM_PROFILES_AVATAR_MAX_BYTES", "1000")]).await;
    let upload = RawKey {
        profile: "avatar".parse().unwrap(),
        owner: "u1".parse().unwrap(),
        id: UploadId::generate(),
    };
    let options = PutOptions {
        content_type: "image/jpeg",
        cache_control: "no-store",
    };
    let photo = Jpeg::new(&scene(400, 300)).build();
    let raw = &bed.raw;
    raw.put(&upload.to_string(), photo.clone().into(), options)
        .await
        .unwrap();
    let presigned = json!({"status_url": upload.status_path()});
    let outcome = bed.client().outcome(&presigned).await;
    assert_eq!(outcome["error"]["code"], "too_many_bytes", "{outcome}");
    assert_eq!(outcome["source"]["bytes"], photo.len());
    assert_eq!(outcome["source"]["sha256"], Value::Null);
}

async fn a_url_only_accepts_the_upload_that_it_was_signed_for(cloud: Cloud) {
    let bed = service(cloud, &[]).await;
    let client = bed.client();
    let photo = Jpeg::new(&scene(64, 48)).build();
    let fields = json!({"size": photo.len(), "metadata": {"album": "7"}});
    let presigned = client.presign_with(fields).await;
    let (url, headers) = (presigned["url"].as_str().unwrap(), &presigned["headers"]);
    let other_key = url.replacen("/raw/avatar/u1/", "/raw/avatar/u2/", 1);
    assert_ne!(other_key, url);
    assert_eq!(
        client.put_to(&other_key, headers, &photo).await,
        403,
        "another key"
    );
    let with = |name: &str, value: Value| {
        let mut headers = headers.clone();
        headers[name] = value;
        headers
    };
    for (name, value) in [
        ("content-type", "text/html"),
        ("x-amz-meta-darkroom", r#"{"metadata":{"album":"8"}}"#),
        ("if-none-match", "\"other\""),
    ] {
        let headers = with(name, json!(value));
        assert_eq!(
            client.put_to(url, &headers, &photo).await,
            403,
            "another {name}"
        );
    }
    assert_eq!(
        client.put_to(url, headers, &photo[1..]).await,
        403,
        "another length"
    );
    assert_eq!(client.status(&presigned).await["status"], "awaiting_upload");
    assert_eq!(client.put_to(url, headers, &photo).await, 200, "as signed");
}

async fn a_url_accepts_one_upload(cloud: Cloud) {
    let bed = service(cloud, &[]).await;
    let photo = Jpeg::new(&scene(64, 48)).build();
    let presigned = bed.client().presign(photo.len()).await;
    assert_eq!(bed.client().put(&presigned, &photo).await, 200);
    assert_eq!(bed.client().put(&presigned, &photo).await, 412);
}

async fn a_url_expires(cloud: Cloud) {
    let bed = service(cloud, &[("DARKROOM_ISSUER_UPLOAD_EXPIRY", "1s")]).await;
    let photo = Jpeg::new(&scene(64, 48)).build();
    let presigned = bed.client().presign(photo.len()).await;
    let expires_at = presigned["expires_at"].as_str().unwrap().to_owned();
    let format = &time::format_description::well_known::Rfc3339;
    let expires_at = time::OffsetDateTime::parse(&expires_at, format).unwrap();
    let past = async || time::OffsetDateTime::now_utc() > expires_at + time::Duration::seconds(1);
    wait::until_async("the expiry of the URL", DEADLINE, past)
        .await
        .unwrap();
    assert_eq!(bed.client().put(&presigned, &photo).await, 403);
    let expired = async || bed.client().status(&presigned).await["status"] == "expired";
    wait::until_async("the status expired", DEADLINE, expired)
        .await
        .unwrap();
}

async fn an_invalid_request_is_refused_with_a_code(cloud: Cloud) {
    let bed = service(cloud, &[]).await;
    let good = json!({
        "profile": "avatar", "owner": "u1", "content_type": "image/jpeg", "size": 1000,
    });
    for (field, value, status, code) in [
        ("profile", json!("nothing"), 404, "unknown_profile"),
        (
            "content_type",
            json!("application/pdf"),
            415,
            "unsupported_format",
        ),
        ("size", json!(10 * 1024 * 1024 + 1), 413, "too_many_bytes"),
        ("owner", json!("../u2"), 422, "invalid_owner"),
        ("size", json!(-1), 422, ""),
        ("size", Value::Null, 422, ""),
    ] {
        let mut body = good.clone();
        body[field] = value.clone();
        let (got, problem) = bed.client().post(&body).await;
        assert_eq!(got, status, "{field} = {value}: {problem}");
        assert_eq!(problem["status"], status, "{problem}");
        if !code.is_empty() {
            assert_eq!(problem["code"], code, "{problem}");
        }
        assert!(problem["code"].is_string(), "{problem}");
    }
}
