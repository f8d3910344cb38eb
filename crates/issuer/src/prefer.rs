//! The `Prefer` header (RFC 7240).

use std::time::Duration;

use http::{HeaderMap, HeaderName};

const PREFER: HeaderName = HeaderName::from_static("prefer");

/// Returns the preference `wait=SECONDS`. Ignores an invalid preference, as the RFC requires.
pub(crate) fn wait(headers: &HeaderMap) -> Option<Duration> {
    headers
        .get_all(PREFER)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .find_map(seconds)
}

fn seconds(preference: &str) -> Option<Duration> {
    let (name, value) = preference.split(';').next()?.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("wait") {
        return None;
    }
    let value = value.trim().trim_matches('"');
    value.parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn wait_seconds(value: &'static str) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(PREFER, HeaderValue::from_static(value));
        wait(&headers).map(|wait| wait.as_secs())
    }

    #[test]
    fn a_wait_is_found_among_other_preferences() {
        assert_eq!(wait_seconds("wait=20"), Some(20));
        assert_eq!(wait_seconds("respond-async, Wait = \"10\"; foo"), Some(10));
    }

    #[test]
    fn an_invalid_preference_is_ignored() {
        for value in ["", "wait", "wait=", "wait=-1", "wait=soon", "await=3"] {
            assert_eq!(wait_seconds(value), None, "{value}");
        }
        assert_eq!(wait(&HeaderMap::new()), None);
    }
}
