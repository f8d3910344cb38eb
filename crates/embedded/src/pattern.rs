//! The patterns of origins and headers in CORS configurations.

/// Returns `true` if the text matches the pattern. One `*` in the pattern stands for any text.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
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
