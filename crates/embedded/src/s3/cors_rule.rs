//! One CORS rule: the requests that it permits, and the headers that say so.
//!
//! "How does Amazon S3 evaluate the CORS configuration on a bucket?" in the S3 user guide. The
//! first rule applies that permits origin, method and every header.

use http::{HeaderMap, HeaderName, HeaderValue, header};
use s3s::dto::CORSRule;

/// Returns `true` if the rule permits the origin and method.
pub(crate) fn permits(rule: &CORSRule, origin: &HeaderValue, method: &str) -> bool {
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    let mut origins = rule.allowed_origins.iter();
    origins.any(|pattern| matches(pattern, origin))
        && rule.allowed_methods.iter().any(|allowed| allowed == method)
}

/// Returns `true` if the rule permits the header. Its name must be in lower case.
pub(crate) fn permits_header(rule: &CORSRule, name: &str) -> bool {
    let mut patterns = rule.allowed_headers.iter().flatten();
    patterns.any(|pattern| matches(&pattern.to_ascii_lowercase(), name))
}

/// Matches a pattern in which one `*` stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => {
            text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end)
        }
        None => pattern == text,
    }
}

/// Adds the rule's headers to a response.
pub(crate) fn add_headers(rule: &CORSRule, origin: &HeaderValue, headers: &mut HeaderMap) {
    let mut add = |name: HeaderName, value: Option<HeaderValue>| {
        if let Some(value) = value {
            headers.insert(name, value);
        }
    };
    let list = |names: &[String]| HeaderValue::from_str(&names.join(", ")).ok();
    if rule.allowed_origins.iter().any(|pattern| pattern == "*") {
        let any = HeaderValue::from_static("*");
        add(header::ACCESS_CONTROL_ALLOW_ORIGIN, Some(any));
    } else {
        let yes = HeaderValue::from_static("true");
        add(header::ACCESS_CONTROL_ALLOW_ORIGIN, Some(origin.clone()));
        add(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, Some(yes));
    }
    add(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        list(&rule.allowed_methods),
    );
    let exposed = rule.expose_headers.as_deref().unwrap_or_default();
    if !exposed.is_empty() {
        add(header::ACCESS_CONTROL_EXPOSE_HEADERS, list(exposed));
    }
    let max_age = rule.max_age_seconds.map(HeaderValue::from);
    add(header::ACCESS_CONTROL_MAX_AGE, max_age);
    let vary = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";
    add(header::VARY, Some(HeaderValue::from_static(vary)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_star_stands_for_any_text() {
        assert!(matches("*", "https://example.org"));
        assert!(matches("http://localhost:*", "http://localhost:8080"));
        assert!(!matches(
            "http://localhost:*",
            "http://localhost.evil.example"
        ));
        assert!(matches("https://*.example.org", "https://a.example.org"));
        assert!(!matches("https://*.example.org", "https://example.org"));
        assert!(!matches("ab*ba", "aba"));
    }
}
