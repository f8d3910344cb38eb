//! Error responses of the proxy, and bodies that it truncates or slows down.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use hyper::header::{CONTENT_TYPE, DATE, HeaderValue};
use hyper::{Response, StatusCode};
use time::OffsetDateTime;
use time::macros::format_description;

use super::rule::Fault;

/// The delay of a reset. It is longer than a client on this machine needs to read the bytes that
/// have arrived.
const READ_TIME: Duration = Duration::from_millis(100);

pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

pub(super) fn whole(bytes: Bytes) -> Body {
    Full::new(bytes)
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// Sends the first bytes, then an error that resets the connection. The reset is slightly delayed,
/// because an immediate reset would discard bytes that the client has not read yet.
pub(super) fn truncated(bytes: &Bytes, after: usize) -> Body {
    let first = bytes.slice(..after.min(bytes.len()));
    let end = async {
        tokio::time::sleep(READ_TIME).await;
        Err(reset())
    };
    let parts = stream::iter([Ok(Frame::data(first))]).chain(stream::once(end));
    BodyExt::boxed_unsync(StreamBody::new(parts))
}

/// Sends all bytes, a few at a time.
pub(super) fn trickling(bytes: Bytes, bytes_per_second: u32) -> Body {
    let chunk = (bytes_per_second / 10).max(1);
    let pause = Duration::from_secs(1) * chunk / bytes_per_second.max(1);
    let parts = stream::unfold(bytes, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let part = rest.split_to(rest.len().min(chunk as usize));
        Some((Ok(Frame::data(part)), rest))
    });
    BodyExt::boxed_unsync(StreamBody::new(parts.boxed()))
}

/// Sets the date of a response to a time `seconds` from now.
pub(super) fn with_skewed_date(mut response: Response<Bytes>, seconds: i64) -> Response<Bytes> {
    let format = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    let date = OffsetDateTime::now_utc() + time::Duration::seconds(seconds);
    let date = date.format(format).ok();
    let date = date.and_then(|date| HeaderValue::from_str(&date).ok());
    if let Some(date) = date {
        response.headers_mut().insert(DATE, date);
    }
    response
}

pub(super) fn reset() -> io::Error {
    io::ErrorKind::ConnectionReset.into()
}

/// Returns the error response for a fault, in the format of the service: XML for S3, JSON for SQS.
/// Returns `None` for a fault that is not an error response.
pub(super) fn error(fault: Fault, is_sqs: bool) -> Option<Response<Body>> {
    let (status, code) = match fault {
        Fault::Forbidden => (StatusCode::FORBIDDEN, "AccessDenied"),
        Fault::SlowDown => (StatusCode::SERVICE_UNAVAILABLE, "SlowDown"),
        Fault::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable"),
        Fault::NotImplemented => (StatusCode::NOT_IMPLEMENTED, "NotImplemented"),
        Fault::InternalError => (StatusCode::INTERNAL_SERVER_ERROR, "InternalError"),
        _ => return None,
    };
    let (media_type, body) = if is_sqs {
        let body =
            format!(r#"{{"__type":"com.amazonaws.sqs#{code}","message":"by the fault proxy"}}"#);
        ("application/x-amz-json-1.0", body)
    } else {
        let body = format!(
            r#"<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>by the fault proxy</Message></Error>"#
        );
        ("application/xml", body)
    };
    let mut response = Response::new(whole(body.into()));
    *response.status_mut() = status;
    let media_type = HeaderValue::from_static(media_type);
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    Some(response)
}
