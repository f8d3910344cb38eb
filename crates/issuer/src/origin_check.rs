//! A check that keeps other sites' pages away from an issuer on a developer's machine.

use std::fmt;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};

use crate::problem::Problem;

type Check = dyn Fn(&HeaderMap) -> Result<(), String> + Send + Sync;

/// A check of the headers of every request. It runs before any route.
#[derive(Clone)]
pub(crate) struct OriginCheck(Arc<Check>);

impl OriginCheck {
    pub(crate) fn new(
        check: impl Fn(&HeaderMap) -> Result<(), String> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(check))
    }
}

impl fmt::Debug for OriginCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OriginCheck").finish_non_exhaustive()
    }
}

/// Refuses requests that the check does not accept.
pub(crate) async fn refuse_forbidden(
    State(check): State<OriginCheck>,
    request: Request,
    next: Next,
) -> Response {
    match (check.0)(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(reason) => {
            Problem::new(StatusCode::FORBIDDEN, "forbidden_origin", reason).into_response()
        }
    }
}
