//! The door that every path under `/v1` is behind.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::authenticator::Denial;
use crate::problem::Problem;
use crate::service::AppState;

const RETRY_AFTER_SECONDS: u64 = 5;

/// Lets a request in with its [`Caller`](super::Caller) among its extensions, or answers it.
pub(crate) async fn require(
    State(state): State<Arc<AppState>>,
    mut request: Request,
    next: Next,
) -> Response {
    let identified = match bearer(request.headers()) {
        Ok(token) => state.parts.auth.identify(token).await,
        Err(denial) => Err(denial),
    };
    let caller = match identified {
        Ok(caller) => caller,
        Err(denial) => return Problem::from(denial).into_response(),
    };
    let standing = match state.limits.count_caller(&caller) {
        Ok(standing) => standing,
        Err(problem) => return problem.into_response(),
    };
    request.extensions_mut().insert(caller);
    let mut response = next.run(request).await;
    for (name, value) in standing.0 {
        // The limit that a request was refused for tells more.
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}

/// The token of `Authorization: Bearer` (RFC 6750, section 2.1), the only place where one is taken:
/// what stands in a URL ends up in logs and histories.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Denial> {
    const MALFORMED: Denial = Denial::Invalid("the header is Authorization: Bearer TOKEN");
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(MALFORMED);
    }
    let value = value.to_str().map_err(|_| MALFORMED)?;
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim())),
        _ => Err(MALFORMED),
    }
}

impl From<Denial> for Problem {
    fn from(denial: Denial) -> Self {
        let challenge = |value| (header::WWW_AUTHENTICATE, HeaderValue::from_static(value));
        match denial {
            Denial::Missing => {
                let (name, value) = challenge("Bearer realm=\"darkroom\"");
                let detail = "this path takes a key or token: Authorization: Bearer TOKEN";
                Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail).with(name, value)
            }
            Denial::Invalid(why) => {
                let (name, value) = challenge("Bearer realm=\"darkroom\", error=\"invalid_token\"");
                Self::new(StatusCode::UNAUTHORIZED, "invalid_token", why).with(name, value)
            }
            Denial::NotAnOwner => Self::new(
                StatusCode::FORBIDDEN,
                "forbidden_owner",
                "the token's sub is not an owner: 1 to 64 characters of A-Z a-z 0-9 _ -",
            ),
            Denial::Unavailable => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "auth_unavailable",
                "tokens cannot be checked at the moment; try again",
            )
            .retry_after(RETRY_AFTER_SECONDS),
        }
    }
}
