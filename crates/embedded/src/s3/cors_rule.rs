//! One CORS rule and the requests that it permits.
//!
//! See "How does Amazon S3 evaluate the CORS configuration on a bucket?" in the S3 user guide. S3
//! applies the first rule that permits the origin, the method and every header.

use http::HeaderValue;
use s3s::dto::CORSRule;

use crate::pattern::matches;

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
