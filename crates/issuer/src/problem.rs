//! Error responses as problem documents (RFC 9457).

use std::error::Error;
use std::fmt;

use axum::response::{IntoResponse, Response};
use darkroom_cloud::CloudError;
use darkroom_contract::QuotaExcess;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

/// The number of seconds after which clients should try again when the store does not respond.
const RETRY_AFTER_SECONDS: u64 = 2;

/// An error response.
///
/// `type` is `about:blank`, so `title` is the reason phrase of the status (RFC 9457, section
/// 4.2.1). Programs branch on `code`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    /// The stable code in snake case.
    pub(crate) code: &'static str,
    /// The error and its remedy, for people.
    pub(crate) detail: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    quota: Option<QuotaExcess>,
}

/// A problem document (RFC 9457). Programs branch on `code`.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Document<'a> {
    /// Always `about:blank`. The `code` identifies the problem.
    r#type: &'a str,
    /// The name of the HTTP status.
    title: &'a str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// The error and its remedy, for people.
    detail: &'a str,
    /// The stable code of the error, for programs.
    #[schema(pattern = "^[a-z0-9_]+$")]
    code: &'a str,
    /// The numbers, if the code is `quota_exceeded`.
    #[serde(skip_serializing_if = "Option::is_none")]
    quota: Option<QuotaExcess>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl fmt::Display) -> Self {
        Self {
            status,
            code,
            detail: detail.to_string(),
            headers: Vec::new(),
            quota: None,
        }
    }

    /// Replaces the explanation for people.
    pub(crate) fn with_detail(mut self, detail: String) -> Self {
        self.detail = detail;
        self
    }

    /// Adds the numbers of a quota.
    pub(crate) const fn with_quota(mut self, excess: QuotaExcess) -> Self {
        self.quota = Some(excess);
        self
    }

    /// Adds a header to the response.
    pub(crate) fn with_header(mut self, name: HeaderName, value: impl Into<HeaderValue>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Adds a `Retry-After` header.
    pub(crate) fn with_retry_after(self, seconds: u64) -> Self {
        self.with_header(header::RETRY_AFTER, seconds)
    }

    /// Creates the problem for a well-formed request with unacceptable content.
    pub(crate) fn unprocessable(code: &'static str, detail: impl fmt::Display) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    pub(crate) fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "there is nothing at this path; check its spelling",
        )
    }

    pub(crate) fn invalid_query(detail: impl fmt::Display) -> Self {
        let detail = format_args!("the query is invalid: {detail}");
        Self::unprocessable("invalid_query", detail)
    }

    pub(crate) fn unknown_profile() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "unknown_profile",
            "no profile has this name; use one of the service's profiles",
        )
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "this path does not support this method; the Allow header lists those it supports",
        )
    }

    /// Creates the problem for a store that does not respond. The response gives no details; it
    /// only asks the client to try again later.
    pub(crate) fn store_unavailable() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "store_unavailable",
            "the store cannot be reached at the moment; try again later",
        )
        .with_retry_after(RETRY_AFTER_SECONDS)
    }

    /// Creates the problem for a service that is about to stop.
    pub(crate) fn stopping() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "stopping",
            "this process is about to stop; send requests to another one",
        )
    }

    /// Creates the problem for a defect in the service itself, such as a panic in a task. The
    /// details go to the log.
    pub(crate) fn internal_error(error: &(dyn Error + 'static)) -> Self {
        tracing::error!(error, "internal error");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_error",
            "the service has failed; its log has the details under this request's X-Request-Id",
        )
    }
}

impl From<CloudError> for Problem {
    fn from(error: CloudError) -> Self {
        tracing::warn!(%error, "the store failed");
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
            quota: self.quota,
        };
        let mut response = (self.status, axum::Json(document)).into_response();
        let headers = response.headers_mut();
        let problem_json = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, problem_json);
        headers.extend(self.headers);
        response
    }
}
