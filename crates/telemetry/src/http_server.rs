//! The attributes of server spans, by OpenTelemetry's semantic conventions for HTTP.

use http::header::{HOST, USER_AGENT};
use http::uri::Authority;
use http::{Method, Request, StatusCode, Version};
use opentelemetry::trace::Status;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// Records the attributes of a request in its server span.
///
/// The query is left out, because it may contain a client's secrets. The path does not appear in
/// the log, because only the collector receives attributes.
pub fn record_request<B>(span: &Span, request: &Request<B>, route: Option<&str>) {
    let method = known_method(request.method());
    span.set_attribute("http.request.method", method.unwrap_or("_OTHER"));
    if method.is_none() {
        let original = request.method().as_str().to_owned();
        span.set_attribute("http.request.method_original", original);
    }
    if let Some(route) = route {
        span.set_attribute("http.route", route.to_owned());
    }
    span.set_attribute("url.scheme", "http");
    span.set_attribute("url.path", request.uri().path().to_owned());
    if let Some(version) = protocol_version(request.version()) {
        span.set_attribute("network.protocol.version", version);
    }
    let header = |name| request.headers().get(name)?.to_str().ok();
    if let Some(host) = header(HOST).and_then(|host| host.parse::<Authority>().ok()) {
        span.set_attribute("server.address", host.host().to_owned());
        if let Some(port) = host.port_u16() {
            span.set_attribute("server.port", i64::from(port));
        }
    }
    if let Some(agent) = header(USER_AGENT) {
        span.set_attribute("user_agent.original", agent.to_owned());
    }
}

/// Records the status of a response in its server span. Only a status of 500 or above is an error
/// of the server.
pub fn record_response(span: &Span, status: StatusCode) {
    span.set_attribute("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.set_attribute("error.type", status.as_str().to_owned());
        span.set_status(Status::error(""));
    }
}

/// Returns the name of a server span: method and route, or the method alone if no route matched.
pub fn server_span_name(method: &Method, route: Option<&str>) -> String {
    let method = known_method(method).unwrap_or("HTTP");
    match route {
        Some(route) => format!("{method} {route}"),
        None => method.to_owned(),
    }
}

/// Returns the name of a method that RFC 9110 or RFC 5789 defines, or `None` for any other method.
/// Clients can invent any number of methods, but the number of span names must stay small.
fn known_method(method: &Method) -> Option<&'static str> {
    const KNOWN: [&str; 9] = [
        "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE",
    ];
    KNOWN.into_iter().find(|known| *known == method.as_str())
}

fn protocol_version(version: Version) -> Option<&'static str> {
    match version {
        Version::HTTP_10 => Some("1.0"),
        Version::HTTP_11 => Some("1.1"),
        Version::HTTP_2 => Some("2"),
        _ => None,
    }
}
