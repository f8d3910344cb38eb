//! Descriptions of failed requests for the person who runs the command.

use std::error::Error;
use std::time::Duration;

use reqwest::StatusCode;

/// Returns the innermost cause of a failed request or of an unreadable response. The outer causes
/// only repeat that the request failed.
pub(super) fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// Returns a time limit as people write it, such as `30s`.
pub(super) fn seconds(limit: Duration) -> String {
    humantime::format_duration(limit).to_string()
}

/// Describes a response of S3 in one line: the status, and the code and message if the body
/// contains them.
pub(super) fn store_response(status: StatusCode, body: &str) -> String {
    let element = |name: &str| {
        let (_, rest) = body.split_once(&format!("<{name}>"))?;
        let (text, _) = rest.split_once(&format!("</{name}>"))?;
        Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    match (element("Code"), element("Message")) {
        (Some(code), Some(message)) => format!("{status}: {code}: {message}"),
        (Some(code), None) => format!("{status}: {code}"),
        (None, _) => status.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_of_the_store_is_described_in_one_line() {
        let xml = "<?xml version=\"1.0\"?>\n<Error>\n<Code>AccessDenied</Code>\n\
                   <Message>Request\n has expired</Message></Error>";
        assert_eq!(
            store_response(StatusCode::FORBIDDEN, xml),
            "403 Forbidden: AccessDenied: Request has expired"
        );
        assert_eq!(
            store_response(StatusCode::BAD_GATEWAY, "<html>\n</html>"),
            "502 Bad Gateway"
        );
    }
}
