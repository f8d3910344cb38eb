//! Tests of reading all kinds of bodies, without a service.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde_json::json;
use tokio::sync::Semaphore;

use super::body_stream::BodyPace;
use super::image_batch::{ImageBatch, IngestLimits};
use super::temp_budget::TempBudget;
use crate::client::Client;
use crate::limits::LimitSettings;
use crate::problem::Problem;

const BOUNDARY: &str = "multipart/form-data; boundary=x";
const MAX_IMAGE_BYTES: usize = 1024 * 1024;

async fn read(content_type: &str, body: impl Into<Body>) -> Result<ImageBatch, Problem> {
    let request = Request::post("/v1/images")
        .header("content-type", content_type)
        .body(body.into())
        .unwrap();
    let settings = LimitSettings::default();
    let limits = IngestLimits {
        max_image_bytes: MAX_IMAGE_BYTES as u64,
        pace: BodyPace {
            read_timeout: Duration::from_secs(75),
            min_rate: 4096,
        },
        temp_budget: &TempBudget::new(&settings, MAX_IMAGE_BYTES as u64),
        client: &Client::Caller("key:web".to_owned()),
        decoding: &Arc::new(Semaphore::new(1)),
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
    assert_eq!(batch.images[0].read().await.unwrap(), b"GIF89a");
    assert_eq!(batch.fields.into_values()["album"], "7");
}

/// Returns a part with the media type `kind`.
fn typed(disposition: &str, kind: &str, content: &str) -> String {
    part(&format!("{disposition}\r\ncontent-type: {kind}"), content)
}

#[tokio::test]
async fn a_part_is_an_image_if_it_has_the_name_of_an_image_field_or_is_a_file_other_than_json() {
    let named = |name: &str| part(&format!("name=\"{name}\""), "GIF89a");
    let parts = [
        named("file"),
        named("files"),
        named("images"),
        named("image[]"),
        typed("name=\"image\"", "text/plain", "GIF89a"),
        part("name=\"photo\"; filename=\"a.bin\"", "GIF89a"),
        typed("name=avatar; filename=x", "application/pdf", "GIF89a"),
        typed("name=\"note\"; filename=\"blob\"", "application/json", "{}"),
        part("name=\"album\"", "7"),
    ];
    let batch = read(BOUNDARY, form(&parts)).await.unwrap();
    assert_eq!(batch.images.len(), 7);
    let fields = batch.fields.into_values();
    assert_eq!(
        (fields["note"].as_str(), fields["album"].as_str()),
        ("{}", "7")
    );
}

#[tokio::test]
async fn a_file_name_may_have_any_bytes() {
    let head = b"--x\r\ncontent-disposition: form-data; name=\"image\"; filename=\"";
    let names: [&[u8]; 4] = [b"caf\xe9.jpg", b"\xff\xfe", b"a;b=c.jpg", b"C:\\x.jpg"];
    for name in names {
        let body = [head, name, b"\"\r\n\r\nGIF89a\r\n--x--\r\n"].concat();
        let batch = read(BOUNDARY, body).await.unwrap();
        assert_eq!(batch.images.len(), 1, "{name:?}");
    }
}

#[tokio::test]
async fn an_empty_image_without_a_file_name_is_skipped_beside_another_image() {
    let unchosen = [
        part("name=\"image\"; filename=\"\"", ""),
        typed(
            "name=\"file\"; filename=\"\"",
            "application/octet-stream",
            "",
        ),
        part("name=\"image\"", ""),
    ];
    for empty in unchosen {
        let parts = [
            empty.clone(),
            part("name=\"image\"", "GIF89a"),
            empty.clone(),
        ];
        let batch = read(BOUNDARY, form(&parts)).await.unwrap();
        assert_eq!(batch.images.len(), 1, "{empty}");
        assert_eq!(problem(BOUNDARY, form(&[empty])).await, (422, "empty"));
    }
    let json = json!({"images": ["", "R0lGODlh", ""]}).to_string();
    let batch = read("application/json", json).await.unwrap();
    assert_eq!(batch.images.len(), 1);
}

#[tokio::test]
async fn an_empty_image_with_a_file_name_counts_as_an_image() {
    let empty = part("name=\"image\"; filename=\"a.jpg\"", "");
    let parts = [empty.clone(), part("name=\"image\"", "GIF89a")];
    let batch = read(BOUNDARY, form(&parts)).await.unwrap();
    let sizes: Vec<_> = batch.images.iter().map(|image| image.bytes).collect();
    assert_eq!(sizes, [0, 6]);
    assert_eq!(problem(BOUNDARY, form(&[empty])).await, (422, "empty"));
}

#[tokio::test]
async fn an_image_that_is_declared_as_a_form_or_not_at_all_is_read_as_an_image() {
    let image = b"GIF89a\x01\0\x01\0".as_slice();
    for content_type in ["application/x-www-form-urlencoded", "", "image/x"] {
        let batch = read(content_type, image).await.unwrap();
        assert_eq!(batch.images.len(), 1, "{content_type}");
        assert_eq!(batch.images[0].read().await.unwrap(), image);
    }
    let large = vec![0; MAX_IMAGE_BYTES + 1];
    let form = problem("application/x-www-form-urlencoded", large).await;
    assert_eq!(form, (413, "too_many_bytes"));
}

#[tokio::test]
async fn each_kind_of_invalid_form_has_its_code() {
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
async fn each_other_kind_of_invalid_body_has_its_code() {
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

/// Returns an endless body, and a count of the bytes that the service has read from it.
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

/// Returns a body that begins with `start` and then repeats `chunk` after every `pause`.
fn slow(start: Vec<u8>, chunk: &'static [u8], pause: Duration) -> Body {
    let rest = stream::unfold((), move |()| async move {
        tokio::time::sleep(pause).await;
        Some((Ok::<_, io::Error>(Bytes::from_static(chunk)), ()))
    });
    let start = stream::iter([Ok(Bytes::from(start))]);
    Body::from_stream(start.chain(rest))
}

#[tokio::test(start_paused = true)]
async fn a_fast_start_does_not_permit_a_slow_rest() {
    let started_at = tokio::time::Instant::now();
    let body = slow(
        vec![0; MAX_IMAGE_BYTES - 1000],
        b"x",
        Duration::from_secs(60),
    );
    assert_eq!(problem("image/png", body).await, (408, "body_timeout"));
    assert!(started_at.elapsed() < Duration::from_secs(150));
}

#[tokio::test(start_paused = true)]
async fn a_client_at_the_minimum_rate_does_not_time_out() {
    static CHUNK: [u8; 4096] = [0; 4096];
    let body = slow(Vec::new(), &CHUNK, Duration::from_secs(1));
    let expected = (413, "too_many_bytes");
    assert_eq!(problem("image/png", body).await, expected);
}

#[tokio::test]
async fn endless_headers_of_a_part_are_refused() {
    let endless_header = b"--x\r\ncontent-disposition: form-data; name=\"".to_vec();
    for start in [Vec::new(), endless_header] {
        for chunk in [b"y".as_slice(), &[b'y'; 4096]] {
            let start = stream::iter([Ok(Bytes::from(start.clone()))]);
            let rest = stream::repeat_with(move || Ok::<_, io::Error>(Bytes::from_static(chunk)));
            let body = Body::from_stream(start.chain(rest));
            let expected = (422, "invalid_multipart");
            assert_eq!(problem(BOUNDARY, body).await, expected);
        }
    }
}

#[tokio::test]
async fn parts_may_arrive_in_chunks_of_any_size() {
    let content = "G".repeat(20_000);
    let parts = [
        part("name=\"image\"", &content),
        part("name=\"album\"", "7"),
        part("name=\"image\"", &content),
    ];
    let form = form(&parts);
    for size in [1, 7, 8192, 30_000] {
        let chunks: Vec<_> = form.as_bytes().chunks(size).map(<[u8]>::to_vec).collect();
        let chunks = chunks
            .into_iter()
            .map(|chunk| Ok::<_, io::Error>(Bytes::from(chunk)));
        let batch = read(BOUNDARY, Body::from_stream(stream::iter(chunks))).await;
        let sizes: Vec<_> = batch
            .unwrap()
            .images
            .iter()
            .map(|image| image.bytes)
            .collect();
        assert_eq!(sizes, [20_000, 20_000], "{size}");
    }
}

#[tokio::test]
async fn the_number_of_parts_is_limited() {
    let empty = part("name=\"image\"", "");
    let form = form(&vec![empty; 300]);
    assert_eq!(problem(BOUNDARY, form).await, (422, "invalid_multipart"));
}
