//! One CORS rule and the requests that it permits.
//!
//! See "How does Amazon S3 evaluate the CORS configuration on a bucket?" in the S3 user guide. S3
//! applies the first rule that permits the origin, the method and every header.

use http::HeaderValue;
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

/// Returns `true` if the rule permits the header. `name` must be in lower case.
pub(crate) fn permits_header(rule: &CORSRule, name: &str) -> bool {
    let mut patterns = rule.allowed_headers.iter().flatten();
    patterns.any(|pattern| matches(&pattern.to_ascii_lowercase(), name))
}

/// Returns `true` if the text matches the pattern. One `*` in the pattern stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => {
            text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end)
        }
        None => pattern == text,
    }
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
