//! Reviews: decisions about uploads of a profile with `review = true`.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The maximum length of a reviewer's code.
const MAX_CODE: usize = 64;
/// The maximum number of bytes in a reviewer's message.
const MAX_MESSAGE: usize = 500;
/// The number of hex digits in a SHA-256.
const SHA256_DIGITS: usize = 64;

/// A reviewer's decision about one file. Once written, it never changes.
///
/// The decision applies to the file with this SHA-256 only, so a file that replaces it needs a
/// decision of its own. It also applies when the same file is rendered with another recipe.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// The decision.
    pub decision: ReviewDecision,
    /// The SHA-256 of the file in lower-case hex.
    pub sha256: String,
    /// The reviewer's code, if the upload was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The reviewer's message, if the upload was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The reviewer: `key:NAME` for an API key, or the value of `--reviewer` (by default
    /// `command line`).
    pub reviewer: String,
    /// The time of the decision.
    #[serde(with = "time::serde::rfc3339")]
    #[cfg_attr(feature = "schema", schema(value_type = String, format = DateTime))]
    pub decided_at: OffsetDateTime,
}

/// The decision of a reviewer.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewDecision {
    /// The variants are published.
    Approved,
    /// The variants are never published.
    Rejected,
}

impl ReviewDecision {
    /// Every decision.
    pub const ALL: [Self; 2] = [Self::Approved, Self::Rejected];

    /// Returns `"approved"` or `"rejected"`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}

/// The body of `POST /v1/uploads/{profile}/{owner}/{id}/approve`.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApproveUpload {
    /// The `source.sha256` of the status that the reviewer has seen. A file that has replaced it in
    /// the meantime is not approved.
    #[cfg_attr(feature = "schema", schema(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: String,
}

/// The body of `POST /v1/uploads/{profile}/{owner}/{id}/reject`.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RejectUpload {
    /// The `source.sha256` of the status that the reviewer has seen.
    #[cfg_attr(feature = "schema", schema(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: String,
    /// The reason for programs, in snake case. The meaning is up to the reviewer.
    #[cfg_attr(feature = "schema", schema(pattern = "^[a-z0-9_]{1,64}$"))]
    pub code: String,
    /// The reason for people: 500 bytes at most.
    #[cfg_attr(feature = "schema", schema(max_length = 500))]
    pub message: String,
}

/// The reason why the text of a review is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReviewError {
    /// The digest is not a SHA-256 in lower-case hex.
    #[error("sha256 must be 64 lower-case hex digits: the source.sha256 of the status")]
    Sha256,
    /// The code is not in snake case, or too long.
    #[error("code must be 1 to 64 of a-z 0-9 _")]
    Code,
    /// The message is too long or contains control characters.
    #[error("message must have at most 500 bytes and no control characters")]
    Message,
}

impl ApproveUpload {
    /// Returns the review, or an error if a field is invalid.
    ///
    /// # Errors
    /// [`ReviewError::Sha256`].
    pub fn review(self, reviewer: &str, now: OffsetDateTime) -> Result<Review, ReviewError> {
        Ok(Review {
            decision: ReviewDecision::Approved,
            sha256: check_sha256(self.sha256)?,
            code: None,
            message: None,
            reviewer: reviewer.to_owned(),
            decided_at: now,
        })
    }
}

impl RejectUpload {
    /// Returns the review, or an error if a field is invalid.
    ///
    /// # Errors
    /// [`ReviewError`].
    pub fn review(self, reviewer: &str, now: OffsetDateTime) -> Result<Review, ReviewError> {
        let is_code_char =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if !(1..=MAX_CODE).contains(&self.code.len()) || !self.code.bytes().all(is_code_char) {
            return Err(ReviewError::Code);
        }
        if self.message.len() > MAX_MESSAGE || self.message.chars().any(char::is_control) {
            return Err(ReviewError::Message);
        }
        Ok(Review {
            decision: ReviewDecision::Rejected,
            sha256: check_sha256(self.sha256)?,
            code: Some(self.code),
            message: Some(self.message),
            reviewer: reviewer.to_owned(),
            decided_at: now,
        })
    }
}

fn check_sha256(sha256: String) -> Result<String, ReviewError> {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if sha256.len() == SHA256_DIGITS && sha256.bytes().all(is_hex) {
        return Ok(sha256);
    }
    Err(ReviewError::Sha256)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reject(sha256: &str, code: &str, message: &str) -> Result<Review, ReviewError> {
        let request = RejectUpload {
            sha256: sha256.to_owned(),
            code: code.to_owned(),
            message: message.to_owned(),
        };
        request.review("key:r", OffsetDateTime::UNIX_EPOCH)
    }

    #[test]
    fn a_digest_that_could_leave_its_prefix_is_invalid() {
        let digest = "0f".repeat(32);
        assert!(reject(&digest, "spam", "").is_ok());
        for sha256 in ["", "../x", &"0F".repeat(32), &"0f".repeat(33)] {
            let approve = ApproveUpload {
                sha256: sha256.to_owned(),
            };
            let approved = approve.review("key:r", OffsetDateTime::UNIX_EPOCH);
            assert_eq!(approved, Err(ReviewError::Sha256), "{sha256}");
            assert_eq!(reject(sha256, "spam", ""), Err(ReviewError::Sha256));
        }
    }

    #[test]
    fn a_code_is_in_snake_case_and_a_message_is_one_short_line() {
        let digest = "0f".repeat(32);
        for code in ["", "Spam", "a b", &"a".repeat(65)] {
            assert_eq!(reject(&digest, code, ""), Err(ReviewError::Code), "{code}");
        }
        for message in ["a\nb", &"a".repeat(501)] {
            assert_eq!(reject(&digest, "spam", message), Err(ReviewError::Message));
        }
    }
}
