//! Error responses.

use axum::body::Body;
use darkroom_contract::UploadId;
use darkroom_issuer::IssuerSettings;
use http::Request;
use serde_json::json;

use crate::harness::{get, post, send, send_with};

#[tokio::test]
async fn every_error_is_a_problem_with_a_code() {
    let id = UploadId::generate();
    let text = Request::post("/v1/uploads")
        .header("content-type", "text/plain")
        .body(Body::from("{}"))
        .unwrap();
    let put = Request::put("/v1/uploads").body(Body::empty()).unwrap();
    for (request, status, code) in [
        (get("/nowhere"), 404, "not_found"),
        (get("/v1/uploads"), 404, "unknown_profile"),
        (get("/v1/uploads?profile=avatar"), 422, "owner_required"),
        (
            get("/v1/uploads?profile=avatar&owner=a%2Fb"),
            422,
            "invalid_owner",
        ),
        (
            get("/v1/uploads?profile=avatar&owner=u1&limit=101"),
            422,
            "invalid_query",
        ),
        (
            get("/v1/uploads?profile=avatar&owner=u1&after=1"),
            422,
            "invalid_query",
        ),
        (
            get("/v1/uploads?profile=avatar&owner=u1&order=up"),
            422,
            "invalid_query",
        ),
        (
            get("/v1/uploads?profile=avatar&owner=u1"),
            503,
            "store_unavailable",
        ),
        (put, 405, "method_not_allowed"),
        (text, 415, "unsupported_media_type"),
        (post("{"), 422, "invalid_json"),
        (post("{}"), 422, "missing_field"),
        (post(r#"{"profil": "avatar"}"#), 422, "unknown_field"),
        (post("x".repeat(40_000)), 413, "body_too_large"),
        (
            get(&format!("/v1/uploads/nope/u1/{id}")),
            404,
            "unknown_profile",
        ),
        (
            get(&format!("/v1/uploads/avatar/a%2Fb/{id}")),
            404,
            "unknown_upload",
        ),
        (
            get(&format!("/v1/uploads/avatar/%ff/{id}")),
            404,
            "unknown_upload",
        ),
        (get("/v1/uploads/avatar/u1/1"), 404, "unknown_upload"),
        (
            get(&format!("/v1/uploads/avatar/u1/{id}?wait=soon")),
            422,
            "invalid_wait",
        ),
        (
            get(&format!("/v1/uploads/avatar/u1/{id}?wait=-1")),
            422,
            "invalid_wait",
        ),
        (
            Request::delete("/v1/owners/u1")
                .body(Body::empty())
                .unwrap(),
            403,
            "operator_required",
        ),
        (get("/readyz"), 503, "store_unavailable"),
    ] {
        let what = format!("{} {}", request.method(), request.uri());
        let response = send(request).await;
        assert_eq!(
            (response.status.as_u16(), response.code().as_str()),
            (status, code),
            "{what}"
        );
        assert_eq!(
            response.header("x-content-type-options"),
            "nosniff",
            "{what}"
        );
        assert!(!response.header("x-request-id").is_empty(), "{what}");
    }
}

#[tokio::test]
async fn the_response_to_a_refused_method_names_the_allowed_methods() {
    assert_eq!(send(get("/v1/images")).await.header("allow"), "POST");
}

#[tokio::test]
async fn an_outage_of_the_store_is_a_503_with_retry_after() {
    let response = send(get(&format!(
        "/v1/uploads/avatar/u1/{}",
        UploadId::generate()
    )))
    .await;
    assert_eq!(response.status, 503);
    assert_eq!(response.code(), "store_unavailable");
    assert_eq!(response.header("retry-after"), "2");
    assert!(!response.text.contains("127.0.0.1"), "{}", response.text);
}

#[tokio::test]
async fn the_process_is_healthy_during_an_outage_of_the_store() {
    assert_eq!(send(get("/healthz")).await.status, 200);
}

#[tokio::test]
async fn a_hostile_owner_is_refused() {
    for owner in ["../x", "a/b", "a\r\nx: y", "a\0", "%2e%2e", "ü", "", " "] {
        let body = json!({
            "profile": "avatar", "owner": owner, "content_type": "image/png", "size": 1
        });
        let response = send(post(body.to_string())).await;
        assert_eq!(
            (response.status.as_u16(), response.code().as_str()),
            (422, "invalid_owner")
        );
        assert!(response.headers.get("location").is_none());
    }
}

fn preflight(origin: &str) -> Request<Body> {
    Request::options("/v1/uploads")
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type")
        .body(Body::empty())
        .unwrap()
}

#[tokio::test]
async fn a_page_may_call_the_service_if_its_origin_is_allowed() {
    let response = send(preflight("https://anyone.example")).await;
    assert_eq!(response.header("access-control-allow-origin"), "*");
    assert_eq!(response.header("access-control-allow-credentials"), "");
    let settings = IssuerSettings {
        cors_origins: vec!["https://app.example".to_owned()],
        ..IssuerSettings::default()
    };
    let mine = send_with(settings.clone(), preflight("https://app.example")).await;
    assert_eq!(
        mine.header("access-control-allow-origin"),
        "https://app.example"
    );
    let other = send_with(settings, preflight("https://evil.example")).await;
    assert_eq!(other.header("access-control-allow-origin"), "");
}
