//! The response headers of cross-origin requests.

use http::{HeaderMap, HeaderName, HeaderValue, Response, header};
use s3s::Body;
use s3s::dto::CORSRule;

/// Adds the rule's headers to a response.
pub(crate) fn add(rule: &CORSRule, origin: &HeaderValue, headers: &mut HeaderMap) {
    let mut insert = |name: HeaderName, value: Option<HeaderValue>| {
        if let Some(value) = value {
            headers.insert(name, value);
        }
    };
    let list = |names: &[String]| HeaderValue::from_str(&names.join(", ")).ok();
    if rule.allowed_origins.iter().any(|pattern| pattern == "*") {
        let any = HeaderValue::from_static("*");
        insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, Some(any));
    } else {
        let yes = HeaderValue::from_static("true");
        insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, Some(origin.clone()));
        insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, Some(yes));
    }
    insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        list(&rule.allowed_methods),
    );
    let exposed = rule.expose_headers.as_deref().unwrap_or_default();
    if !exposed.is_empty() {
        insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, list(exposed));
    }
    let max_age = rule.max_age_seconds.map(HeaderValue::from);
    insert(header::ACCESS_CONTROL_MAX_AGE, max_age);
    let vary = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";
    insert(header::VARY, Some(HeaderValue::from_static(vary)));
}

/// Returns the response to a preflight request that the rule permits, with the requested header
/// names.
pub(crate) fn preflight_response(
    rule: &CORSRule,
    origin: &HeaderValue,
    names: &[String],
) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    add(rule, origin, headers);
    if let Ok(names) = HeaderValue::from_str(&names.join(", "))
        && !names.is_empty()
    {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names);
    }
    response
}
