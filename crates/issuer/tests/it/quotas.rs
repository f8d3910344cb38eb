//! Quotas and the usage of an owner.

use axum::Router;
use axum::body::Body;
use bytesize::ByteSize;
use darkroom_contract::{Profile, RawKey};
use darkroom_issuer::{ApiKey, ApiKeySettings, AuthSettings};
use darkroom_uploads::MemoryStore;
use http::{Request, header};
use serde_json::{Value, json};

use crate::harness::{TestResponse, get, issuer_over, post, send_to};

/// Creates a store whose profile `avatar` has these quotas, and another profile without quotas.
fn store(uploads: Option<u64>, bytes: Option<u64>) -> MemoryStore {
    let avatar = Profile {
        prefix: "avatars".to_owned(),
        max_bytes: ByteSize::b(1000),
        quota_uploads: uploads,
        quota_bytes: bytes.map(ByteSize::b),
        ..Profile::default()
    };
    let free = Profile {
        prefix: "free".to_owned(),
        ..Profile::default()
    };
    let profiles = [("avatar", avatar), ("free", free)];
    let profiles = profiles.map(|(name, profile)| (name.parse().unwrap(), profile));
    MemoryStore::with_profiles(profiles.into_iter().collect())
}

async fn router(test: &MemoryStore) -> Router {
    let issuer = issuer_over(&test.store, &AuthSettings::default()).await;
    issuer.router()
}

/// Requests a URL for an upload of `u1`.
async fn create(router: &Router, changes: Value) -> TestResponse {
    let mut body = json!({"profile": "avatar", "owner": "u1", "size": 100});
    let changes = changes.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(changes);
    send_to(router.clone(), post(body.to_string())).await
}

fn raw_key(created: &TestResponse) -> RawKey {
    assert_eq!(created.status, 201, "{}", created.text);
    let upload = created.json();
    let part = |name: &str| upload[name].as_str().unwrap().to_owned();
    let key = format!("raw/{}/{}/{}", part("profile"), part("owner"), part("id"));
    RawKey::parse(&key).unwrap()
}

/// Sends images of these sizes through the issuer.
async fn send_images(router: &Router, sizes: &[usize]) -> TestResponse {
    let part = |size: &usize| {
        let image = "x".repeat(*size);
        format!("--b\r\ncontent-disposition: form-data; name=\"image\"\r\n\r\n{image}\r\n")
    };
    let parts: String = sizes.iter().map(part).collect();
    let request = Request::post("/v1/images?profile=avatar&owner=u1")
        .header("content-type", "multipart/form-data; boundary=b")
        .body(Body::from(format!("{parts}--b--\r\n")))
        .unwrap();
    send_to(router.clone(), request).await
}

#[tokio::test]
async fn a_url_beyond_a_quota_is_refused_with_the_numbers() {
    let test = store(Some(2), None);
    let router = router(&test).await;
    for _ in 0..2 {
        test.put(&raw_key(&create(&router, json!({})).await), vec![0; 100]);
    }
    let refused = create(&router, json!({})).await;
    assert_eq!(refused.status, 409);
    assert_eq!(refused.code(), "quota_exceeded");
    let expected = json!({"name": "quota_uploads", "limit": 2, "used": 2, "requested": 1});
    assert_eq!(refused.json()["quota"], expected);
    for changes in [json!({"owner": "u2"}), json!({"profile": "free"})] {
        assert_eq!(
            create(&router, changes.clone()).await.status,
            201,
            "{changes}"
        );
    }
}

#[tokio::test]
async fn a_form_without_a_size_counts_as_the_largest_file() {
    let test = store(None, Some(1500));
    let router = router(&test).await;
    let form = json!({"method": "POST", "size": null});
    assert_eq!(create(&router, form.clone()).await.status, 201);
    let refused = create(&router, form).await;
    let expected = json!({"name": "quota_bytes", "limit": 1500, "used": 1000, "requested": 1000});
    assert_eq!(refused.json()["quota"], expected);
    assert_eq!(create(&router, json!({"size": 500})).await.status, 201);
}

#[tokio::test]
async fn direct_uploads_beyond_a_quota_are_refused_as_a_whole() {
    let test = store(Some(3), Some(1000));
    let router = router(&test).await;
    assert_eq!(send_images(&router, &[100, 100]).await.status, 202);
    for (sizes, name) in [(&[1, 1][..], "quota_uploads"), (&[801], "quota_bytes")] {
        let refused = send_images(&router, sizes).await;
        assert_eq!(refused.code(), "quota_exceeded");
        assert_eq!(refused.json()["quota"]["name"], name);
    }
    assert_eq!(
        test.raw.keys().len(),
        2,
        "nothing of a refused request is stored"
    );
    assert_eq!(send_images(&router, &[800]).await.status, 202);
    // The space of a direct upload is free again as soon as it is deleted.
    let key = RawKey::parse(&test.raw.keys()[0]).unwrap();
    test.store.delete(&key).await.unwrap();
    assert_eq!(send_images(&router, &[100]).await.status, 202);
}

#[tokio::test]
async fn an_owner_reads_its_own_usage_and_an_operator_that_of_everyone() {
    let test = store(Some(5), None);
    let settings = |owner: Option<&str>, operator| {
        let key = ApiKey::generate().unwrap();
        let settings = ApiKeySettings {
            name: format!("{owner:?}"),
            sha256: key.hash(),
            owner: owner.map(|owner| owner.parse().unwrap()),
            profiles: Vec::new(),
            operator,
            reviewer: false,
        };
        (key, settings)
    };
    let (own, own_settings) = settings(Some("u1"), false);
    let (operator, operator_settings) = settings(None, true);
    let auth = AuthSettings {
        keys: vec![own_settings, operator_settings],
        ..AuthSettings::default()
    };
    let router = issuer_over(&test.store, &auth).await.router();
    let usage = async |key: &ApiKey, path: &str| {
        let mut request = get(path);
        let value = format!("Bearer {}", key.reveal()).parse().unwrap();
        request.headers_mut().insert(header::AUTHORIZATION, value);
        send_to(router.clone(), request).await
    };
    test.put(&MemoryStore::new_key(), "bytes");
    let expected = json!({"owner": "u1", "profiles": [
        {"profile": "avatar", "uploads": 1, "bytes": 5, "quota_uploads": 5},
        {"profile": "free", "uploads": 0, "bytes": 0},
    ]});
    for key in [&own, &operator] {
        assert_eq!(usage(key, "/v1/owners/u1/usage").await.json(), expected);
    }
    let one = usage(&own, "/v1/owners/u1/usage?profile=free").await.json();
    assert_eq!(one["profiles"].as_array().unwrap().len(), 1);
    let other = usage(&operator, "/v1/owners/u2/usage").await.json();
    assert_eq!(other["profiles"][0]["uploads"], 0);
    for (path, code) in [
        ("/v1/owners/u2/usage", "forbidden_owner"),
        ("/v1/owners/u1/usage?profile=none", "unknown_profile"),
        ("/v1/owners/u1/usage?x=1", "invalid_query"),
    ] {
        assert_eq!(usage(&own, path).await.code(), code, "{path}");
    }
}
