//! Tests of reading all kinds of bodies, without a service.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use futures_util::stream;
use serde_json::json;
use tokio::sync::Semaphore;

use super::body_stream::BodyPace;
use super::image_batch::{ImageBatch, IngestLimits};
use crate::problem::Problem;

const BOUNDARY: &str = "multipart/form-data; boundary=x";
const MAX_IMAGE_BYTES: usize = 1024 * 1024;

async fn read(content_type: &str, body: impl Into<Body>) -> Result<ImageBatch, Problem> {
    let request = Request::post("/v1/images")
        .header("content-type", content_type)
        .body(body.into())
        .unwrap();
    let limits = IngestLimits {
        max_image_bytes: MAX_IMAGE_BYTES as u64,
        pace: BodyPace {
            read_timeout: Duration::from_secs(75),
            min_rate: 4096,
        },
        decoding: &Semaphore::new(1),
    };
    ImageBatch::from_request(request, limits).await
}

/// Returns the status and code of the problem that a body causes.
async fn problem(content_type: &str, body: impl Into<Body>) -> (u16, &'static str) {
    let problem = read(content_type, body).await.unwrap_err();
    (problem.status.as_u16(), problem.code)
}

fn part(disposition: &str, content: &str) -> String {
    format!("--x\r\ncontent-disposition: form-data; {disposition}\r\n\r\n{content}\r\n")
}

fn form(parts: &[String]) -> String {
    format!("{}--x--\r\n", parts.concat())
}

#[tokio::test]
async fn images_and_fields_of_a_form_are_kept_apart() {
    let parts = [
        part("name=\"image\"", "GIF89a"),
        part("name=\"album\"", "7"),
        part("name=\"image\"", "BM"),
    ];
    let batch = read(BOUNDARY, form(&parts)).await.unwrap();
    let sizes: Vec<_> = batch.images.iter().map(|image| image.bytes).collect();
    assert_eq!(sizes, [6, 2]);
    assert_eq!(batch.fields["album"], "7");
    assert_eq!(batch.images[0].read().await.unwrap(), b"GIF89a");
}

#[tokio::test]
async fn an_invalid_form_has_its_code() {
    let image = part("name=\"image\"", "GIF89a");
    let field = |bytes: usize| part("name=\"note\"", &"x".repeat(bytes));
    let nameless = form(&[part("filename=\"x\"", "x")]);
    let large_field = form(&[field(5000), image.clone()]);
    for (body, expected) in [
        ("--x".to_owned(), (400, "body_incomplete")),
        (form(&[]), (422, "image_required")),
        (form(&[field(1)]), (422, "image_required")),
        (form(&[part("name=\"image\"", "")]), (422, "empty")),
        (nameless, (422, "invalid_multipart")),
        (large_field, (422, "metadata_too_large")),
        (form(&vec![image; 17]), (413, "too_many_images")),
    ] {
        assert_eq!(problem(BOUNDARY, body.clone()).await, expected, "{body}");
    }
    let without_boundary = problem("multipart/form-data", Body::empty()).await;
    assert_eq!(without_boundary, (422, "invalid_multipart"));
}

#[tokio::test]
async fn any_other_invalid_body_has_its_code() {
    let json = "application/json";
    let too_many = json!({"images": vec!["AA"; 17]}).to_string();
    for (content_type, body, expected) in [
        ("text/plain", "x", (415, "unsupported_media_type")),
        (json, "{", (422, "invalid_json")),
        (json, r#"{"photos": []}"#, (422, "invalid_json")),
        (json, r#"{"images": []}"#, (422, "image_required")),
        (json, r#"{"images": ["!"]}"#, (422, "invalid_base64")),
        (json, &too_many, (413, "too_many_images")),
        (
            "application/x-www-form-urlencoded",
            "album=7",
            (422, "image_required"),
        ),
        ("image/png", "", (422, "empty")),
    ] {
        let actual = problem(content_type, body.to_owned()).await;
        assert_eq!(actual, expected, "{content_type}: {body}");
    }
}

/// Returns an endless body, and a count of the bytes that were taken from it.
fn endless(start: &str) -> (Body, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&taken);
    let zeros = Bytes::from(vec![0; 64 * 1024]);
    let mut start = Some(Bytes::from(start.to_owned()));
    let chunks = stream::repeat_with(move || {
        let chunk = start.take().unwrap_or_else(|| zeros.clone());
        counter.fetch_add(chunk.len(), Ordering::Relaxed);
        Ok::<_, io::Error>(chunk)
    });
    (Body::from_stream(chunks), taken)
}

#[tokio::test]
async fn an_endless_image_is_refused_at_the_limit() {
    let part = "--x\r\ncontent-disposition: form-data; name=\"image\"\r\n\r\n";
    for (content_type, start) in [("image/png", ""), (BOUNDARY, part)] {
        let (body, taken) = endless(start);
        let expected = (413, "too_many_bytes");
        assert_eq!(
            problem(content_type, body).await,
            expected,
            "{content_type}"
        );
        let taken = taken.load(Ordering::Relaxed);
        assert!(
            taken < MAX_IMAGE_BYTES + 1024 * 1024,
            "{content_type}: {taken}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_stops_sending_is_refused_after_the_timeout() {
    for content_type in ["image/png", BOUNDARY] {
        let silent = Body::from_stream(stream::pending::<Result<Bytes, io::Error>>());
        let expected = (408, "body_timeout");
        assert_eq!(
            problem(content_type, silent).await,
            expected,
            "{content_type}"
        );
    }
}
