//! `POST /v1/uploads/status`: the status of many uploads in one request.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::{Extension, Json};
use darkroom_contract::{BatchStatus, BatchStatusRequest, RawKey, UploadStatus};
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::time::Instant;

use super::path::UploadPath;
use super::status::WaitQuery;
use crate::auth::Caller;
use crate::body;
use crate::json::{self, Field};
use crate::problem::Problem;
use crate::state::AppState;

/// The maximum number of uploads in a request.
const MAX_UPLOADS: usize = 100;
/// The size limit of a request body. An upload takes about 220 bytes with the longest names.
const MAX_BODY_BYTES: usize = 32 * 1024;
/// The number of uploads whose status is read from the store at once.
const CONCURRENT_READS: usize = 10;

const FIELDS: &[Field] = &[("uploads", "invalid_uploads")];

/// Returns the status of many uploads.
///
/// Without `?wait=`, responds at once. With `?wait=`, responds as soon as the status of one of the
/// uploads is final, or the wait is over. A client that waits for several uploads sends one request
/// for all of them, and the next request for those that are not final yet. The status of a deleted
/// upload is `deleted`, and the response is still `200`. Each upload counts as one request, and as
/// one wait, against the limits of its owner.
#[utoipa::path(
    post,
    path = "/v1/uploads/status",
    operation_id = "getUploads",
    tag = "uploads",
    params(WaitQuery),
    request_body = BatchStatusRequest,
    responses((
        status = OK,
        body = BatchStatus,
        description = "The status of each upload, in the order of the request.",
    )),
)]
pub(crate) async fn batch_status(
    State(state): State<Arc<AppState>>,
    Extension(caller): Extension<Arc<Caller>>,
    query: Result<Query<WaitQuery>, QueryRejection>,
    request: Request,
) -> Result<Json<BatchStatus>, Problem> {
    json::require_content_type(request.headers())?;
    let settings = &state.parts.settings;
    let wait = WaitQuery::check(query, settings.max_wait)?;
    let bytes = body::read(request.into_body(), MAX_BODY_BYTES, settings.read_timeout).await?;
    let keys = check(json::parse(&bytes, FIELDS)?, &caller, &state)?;
    let statuses = if wait.is_zero() {
        read(&state, keys).await?
    } else {
        wait_for_any(&state, &caller, &keys, wait).await?
    };
    let mut uploads = Vec::with_capacity(statuses.len());
    for status in statuses {
        uploads.push(state.with_urls(status, &caller).await?);
    }
    Ok(Json(BatchStatus { uploads }))
}

/// Checks each upload in the same way as a request for its status alone.
///
/// # Errors
/// `invalid_uploads`, or the problem of the first invalid upload with its position.
fn check(
    request: BatchStatusRequest,
    caller: &Caller,
    state: &AppState,
) -> Result<Vec<RawKey>, Problem> {
    let count = request.uploads.len();
    if count == 0 || count > MAX_UPLOADS {
        let detail =
            format!("uploads has {count} entries; send 1 to {MAX_UPLOADS} in each request");
        return Err(Problem::unprocessable("invalid_uploads", detail));
    }
    let uploads = request.uploads.into_iter().enumerate();
    let keys = uploads.map(|(position, upload)| {
        let key = UploadPath::from(upload).check(caller, state);
        key.map_err(|mut problem| {
            problem.detail = format!("uploads[{position}]: {}", problem.detail);
            problem
        })
    });
    keys.collect()
}

async fn read(state: &AppState, keys: Vec<RawKey>) -> Result<Vec<UploadStatus>, Problem> {
    let reads = keys.into_iter().map(|key| {
        let store = state.parts.store.clone();
        async move { store.status(&key).await }
    });
    let statuses = stream::iter(reads).buffered(CONCURRENT_READS);
    Ok(statuses.try_collect().await?)
}

async fn wait_for_any(
    state: &AppState,
    caller: &Caller,
    keys: &[RawKey],
    wait: Duration,
) -> Result<Vec<UploadStatus>, Problem> {
    let limits = &state.limits;
    let permits = keys
        .iter()
        .map(|key| limits.start_wait(caller.client(Some(&key.owner))));
    let _permits = permits.collect::<Result<Vec<_>, _>>()?;
    let deadline = Instant::now() + wait;
    let watcher = &state.status_watcher;
    Ok(watcher
        .wait_for_any(keys, deadline, &state.stopping)
        .await?)
}
