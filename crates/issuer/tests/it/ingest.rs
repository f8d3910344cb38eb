//! What is wrong with pictures that come through the service, found while they are read.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http::Request;
use serde_json::json;

use crate::harness::ask;

const IMAGES: &str = "/v1/images?profile=avatar&owner=u1";
const BOUNDARY: &str = "multipart/form-data; boundary=x";
const LIMIT: usize = 10 * 1024 * 1024;

fn post(path: &str, content_type: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post(path)
        .header("content-type", content_type)
        .body(body.into())
        .unwrap()
}

fn part(disposition: &str, content: &str) -> String {
    format!("--x\r\ncontent-disposition: form-data; {disposition}\r\n\r\n{content}\r\n")
}

fn form(parts: &[String]) -> String {
    format!("{}--x--\r\n", parts.concat())
}

#[tokio::test]
async fn each_fault_of_a_body_has_its_code() {
    let image = part("name=\"image\"", "GIF89a");
    let field = |size: usize| part("name=\"note\"", &"x".repeat(size));
    let json = |value: serde_json::Value| value.to_string();
    let seventeen = vec![image.clone(); 17];
    for (content_type, body, status, code) in [
        ("text/plain", "x".to_owned(), 415, "unsupported_media_type"),
        (
            "multipart/form-data",
            String::new(),
            422,
            "invalid_multipart",
        ),
        (BOUNDARY, "--x".to_owned(), 400, "body_incomplete"),
        (BOUNDARY, form(&[]), 422, "image_required"),
        (BOUNDARY, form(&[field(1)]), 422, "image_required"),
        (BOUNDARY, form(&[part("name=\"image\"", "")]), 422, "empty"),
        (
            BOUNDARY,
            form(&[part("filename=\"x\"", "x")]),
            422,
            "invalid_multipart",
        ),
        (
            BOUNDARY,
            form(&[field(5000), image.clone()]),
            422,
            "metadata_too_large",
        ),
        (
            BOUNDARY,
            form(&[image.clone(), field(3000)]),
            422,
            "metadata_too_large",
        ),
        (BOUNDARY, form(&seventeen), 413, "too_many_images"),
        ("application/json", "{".to_owned(), 422, "invalid_json"),
        (
            "application/json",
            json(json!({"pictures": []})),
            422,
            "invalid_json",
        ),
        (
            "application/json",
            json(json!({"images": []})),
            422,
            "image_required",
        ),
        (
            "application/json",
            json(json!({"images": ["!"]})),
            422,
            "invalid_base64",
        ),
        (
            "application/json",
            json(json!({"images": vec!["AA"; 17]})),
            413,
            "too_many_images",
        ),
        (
            "application/x-www-form-urlencoded",
            "album=7".to_owned(),
            422,
            "image_required",
        ),
        ("image/png", String::new(), 422, "empty"),
        ("image/tiff", "II*".to_owned(), 415, "unsupported_format"),
    ] {
        let what = format!("{content_type}: {}", &body[..body.len().min(80)]);
        let answer = ask(post(IMAGES, content_type, body)).await;
        let got = (answer.status.as_u16(), answer.code());
        assert_eq!((got.0, got.1.as_str()), (status, code), "{what}");
    }
}

#[tokio::test]
async fn the_purpose_is_checked_before_the_body_is_read() {
    for (path, status, code) in [
        ("/v1/images", 404, "unknown_profile"),
        ("/v1/images?profile=nope&owner=u1", 404, "unknown_profile"),
        ("/v1/images?profile=avatar", 422, "owner_required"),
        (
            "/v1/images?profile=avatar&owner=a%2Fb",
            422,
            "invalid_owner",
        ),
        ("/v1/inspect?profile=nope", 404, "unknown_profile"),
    ] {
        let never = Body::from_stream(stream::pending::<Result<Bytes, io::Error>>());
        let answer = ask(post(path, "image/png", never)).await;
        let got = (answer.status.as_u16(), answer.code());
        assert_eq!((got.0, got.1.as_str()), (status, code), "{path}");
    }
}

/// A body without end, and how much of it was taken.
fn endless(start: String) -> (Body, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&taken);
    let zeros = Bytes::from(vec![0; 64 * 1024]);
    let mut start = Some(Bytes::from(start));
    let chunks = stream::repeat_with(move || {
        let chunk = start.take().unwrap_or_else(|| zeros.clone());
        counter.fetch_add(chunk.len(), Ordering::Relaxed);
        Ok::<_, io::Error>(chunk)
    });
    (Body::from_stream(chunks), taken)
}

#[tokio::test]
async fn a_picture_without_end_is_cut_off_at_the_limit() {
    let part = "--x\r\ncontent-disposition: form-data; name=\"image\"\r\n\r\n";
    for (content_type, start) in [("image/png", ""), (BOUNDARY, part)] {
        let (body, taken) = endless(start.to_owned());
        let answer = ask(post(IMAGES, content_type, body)).await;
        assert_eq!(answer.status, 413, "{content_type}");
        assert_eq!(answer.code(), "too_many_bytes", "{content_type}");
        let taken = taken.load(Ordering::Relaxed);
        assert!(taken < LIMIT + 1024 * 1024, "{content_type}: {taken}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_falls_silent_is_let_go() {
    for content_type in ["image/png", BOUNDARY] {
        let silent = Body::from_stream(stream::pending::<Result<Bytes, io::Error>>());
        let answer = ask(post(IMAGES, content_type, silent)).await;
        assert_eq!(answer.status, 408, "{content_type}");
        assert_eq!(answer.code(), "body_timeout", "{content_type}");
    }
}
