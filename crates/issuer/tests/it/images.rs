//! Direct uploads and inspections that the service refuses before it stores anything.

use std::io;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http::Request;

use crate::harness::send;

fn post(path: &str, content_type: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post(path)
        .header("content-type", content_type)
        .body(body.into())
        .unwrap()
}

#[tokio::test]
async fn the_query_is_checked_before_the_body_is_read() {
    for (path, status, code) in [
        ("/v1/images", 404, "unknown_profile"),
        ("/v1/images?profile=nope&owner=u1", 404, "unknown_profile"),
        ("/v1/images?profile=avatar", 422, "owner_required"),
        (
            "/v1/images?profile=avatar&owner=a%2Fb",
            422,
            "invalid_owner",
        ),
        ("/v1/images?profile=a&profile=b", 422, "invalid_query"),
        ("/v1/inspect?profile=nope", 404, "unknown_profile"),
    ] {
        let never = Body::from_stream(stream::pending::<Result<Bytes, io::Error>>());
        let response = send(post(path, "image/png", never)).await;
        let actual = (response.status.as_u16(), response.code());
        assert_eq!((actual.0, actual.1.as_str()), (status, code), "{path}");
    }
}

#[tokio::test]
async fn metadata_that_s3_cannot_store_is_refused() {
    let path = "/v1/images?profile=avatar&owner=u1";
    let field = "x".repeat(3000);
    let form = format!(
        "--x\r\ncontent-disposition: form-data; name=\"image\"\r\n\r\nGIF89a\r\n\
         --x\r\ncontent-disposition: form-data; name=\"note\"\r\n\r\n{field}\r\n--x--\r\n"
    );
    let response = send(post(path, "multipart/form-data; boundary=x", form)).await;
    assert_eq!(response.code(), "metadata_too_large");
}
