//! Answers that the proxy gives itself, and bodies that it spoils.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use hyper::header::CONTENT_TYPE;
use hyper::{Response, StatusCode};

use super::rule::Fault;

/// Longer than a client on this machine takes to read what has arrived.
const READING: Duration = Duration::from_millis(100);

pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

pub(super) fn whole(bytes: Bytes) -> Body {
    Full::new(bytes)
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// The first bytes, then an error, upon which the connection is reset. A reset overtakes what the
/// client has not read yet, so it comes a little later.
pub(super) fn truncated(bytes: &Bytes, after: usize) -> Body {
    let first = bytes.slice(..after.min(bytes.len()));
    let end = async {
        tokio::time::sleep(READING).await;
        Err(reset())
    };
    let parts = stream::iter([Ok(Frame::data(first))]).chain(stream::once(end));
    BodyExt::boxed_unsync(StreamBody::new(parts))
}

/// All of them, a few at a time.
pub(super) fn trickling(bytes: Bytes, bytes_per_second: u32) -> Body {
    let at_once = (bytes_per_second / 10).max(1);
    let pause = Duration::from_secs(1) * at_once / bytes_per_second.max(1);
    let parts = stream::unfold(bytes, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let part = rest.split_to(rest.len().min(at_once as usize));
        Some((Ok(Frame::data(part)), rest))
    });
    BodyExt::boxed_unsync(StreamBody::new(parts.boxed()))
}

pub(super) fn reset() -> io::Error {
    io::ErrorKind::ConnectionReset.into()
}

/// A refusal in the words of the service: XML for S3, JSON for SQS.
pub(super) fn refusal(fault: Fault, is_sqs: bool) -> Response<Body> {
    let (status, code) = match fault {
        Fault::Forbidden => (StatusCode::FORBIDDEN, "AccessDenied"),
        Fault::SlowDown => (StatusCode::SERVICE_UNAVAILABLE, "SlowDown"),
        Fault::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable"),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "InternalError"),
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
    let mut answer = Response::new(whole(body.into()));
    *answer.status_mut() = status;
    let media_type = hyper::header::HeaderValue::from_static(media_type);
    answer.headers_mut().insert(CONTENT_TYPE, media_type);
    answer
}
