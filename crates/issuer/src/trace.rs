//! The id, log line, metrics and span of every request.

use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use darkroom_telemetry::metric::{self, Metric};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use tracing::field::Empty;
use tracing::{Instrument, Span};
use utoipa::openapi::OpenApi;
use uuid::Uuid;

/// The header with the id of a request, in requests and responses.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The routes that load balancers and Prometheus request every few seconds.
const PROBES: [&str; 3] = ["/healthz", "/readyz", "/metrics"];
/// The header with the client's trace (W3C Trace Context).
const TRACEPARENT: &str = "traceparent";

/// The error statuses that a documented route may return. 410 is the status of a deleted upload.
const PROBLEM_STATUSES: [&str; 13] = [
    "400", "401", "403", "404", "408", "409", "410", "413", "415", "422", "429", "500", "503",
];

const MAX_ID_LENGTH: usize = 64;

/// Starts the metrics of all documented routes at zero.
pub(crate) fn start_metrics(document: &OpenApi) {
    for (route, item) in &document.paths.paths {
        for (method, operation) in [
            ("GET", &item.get),
            ("POST", &item.post),
            ("DELETE", &item.delete),
        ] {
            let Some(operation) = operation else {
                continue;
            };
            metric::start_at_zero(&[("route", &[route]), ("method", &[method])]);
            let statuses = operation.responses.responses.keys().map(String::as_str);
            let successes = statuses.filter(|status| status.starts_with('2'));
            for status in successes.chain(PROBLEM_STATUSES) {
                metric::REQUESTS.start(&[route, method, status]);
            }
        }
    }
}

/// Gives the request an id, logs and counts its result, and forbids clients to sniff the response.
/// Also forbids clients to store the response, unless the handler has set `Cache-Control`.
///
/// The log contains the route but never the path. Apart from the method, the only client text in
/// the log is the request id, after validation.
pub(crate) async fn trace(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = request_id(request.headers());
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let matched = matched.as_ref().map(MatchedPath::as_str);
    let route = matched.unwrap_or("none");
    let span = server_span(&request, &id, matched);
    let in_flight = metric::REQUESTS_IN_FLIGHT.track(1.0, []);
    span.in_scope(|| tracing::debug!("request started"));
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    drop(in_flight);
    darkroom_telemetry::record_response(&span, response.status());
    let elapsed = started.elapsed();
    count(route, &method, response.status(), elapsed);
    let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| {
        if PROBES.contains(&route) {
            tracing::debug!(status, elapsed_ms, "request finished");
        } else {
            tracing::info!(status, elapsed_ms, "request finished");
        }
    });
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id);
    let nosniff = HeaderValue::from_static("nosniff");
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Creates the span of a request. The span continues the client's trace.
fn server_span(request: &Request, id: &HeaderValue, route: Option<&str>) -> Span {
    let method = request.method();
    let span = tracing::info_span!(
        "request",
        request_id = id.to_str().unwrap_or_default(),
        %method,
        route = route.unwrap_or("none"),
        trace_id = Empty,
        otel.kind = "server",
        otel.name = darkroom_telemetry::server_span_name(method, route),
    );
    if let Some(Ok(parent)) = request.headers().get(TRACEPARENT).map(HeaderValue::to_str) {
        darkroom_telemetry::continue_trace(&span, parent);
    }
    darkroom_telemetry::record_trace_id(&span);
    darkroom_telemetry::record_request(&span, request, route);
    span
}

/// Counts a request. Unknown methods share one label value to keep the number of values small.
fn count(route: &str, method: &Method, status: StatusCode, elapsed: Duration) {
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::DELETE,
        Method::OPTIONS,
    ];
    let method = known.iter().find(|known| *known == method);
    let method = method.map_or("other", Method::as_str);
    metric::REQUESTS.add(1, [route, method, status.as_str()]);
    metric::REQUEST_TIME.record(elapsed.as_secs_f64(), [route, method]);
}

/// Returns the request id that the client sent if it is valid, otherwise a new id.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    let is_id = |value: &&HeaderValue| {
        let bytes = value.as_bytes();
        (1..=MAX_ID_LENGTH).contains(&bytes.len())
            && bytes
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
    };
    match headers.get(REQUEST_ID).filter(is_id) {
        Some(id) => id.clone(),
        // A UUID is always a valid header value.
        None => HeaderValue::from_str(&Uuid::now_v7().to_string())
            .unwrap_or(HeaderValue::from_static("none")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_for(value: &[u8]) -> HeaderValue {
        let mut headers = HeaderMap::new();
        headers.insert(REQUEST_ID, HeaderValue::from_bytes(value).unwrap());
        request_id(&headers)
    }

    #[test]
    fn a_valid_request_id_from_the_client_is_kept() {
        assert_eq!(id_for(b"abc-123_x.y"), "abc-123_x.y");
    }

    #[test]
    fn an_invalid_request_id_from_the_client_is_replaced() {
        for value in [&b"a b"[..], b"\"", b"\xff", b"", &[b'x'; 65]] {
            let id = id_for(value);
            assert_ne!(id.as_bytes(), value);
            assert!(Uuid::try_parse_ascii(id.as_bytes()).is_ok());
        }
    }
}
