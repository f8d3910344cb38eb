//! Descriptions of failed requests for the person who runs the command.

use std::time::Duration;

use darkroom_contract::{ProfileName, Profiles};
use darkroom_imaging::RejectionCode;
use reqwest::StatusCode;

use crate::hint;
use crate::report::ReportError;

/// A problem document of the issuer.
#[derive(Debug, thiserror::Error)]
#[error("the issuer responded {code}: {detail}")]
pub(super) struct IssuerProblem {
    pub(super) code: String,
    pub(super) detail: String,
}

impl IssuerProblem {
    /// The code for a profile that does not exist.
    pub(super) const UNKNOWN_PROFILE: &str = "unknown_profile";

    /// Returns the next step for the person who runs the command.
    fn hint(&self, profile: &ProfileName, profiles: &Profiles) -> Option<String> {
        let step = match &*self.code {
            "unauthenticated" | "invalid_token" => {
                "set DARKROOM_TOKEN to an API key (`darkroom key new`) or a token"
            }
            "owner_required" => "name the owner with --owner",
            "forbidden_owner" => "name another owner with --owner, or use another key",
            "forbidden_profile" => "name another profile with --profile, or use another key",
            "quota_exceeded" => {
                "delete uploads of this owner, or raise quota_uploads or quota_bytes of the profile"
            }
            "too_many_requests" => "wait a moment, or raise [limits] of the issuer",
            code => return rejection_hint(code, profile, profiles),
        };
        Some(step.to_owned())
    }
}

/// Returns the next step after a rejection. The profiles are those in the settings of this machine.
/// The issuer usually has the same.
pub(super) fn rejection_hint(
    code: &str,
    profile: &ProfileName,
    profiles: &Profiles,
) -> Option<String> {
    let mut codes = RejectionCode::ALL.into_iter();
    let code = codes.find(|it| it.name() == code)?;
    hint::after_rejection(code, profile, profiles)
}

/// Converts the error of an upload to that of its report.
pub(super) fn report_error(
    error: &anyhow::Error,
    profile: &ProfileName,
    profiles: &Profiles,
) -> ReportError {
    let problem = error.downcast_ref::<IssuerProblem>();
    let code = problem.map_or("upload_failed", |problem| &problem.code);
    let hint = problem.and_then(|problem| problem.hint(profile, profiles));
    ReportError::new(code, format!("{error:#}")).with_hint(hint)
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
