//! `POST /v1/uploads/{profile}/{owner}/{id}/complete`: for stores that send no events.

use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use darkroom_contract::{PendingStatus, UploadStatus};
use darkroom_uploads::ObjectVersion;
use http::StatusCode;

use super::path::UploadPath;
use crate::auth::Caller;
use crate::problem::Problem;
use crate::state::AppState;

/// Reports that the file has been uploaded.
///
/// Queues the upload for a worker, as an event of S3 would, unless its outcome is already known.
/// Clients may repeat this request, because a worker does not render an object again if its outcome
/// is current.
#[utoipa::path(
    post,
    path = "/v1/uploads/{profile}/{owner}/{id}/complete",
    operation_id = "completeUpload",
    tag = "uploads",
    params(UploadPath),
    responses(
        (status = OK, body = UploadStatus, description = "The outcome is already known."),
        (status = ACCEPTED, body = UploadStatus, description = "The upload is on the queue."),
    ),
)]
pub(crate) async fn complete(
    State(state): State<Arc<AppState>>,
    Extension(caller): Extension<Arc<Caller>>,
    path: UploadPath,
) -> Result<(StatusCode, Json<UploadStatus>), Problem> {
    let key = path.check(&caller, &state)?;
    let store = &state.parts.store;
    let object = store.find_source(&key).await?.ok_or_else(not_uploaded)?;
    let version = ObjectVersion::from(&object);
    if let Some(manifest) = store.find_manifest(&key).await?
        && version.is_source_of(&manifest)
    {
        let status = UploadStatus::Done(Box::new(Arc::unwrap_or_clone(manifest)));
        return Ok((
            StatusCode::OK,
            Json(state.with_urls(status, &caller).await?),
        ));
    }
    let event = store.event(&key, Some(version), false);
    store.requeue(&[event]).await?;
    let status = UploadStatus::pending(key, PendingStatus::Processing);
    Ok((StatusCode::ACCEPTED, Json(status)))
}

fn not_uploaded() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "not_uploaded",
        "no file has been uploaded; send the file to the presigned URL first",
    )
}
