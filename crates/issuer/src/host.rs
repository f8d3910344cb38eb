//! The check of the `Host` header.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, StatusCode, Version, header};

use crate::problem::Problem;

/// Refuses a request without a valid `Host` header, or with several (RFC 9112, section 3.2).
/// Otherwise, the service and a proxy in front of it might read different hosts from one request.
pub(crate) async fn require_host(request: Request, next: Next) -> Response {
    let is_required = request.version() >= Version::HTTP_11;
    if is_valid(request.headers(), is_required) {
        return next.run(request).await;
    }
    Problem::new(
        StatusCode::BAD_REQUEST,
        "invalid_host",
        "the request needs exactly one Host header with a host and an optional port",
    )
    .into_response()
}

fn is_valid(headers: &HeaderMap, is_required: bool) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => !is_required,
        (Some(host), None) => is_host(host),
        (Some(_), Some(_)) => false,
    }
}

/// Returns `true` for a host with an optional port, and for an empty value, which HTTP allows.
fn is_host(value: &HeaderValue) -> bool {
    let has_user = value.as_bytes().contains(&b'@');
    value.is_empty() || (!has_user && Authority::try_from(value.as_bytes()).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(hosts: &[&'static str], is_required: bool) -> bool {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(header::HOST, HeaderValue::from_static(host));
        }
        is_valid(&headers, is_required)
    }

    #[test]
    fn a_request_must_name_exactly_one_valid_host() {
        for host in ["example.org", "example.org:80", "10.0.0.1", "[::1]:80", ""] {
            assert!(check(&[host], true), "{host}");
        }
        for host in ["a b", "a/b", "user@example.org", "a,b c", "a?b", "[::1"] {
            assert!(!check(&[host], true), "{host}");
        }
        assert!(!check(&["a", "a"], true));
        assert!(!check(&["a", "a"], false));
        assert!(!check(&[], true));
    }

    #[test]
    fn an_http_1_0_request_needs_no_host_header() {
        assert!(check(&[], false));
    }
}
