//! Tests of refused requests and their error codes.

use base64::Engine as _;
use http::{Method, StatusCode};
use serde_json::json;

use crate::client::{send, sqs, start};

#[tokio::test]
async fn an_unsigned_request_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let cloud = start(dir.path()).await.unwrap();
    for (method, path) in [
        (Method::GET, ""),
        (Method::PUT, "/bucket"),
        (Method::GET, "/bucket/key"),
    ] {
        let response = send(method, &format!("{}{path}", cloud.s3_url()), &[], "").await;
        assert_eq!(response.status, StatusCode::FORBIDDEN);
        assert!(
            response.body.contains("<Code>AccessDenied</Code>"),
            "{}",
            response.body
        );
    }
    let target = [("x-amz-target", "AmazonSQS.ListQueues")];
    let response = send(Method::POST, &cloud.sqs_url(), &target, "{}").await;
    assert_eq!(response.status, StatusCode::FORBIDDEN);
    assert_eq!(
        response.json()["__type"],
        "com.amazonaws.sqs#MissingAuthenticationToken"
    );
}

#[tokio::test]
async fn expiration_is_reported_even_for_a_url_with_an_invalid_signature() {
    let dir = tempfile::tempdir().unwrap();
    let cloud = start(dir.path()).await.unwrap();
    let signature = "0".repeat(64);
    let url = format!(
        "{}/bucket/key?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=key%2F20200101%2Feu-central-1%2Fs3%2F\
         aws4_request&X-Amz-Date=20200101T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature={signature}",
        cloud.s3_url()
    );
    let response = send(Method::GET, &url, &[], "").await;
    assert_eq!(response.status, StatusCode::FORBIDDEN);
    assert!(
        response.body.contains("Request has expired"),
        "{}",
        response.body
    );
}

#[tokio::test]
async fn an_unknown_access_key_is_reported_as_invalid_access_key_id() {
    let dir = tempfile::tempdir().unwrap();
    let cloud = start(dir.path()).await.unwrap();
    let now = time::OffsetDateTime::now_utc();
    let format = time::macros::format_description!("[year][month][day]T[hour][minute][second]Z");
    let at = now.format(&format).unwrap();
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=stranger/{}/eu-central-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature={}",
        &at[..8],
        "0".repeat(64)
    );
    let headers = [
        ("authorization", authorization.as_str()),
        ("x-amz-date", at.as_str()),
        ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
    ];
    let response = send(Method::GET, &cloud.s3_url(), &headers, "").await;
    assert_eq!(response.status, StatusCode::FORBIDDEN);
    assert!(
        response.body.contains("<Code>InvalidAccessKeyId</Code>"),
        "{}",
        response.body
    );
}

#[tokio::test]
async fn an_error_reaches_a_client_that_is_still_sending() {
    let dir = tempfile::tempdir().unwrap();
    let cloud = start(dir.path()).await.unwrap();
    let url = format!("{}/bucket/key", cloud.s3_url());
    for _ in 0..5 {
        let response = send(Method::PUT, &url, &[], vec![0; 20_000_000]).await;
        assert_eq!(response.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn sqs_errors_have_the_codes_of_both_protocols() {
    let dir = tempfile::tempdir().unwrap();
    let cloud = start(dir.path()).await.unwrap();
    let response = sqs(
        &cloud.sqs_url(),
        "GetQueueUrl",
        json!({ "QueueName": "none" }),
    )
    .await;
    assert_eq!(response.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        response.json()["__type"],
        "com.amazonaws.sqs#QueueDoesNotExist"
    );
    assert_eq!(
        response.header("x-amzn-query-error"),
        Some("AWS.SimpleQueueService.NonExistentQueue;Sender")
    );
    let unknown = sqs(&cloud.sqs_url(), "DoSomething", json!({})).await;
    assert_eq!(
        unknown.json()["__type"],
        "com.amazonaws.sqs#UnknownOperationException"
    );
    let malformed = sqs(&cloud.sqs_url(), "CreateQueue", json!({ "QueueName": 7 })).await;
    assert_eq!(
        malformed.json()["__type"],
        "com.amazonaws.sqs#SerializationException"
    );
}

#[tokio::test]
async fn a_form_that_violates_its_policy_is_denied_with_the_condition() {
    let dir = tempfile::tempdir().unwrap();
    let cloud = start(dir.path()).await.unwrap();
    let policy = json!({
        "expiration": "2999-01-01T00:00:00Z",
        "conditions": [{ "bucket": "darkroom-raw" }, { "key": "raw/a" }, ["content-length-range", 1, 3]],
    });
    let policy = base64::engine::general_purpose::STANDARD.encode(policy.to_string());
    let url = format!("{}/darkroom-raw", cloud.s3_url());
    let post = async |key: &str, file: &str| {
        let field = |name: &str, value: &str| {
            format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let form = format!(
            "{}{}{}--b--\r\n",
            field("key", key),
            field("policy", &policy),
            field("file", file)
        );
        let headers = [("content-type", "multipart/form-data; boundary=b")];
        send(
            Method::POST,
            &url,
            &headers,
            form.replace("name=\"file\"", "name=\"file\"; filename=\"f\""),
        )
        .await
    };
    let other_key = post("raw/b", "x").await;
    assert_eq!(other_key.status, StatusCode::FORBIDDEN);
    assert!(
        other_key.body.contains("Invalid according to Policy"),
        "{}",
        other_key.body
    );
    let too_long = post("raw/a", "xxxx").await;
    assert_eq!(too_long.status, StatusCode::BAD_REQUEST);
    assert!(
        too_long.body.contains("<Code>EntityTooLarge</Code>"),
        "{}",
        too_long.body
    );
    let unsigned = post("raw/a", "x").await;
    assert_eq!(unsigned.status, StatusCode::FORBIDDEN);
    assert!(
        unsigned.body.contains("Signature is required"),
        "{}",
        unsigned.body
    );
}

/// botocore waits for "100 Continue" even if its request has no body.
#[tokio::test]
async fn the_connection_closes_if_the_client_waits_in_vain_for_100_continue() {
    let dir = tempfile::tempdir().unwrap();
    let cloud = start(dir.path()).await.unwrap();
    let url = format!("{}/bucket/key", cloud.s3_url());
    for body in ["", "body"] {
        let waits = [("expect", "100-continue")];
        let response = send(Method::PUT, &url, &waits, body).await;
        assert_eq!(response.status, StatusCode::FORBIDDEN);
        assert_eq!(response.header("connection"), Some("close"));
    }
    let response = send(Method::PUT, &url, &[], "").await;
    assert_eq!(response.header("connection"), None);
}

#[tokio::test]
async fn headers_of_unsupported_features_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let cloud = start(dir.path()).await.unwrap();
    let url = format!("{}/bucket/key", cloud.s3_url());
    for name in ["x-amz-tagging", "x-amz-website-redirect-location"] {
        let response = send(Method::PUT, &url, &[(name, "a=b")], "x").await;
        assert_eq!(response.status, StatusCode::NOT_IMPLEMENTED);
        assert!(response.body.contains(name), "{}", response.body);
    }
}
