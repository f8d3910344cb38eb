//! Clients that name form fields, files and content types in the way of their platforms.

use darkroom_harness::{Cloud, TestBed};
use darkroom_testkit::fixture::{Jpeg, scene};
use serde_json::{Value, json};

use crate::test_bed::service;

const BOUNDARY: &str = "x-boundary-x";

fn photo() -> Vec<u8> {
    Jpeg::new(&scene(300, 200)).build()
}

/// Returns a part of a form. `disposition` is the text after `form-data; `, and may add headers.
fn part(disposition: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; {disposition}\r\n\r\n");
    [head.as_bytes(), content, b"\r\n"].concat()
}

/// Sends a body to `/v1/images` and waits for the outcomes. Returns the status and the response.
async fn send(bed: &TestBed, content_type: Option<&str>, body: Vec<u8>) -> (u16, Value) {
    let url = format!("{}/v1/images?profile=avatar&owner=u1", bed.client().issuer);
    let mut request = reqwest::Client::new().post(url).header("prefer", "wait=60");
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    let response = request.body(body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn send_form(bed: &TestBed, parts: &[Vec<u8>]) -> (u16, Value) {
    let end = format!("--{BOUNDARY}--\r\n").into_bytes();
    let body = [parts.concat(), end].concat();
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    send(bed, Some(&content_type), body).await
}

fn statuses(response: &Value) -> Vec<&str> {
    let uploads = response["uploads"].as_array().unwrap().iter();
    uploads
        .map(|upload| upload["status"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn images_are_accepted_under_any_field_name_and_content_type() {
    let bed = service(Cloud::Dev, &[]).await;
    let parts = [
        part(
            "name=\"file\"; filename=\"a.jfif\"\r\ncontent-type: text/plain",
            &photo(),
        ),
        part(
            "name=\"image[]\"; filename=\"\"\r\ncontent-type: application/octet-stream",
            b"",
        ),
        part("name=\"images\"", &photo()),
        part(
            "name=\"photo\"; filename=\"IMG.HEIC\"\r\ncontent-type: image/heic",
            &photo(),
        ),
        part("name=\"image\"; filename=\"empty.jpg\"", b""),
        part("name=\"album\"", b"7"),
    ];
    let (status, response) = send_form(&bed, &parts).await;
    assert_eq!(status, 200, "{response}");
    assert_eq!(statuses(&response), ["ready", "ready", "ready", "rejected"]);
    assert_eq!(response["uploads"][3]["error"]["code"], "empty");
    assert_eq!(response["uploads"][0]["metadata"]["album"], "7");
    for content_type in [
        None,
        Some("application/x-www-form-urlencoded"),
        Some("image/tiff"),
    ] {
        let (status, response) = send(&bed, content_type, photo()).await;
        assert_eq!(status, 200, "{content_type:?}: {response}");
        assert_eq!(statuses(&response), ["ready"], "{content_type:?}");
    }
}

#[tokio::test]
async fn the_bytes_determine_the_format_and_the_declared_type_does_not() {
    let bed = service(Cloud::Dev, &[]).await;
    for content_type in [
        json!(null),
        json!("image/heic"),
        json!("image/jfif"),
        json!(""),
    ] {
        let presigned = json!({"content_type": content_type, "size": photo().len()});
        let presigned = bed.client().presign_with(presigned).await;
        assert_eq!(bed.client().put(&presigned, &photo()).await, 200);
        let outcome = bed.client().outcome(&presigned).await;
        assert_eq!(outcome["status"], "ready", "{content_type}: {outcome}");
        assert_eq!(outcome["source"]["format"], "jpeg");
    }
}

#[tokio::test]
async fn a_crop_box_may_have_fractions_of_pixels() {
    let bed = service(Cloud::Dev, &[]).await;
    let crop = json!({"x": -0.2, "y": 10.5, "width": 99.7, "height": 50.0});
    let presigned = json!({"crop": crop, "size": photo().len()});
    let presigned = bed.client().presign_with(presigned).await;
    assert_eq!(bed.client().put(&presigned, &photo()).await, 200);
    let outcome = bed.client().outcome(&presigned).await;
    let variant = &outcome["variants"][0];
    assert_eq!(
        (&variant["width"], &variant["height"]),
        (&json!(100), &json!(50)),
        "{outcome}"
    );
}
