//! Reading the body of a request within a size limit and a deadline.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::problem::Problem;

/// The media type of arbitrary bytes (RFC 2046, section 4.5.1).
pub(crate) const OCTET_STREAM: &str = "application/octet-stream";

/// Reads a small body into memory.
///
/// # Errors
/// `body_too_large` as soon as the body exceeds `max_bytes`, `body_timeout` if it takes longer than
/// `timeout`, or `body_incomplete` if the client disconnected.
pub(crate) async fn read(
    body: Body,
    max_bytes: usize,
    timeout: Duration,
) -> Result<Bytes, Problem> {
    let reading = Limited::new(body, max_bytes).collect();
    match tokio::time::timeout(timeout, reading).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            format_args!("the request body is too large; send {max_bytes} bytes at most"),
        )),
        Ok(Err(_)) => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "body_incomplete",
            "the request body ended early; send the whole body",
        )),
        Err(_) => Err(Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "body_timeout",
            format_args!(
                "the request body did not arrive within {} s; send it again",
                timeout.as_secs()
            ),
        )),
    }
}

/// Returns the media type of a body in lower case and without parameters, or `None` if the headers
/// do not state a media type.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let essence = value.split(';').next()?.trim();
    (!essence.is_empty()).then(|| essence.to_ascii_lowercase())
}
