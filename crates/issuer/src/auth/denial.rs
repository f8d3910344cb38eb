//! The refusal of a caller.

use http::{HeaderValue, StatusCode, header};

use crate::problem::Problem;

const RETRY_AFTER_SECONDS: u64 = 5;

/// The reason why a caller is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denial {
    /// The request has no token.
    Missing,
    /// The token is unknown, malformed, expired or meant for another service.
    Invalid(&'static str),
    /// The service cannot read the keys that verify tokens.
    Unavailable,
}

impl From<Denial> for Problem {
    fn from(denial: Denial) -> Self {
        let challenge = |value| (header::WWW_AUTHENTICATE, HeaderValue::from_static(value));
        match denial {
            Denial::Missing => {
                let (name, value) = challenge("Bearer realm=\"darkroom\"");
                let detail = "authentication is required; send Authorization: Bearer TOKEN";
                Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail)
                    .with_header(name, value)
            }
            Denial::Invalid(detail) => {
                let (name, value) = challenge("Bearer realm=\"darkroom\", error=\"invalid_token\"");
                Self::new(StatusCode::UNAUTHORIZED, "invalid_token", detail)
                    .with_header(name, value)
            }
            Denial::Unavailable => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "auth_unavailable",
                "tokens cannot be verified at the moment; try again later",
            )
            .with_retry_after(RETRY_AFTER_SECONDS),
        }
    }
}
