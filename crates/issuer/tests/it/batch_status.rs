//! The status of many uploads in one request.

use axum::body::Body;
use darkroom_contract::UploadId;
use darkroom_issuer::{ApiKey, ApiKeySettings, AuthSettings, IssuerSettings, LimitSettings};
use http::{Request, header};
use serde_json::{Value, json};

use crate::harness::{TestResponse, issuer_with, send, send_to};

fn post(query: &str, body: &Value) -> Request<Body> {
    Request::post(format!("/v1/uploads/status{query}"))
        .header("content-type", "application/json")
        .body(body.to_string().into())
        .unwrap()
}

fn upload(owner: &str) -> Value {
    json!({"profile": "avatar", "owner": owner, "id": UploadId::generate()})
}

#[tokio::test]
async fn each_invalid_request_has_its_code() {
    let many: Vec<_> = (0..101).map(|_| upload("u1")).collect();
    for (query, body, status, code) in [
        ("", json!({"uploads": []}), 422, "invalid_uploads"),
        ("", json!({"uploads": many}), 422, "invalid_uploads"),
        ("", json!({"uploads": [{"id": 7}]}), 422, "invalid_uploads"),
        ("", json!({"uploads": "u1"}), 422, "invalid_uploads"),
        ("", json!({}), 422, "missing_field"),
        ("", json!({"upload": []}), 422, "unknown_field"),
        (
            "?wait=x",
            json!({"uploads": [upload("u1")]}),
            422,
            "invalid_wait",
        ),
        (
            "",
            json!({"uploads": [upload("u/1")]}),
            404,
            "unknown_upload",
        ),
        (
            "",
            json!({"uploads": [{"profile": "x", "owner": "u1", "id": UploadId::generate()}]}),
            404,
            "unknown_profile",
        ),
        (
            "",
            json!({"uploads": [upload("u1")]}),
            503,
            "store_unavailable",
        ),
    ] {
        let response = send(post(query, &body)).await;
        assert_eq!(response.code(), code, "{body}");
        assert_eq!(response.status, status, "{body}");
    }
}

#[tokio::test]
async fn a_problem_names_the_position_of_its_upload() {
    let body = json!({"uploads": [upload("u1"), upload("u/1")]});
    let detail = send(post("", &body)).await.json()["detail"].clone();
    assert!(
        detail.as_str().unwrap().starts_with("uploads[1]: "),
        "{detail}"
    );
}

/// Sends a request with a key that acts for `u1` only.
async fn send_as_u1(limits: LimitSettings, query: &str, body: &Value) -> TestResponse {
    let key = ApiKey::generate().unwrap();
    let auth = AuthSettings {
        keys: vec![ApiKeySettings {
            name: "u1".to_owned(),
            sha256: key.hash(),
            owner: Some("u1".parse().unwrap()),
            profiles: Vec::new(),
            operator: false,
            reviewer: false,
        }],
        ..AuthSettings::default()
    };
    let issuer = issuer_with(&auth, limits, IssuerSettings::default()).await;
    let mut request = post(query, body);
    let value = format!("Bearer {}", key.reveal()).parse().unwrap();
    request.headers_mut().insert(header::AUTHORIZATION, value);
    send_to(issuer.router(), request).await
}

#[tokio::test]
async fn a_key_cannot_read_the_uploads_of_another_owner() {
    let body = json!({"uploads": [upload("u1"), upload("u2")]});
    let response = send_as_u1(LimitSettings::default(), "", &body).await;
    assert_eq!(response.code(), "unknown_upload");
}

#[tokio::test]
async fn each_upload_counts_against_the_limits_of_its_owner() {
    let body = json!({"uploads": [upload("u1"), upload("u1"), upload("u1")]});
    let rate = LimitSettings {
        owner_rate: 1,
        owner_burst: 2,
        ..LimitSettings::default()
    };
    let waits = LimitSettings {
        owner_waits: 2,
        ..LimitSettings::default()
    };
    for (limits, query) in [(rate, ""), (waits, "?wait=1")] {
        let response = send_as_u1(limits, query, &body).await;
        assert_eq!(response.code(), "too_many_requests", "{query}");
        assert!(!response.header("retry-after").is_empty(), "{query}");
    }
}
