//! `GET /v1/uploads/{profile}/{owner}/{id}`: the status of an upload.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::{Extension, Json};
use darkroom_cloud::CloudError;
use darkroom_contract::UploadStatus;
use http::StatusCode;
use serde::Deserialize;
use tokio::time::Instant;

use super::path::UploadPath;
use crate::auth::Caller;
use crate::problem::Problem;
use crate::state::AppState;

/// The maximum value of `wait`. A client that sends more probably uses the wrong unit, because
/// `issuer.max_wait` is far lower.
const MAX_WAIT_SECONDS: u64 = 86_400;

/// The query of a status request.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WaitQuery {
    /// The number of seconds to wait for an outcome. The service waits for `issuer.max_wait` at
    /// most.
    #[param(maximum = 86400)]
    #[serde(default)]
    wait: u64,
}

impl WaitQuery {
    /// Returns the time to wait, which is `max` at most.
    ///
    /// # Errors
    /// `invalid_wait`.
    pub(crate) fn check(
        query: Result<Query<Self>, QueryRejection>,
        max: Duration,
    ) -> Result<Duration, Problem> {
        let query = query.ok().filter(|query| query.wait <= MAX_WAIT_SECONDS);
        let Query(query) = query.ok_or_else(invalid_wait)?;
        Ok(Duration::from_secs(query.wait).min(max))
    }
}

/// Returns the status of an upload.
///
/// Without `?wait=`, responds at once. With `?wait=`, responds as soon as the status is final or
/// the wait is over. For a deleted upload, the response is `410` with the status of the upload.
#[utoipa::path(
    get,
    path = "/v1/uploads/{profile}/{owner}/{id}",
    operation_id = "getUpload",
    tag = "uploads",
    params(UploadPath, WaitQuery),
    responses(
        (
            status = OK,
            body = UploadStatus,
            description = "The outcome, or the status before it.",
        ),
        (
            status = GONE,
            body = UploadStatus,
            description = "The upload was deleted: its `status` is `deleted`.",
        ),
    ),
)]
pub(crate) async fn status(
    State(state): State<Arc<AppState>>,
    Extension(caller): Extension<Arc<Caller>>,
    path: UploadPath,
    query: Result<Query<WaitQuery>, QueryRejection>,
) -> Result<(StatusCode, Json<UploadStatus>), Problem> {
    let key = path.check(&caller, &state)?;
    let wait = WaitQuery::check(query, state.parts.settings.max_wait)?;
    let status = if wait.is_zero() {
        state.parts.store.status(&key).await?
    } else {
        let _wait = state.limits.start_wait(caller.client(Some(&key.owner)))?;
        let deadline = Instant::now() + wait;
        let watcher = &state.status_watcher;
        watcher.wait(&key, deadline, &state.stopping).await?
    };
    let code = if status.is_deleted() {
        StatusCode::GONE
    } else {
        StatusCode::OK
    };
    Ok((code, Json(state.with_urls(status, &caller).await?)))
}

fn invalid_wait() -> Problem {
    Problem::unprocessable(
        "invalid_wait",
        "wait must be a whole number of seconds, 86400 at most",
    )
}

impl AppState {
    /// Fills in the URLs in a status, for all variants that the caller may fetch.
    pub(crate) async fn with_urls(
        &self,
        mut status: UploadStatus,
        caller: &Caller,
    ) -> Result<UploadStatus, CloudError> {
        if let UploadStatus::Done(manifest) = &mut status {
            let reader = caller.variant_reader();
            self.parts.variant_urls.fill_in(manifest, reader).await?;
        }
        Ok(status)
    }
}
