//! Tests of requests that another site's page sends, directly or by DNS rebinding.

use http::{Method, StatusCode};

use crate::client::{Response, send, start};

/// Sends a request for an object and a request to SQS. `host` replaces the host of the servers.
async fn send_to_both(host: Option<&str>, origin: Option<&str>) -> [Response; 2] {
    let dir = tempfile::tempdir().unwrap();
    let cloud = start(dir.path()).await.unwrap();
    let headers: Vec<_> = [("host", host), ("origin", origin)]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .chain([("x-amz-target", "AmazonSQS.ListQueues")])
        .collect();
    let object = format!("{}/darkroom-raw/raw/k", cloud.s3_url());
    [
        send(Method::PUT, &object, &headers, vec![0; 1_000_000]).await,
        send(Method::POST, &cloud.sqs_url(), &headers, "{}").await,
    ]
}

#[tokio::test]
async fn requests_for_other_hosts_and_from_other_origins_are_refused() {
    for (host, origin, named) in [
        (Some("evil.example:9000"), None, "evil.example:9000"),
        (
            Some("evil.example"),
            Some("http://evil.example"),
            "evil.example",
        ),
        (None, Some("https://evil.example"), "https://evil.example"),
        (None, Some("null"), "null"),
    ] {
        let [s3, sqs] = send_to_both(host, origin).await;
        for response in [&s3, &sqs] {
            assert_eq!(response.status, StatusCode::FORBIDDEN, "{named}");
            assert!(response.body.contains(named), "{}", response.body);
            assert_eq!(response.header("access-control-allow-origin"), None);
        }
        assert!(s3.body.contains("<Code>AccessDenied</Code>"), "{}", s3.body);
        assert_eq!(
            sqs.json()["__type"],
            "com.amazonaws.sqs#AccessDeniedException"
        );
    }
}

/// The requests have no signature. Those that pass the check are refused for this reason instead.
#[tokio::test]
async fn requests_from_this_machine_and_from_allowed_hosts_and_origins_pass_the_check() {
    for (host, origin) in [
        (None, None),
        (Some("localhost:9000"), Some("http://127.0.0.1:8080")),
        (
            Some("store.example.org"),
            Some("http://store.example.org:8080"),
        ),
        (None, Some("https://app.example.org")),
    ] {
        let [s3, sqs] = send_to_both(host, origin).await;
        assert!(
            s3.body.contains("<Message>Signature is required"),
            "{}",
            s3.body
        );
        let code = "com.amazonaws.sqs#MissingAuthenticationToken";
        assert_eq!(sqs.json()["__type"], code);
    }
}

#[tokio::test]
async fn responses_of_s3_forbid_a_browser_to_run_them() {
    let [s3, _] = send_to_both(None, None).await;
    assert_eq!(s3.header("x-content-type-options"), Some("nosniff"));
    let policy = s3.header("content-security-policy").unwrap();
    assert!(
        policy.contains("default-src 'none'") && policy.ends_with("sandbox"),
        "{policy}"
    );
}
