//! The middleware that authenticates every request under `/v1`.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header};

use super::denial::Denial;
use crate::peer_address::PeerAddress;
use crate::problem::Problem;
use crate::state::AppState;

/// Identifies the caller, counts the request against the rate limit of the caller, and adds the
/// [`Caller`](super::Caller) to the extensions of the request. Rejects the request with a problem
/// if the caller is unknown or over the limit.
pub(crate) async fn authenticate(
    State(state): State<Arc<AppState>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer: PeerAddress = request.extensions().get().copied().unwrap_or_default();
    let identified = match bearer_token(request.headers()) {
        Ok(token) => state.parts.auth.identify(token, peer.0).await,
        Err(denial) => Err(denial),
    };
    let caller = match identified {
        Ok(caller) => caller,
        Err(denial) => return Problem::from(denial).into_response(),
    };
    let rate_limit = match state.limits.count_caller(&caller) {
        Ok(rate_limit) => rate_limit,
        Err(problem) => return problem.into_response(),
    };
    request.extensions_mut().insert(caller);
    let mut response = next.run(request).await;
    for (name, value) in rate_limit.0 {
        // If the request exceeded the owner's limit, the headers of that limit are already set.
        // They take precedence.
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}

/// Returns the token of `Authorization: Bearer` (RFC 6750, section 2.1). Tokens in URLs are not
/// accepted, because URLs end up in logs and browser histories.
fn bearer_token(headers: &HeaderMap) -> Result<Option<&str>, Denial> {
    const MALFORMED: Denial =
        Denial::Invalid("the Authorization header is malformed; send Authorization: Bearer TOKEN");
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
