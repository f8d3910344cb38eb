//! Every refusal, as a problem document (RFC 9457).

use std::fmt;

use axum::response::{IntoResponse, Response};
use darkroom_cloud::CloudError;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

/// After a failure of the store, clients come back in this many seconds.
const RETRY_AFTER_SECONDS: u64 = 2;

/// An answer that is not what the client asked for.
///
/// `type` is `about:blank`, so `title` is the status' own phrase (RFC 9457, section 4.2.1); what a
/// program branches on is `code`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    /// Stable, in snake case.
    pub(crate) code: &'static str,
    /// What a person reads.
    pub(crate) detail: String,
    /// Beside the document's own.
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// A refusal (RFC 9457). Programs branch on `code`.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Document<'a> {
    r#type: &'a str,
    title: &'a str,
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What a person reads.
    detail: &'a str,
    /// Stable, in snake case.
    #[schema(pattern = "^[a-z0-9_]+$")]
    code: &'a str,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl fmt::Display) -> Self {
        Self {
            status,
            code,
            detail: detail.to_string(),
            headers: Vec::new(),
        }
    }

    /// The same with one more header.
    pub(crate) fn with(mut self, name: HeaderName, value: impl Into<HeaderValue>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn retry_after(self, seconds: u64) -> Self {
        self.with(header::RETRY_AFTER, seconds)
    }

    /// A request that is well formed and still cannot be meant.
    pub(crate) fn unprocessable(code: &'static str, detail: impl fmt::Display) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    pub(crate) fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "there is nothing at this path",
        )
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "this path does not take this method; the Allow header says which it takes",
        )
    }

    /// What the store said is for the log; a client only learns that it may try again.
    pub(crate) fn store_unavailable() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "store_unavailable",
            "the store cannot be reached; try again",
        )
        .retry_after(RETRY_AFTER_SECONDS)
    }
}

impl From<CloudError> for Problem {
    fn from(error: CloudError) -> Self {
        tracing::warn!(%error, "the store was not willing");
        Self::store_unavailable()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let document = Document {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: &self.detail,
            code: self.code,
        };
        let mut response = (self.status, axum::Json(document)).into_response();
        let headers = response.headers_mut();
        let problem_json = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, problem_json);
        headers.extend(self.headers);
        response
    }
}
