//! Tests of cross-origin requests to buckets without a CORS configuration.

use http::{Method, StatusCode};

use crate::client::{Response, send, start};

async fn preflight(origin: &str) -> Response {
    let dir = tempfile::tempdir().unwrap();
    let cloud = start(dir.path()).await.unwrap();
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "PUT"),
        (
            "access-control-request-headers",
            "Content-Type, If-None-Match",
        ),
    ];
    send(
        Method::OPTIONS,
        &format!("{}/darkroom-raw/raw/k", cloud.s3_url()),
        &headers,
        "",
    )
    .await
}

#[tokio::test]
async fn the_configured_origin_and_the_http_origins_of_this_machine_are_permitted() {
    for origin in [
        "https://app.example.org",
        "http://localhost:8080",
        "http://127.0.0.1:5173",
        "http://localhost",
    ] {
        let response = preflight(origin).await;
        assert_eq!(response.status, StatusCode::OK, "{origin}");
        assert_eq!(response.header("access-control-allow-origin"), Some(origin));
        assert_eq!(
            response.header("access-control-allow-headers"),
            Some("content-type, if-none-match")
        );
        assert!(
            response
                .header("access-control-allow-methods")
                .unwrap()
                .contains("PUT")
        );
    }
}

#[tokio::test]
async fn another_origin_is_refused() {
    for origin in [
        "https://evil.example",
        "http://localhost.evil.example",
        "null",
    ] {
        let response = preflight(origin).await;
        assert_eq!(response.status, StatusCode::FORBIDDEN, "{origin}");
        assert_eq!(response.header("access-control-allow-origin"), None);
    }
}

#[tokio::test]
async fn a_page_can_read_the_etag_and_error_responses() {
    let dir = tempfile::tempdir().unwrap();
    let cloud = start(dir.path()).await.unwrap();
    let url = format!("{}/darkroom-raw/raw/k", cloud.s3_url());
    let refused = send(
        Method::PUT,
        &url,
        &[("origin", "http://localhost:8080")],
        "x",
    )
    .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(
        refused.header("access-control-allow-origin"),
        Some("http://localhost:8080")
    );
    assert_eq!(
        refused.header("access-control-expose-headers"),
        Some("ETag")
    );
    let elsewhere = send(
        Method::PUT,
        &url,
        &[("origin", "https://evil.example")],
        "x",
    )
    .await;
    assert_eq!(elsewhere.header("access-control-allow-origin"), None);
}
