//! The record of requests and responses.

use std::time::Instant;

use bytes::Bytes;
use hyper::header::{AUTHORIZATION, IF_NONE_MATCH};
use hyper::{Method, Request};

use super::operation::operation;

/// A request that the proxy received.
#[derive(Debug, Clone)]
pub struct RecordedRequest {
    /// The time of its arrival.
    pub at: Instant,
    /// The name that AWS gives to the operation, such as `GetObject`, or the method of any other
    /// request.
    pub operation: String,
    /// The path, still percent-encoded.
    pub path: String,
    /// The body of a POST request. It is empty for other methods, because objects are large.
    pub body: Bytes,
    /// The value of the `x-amz-copy-source` header, still percent-encoded, if there is one.
    pub copy_source: Option<String>,
    /// `true` if the request has an `If-None-Match` header.
    pub is_conditional: bool,
    /// `true` if the request has a signature, in a header or in the URL.
    pub is_signed: bool,
    /// `true` if a fault other than latency was injected.
    pub is_faulty: bool,
}

impl RecordedRequest {
    pub(super) fn new(request: &Request<Bytes>) -> Self {
        let body = match *request.method() {
            Method::POST => request.body().clone(),
            _ => Bytes::new(),
        };
        let query = request.uri().query().unwrap_or_default();
        Self {
            at: Instant::now(),
            operation: operation(request),
            path: request.uri().path().to_owned(),
            body,
            copy_source: copy_source(request),
            is_conditional: request.headers().contains_key(IF_NONE_MATCH),
            is_signed: request.headers().contains_key(AUTHORIZATION)
                || query.contains("X-Amz-Signature="),
            is_faulty: false,
        }
    }

    /// Returns `true` if the request is for this operation and has `part` in its path.
    #[must_use]
    pub fn is(&self, operation: &str, part: &str) -> bool {
        self.operation == operation && self.path.contains(part)
    }

    /// Returns the body as JSON, or `null` if it is not JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

fn copy_source(request: &Request<Bytes>) -> Option<String> {
    let source = request.headers().get("x-amz-copy-source")?.to_str().ok()?;
    Some(source.to_owned())
}

/// A request to SQS and the response to it, as an observer sees them.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// The name that AWS gives to the operation.
    pub operation: &'a str,
    /// The body of the request.
    pub request: &'a [u8],
    /// The body of the response.
    pub response: &'a [u8],
}
