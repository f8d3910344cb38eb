//! `POST /v1/uploads/{profile}/{owner}/{id}/complete`: for stores that tell nobody of new objects.

use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use darkroom_cloud::{Bucket, ObjectInfo, Queue};
use darkroom_contract::{
    Manifest, ObjectEvent, Owner, ProfileName, RawKey, UploadId, UploadState, UploadStatus,
    notification_body,
};
use http::StatusCode;

use super::ledger::Standing;
use super::path::UploadPath;
use crate::auth::Caller;
use crate::problem::Problem;
use crate::service::AppState;

/// Says that the file is there.
///
/// Puts the upload on the queue that S3's own events go to: `202`, or `200` with the outcome if
/// that is there. May be sent again at any time: a worker does nothing twice.
#[utoipa::path(
    post,
    path = "/v1/uploads/{profile}/{owner}/{id}/complete",
    tag = "uploads",
    params(
        ("profile" = ProfileName, Path),
        ("owner" = Owner, Path),
        ("id" = UploadId, Path),
    ),
    responses(
        (status = OK, body = UploadStatus, description = "the outcome, which is there already"),
        (status = ACCEPTED, body = UploadStatus),
    ),
)]
pub(crate) async fn complete(
    State(state): State<Arc<AppState>>,
    Extension(caller): Extension<Arc<Caller>>,
    name: UploadPath,
) -> Result<(StatusCode, Json<UploadStatus>), Problem> {
    let key = name.check(&caller, &state)?;
    let object = state.parts.raw.head(&key.to_string()).await?;
    let object = object.ok_or_else(not_uploaded)?;
    if let Standing::Done(manifest) = state.ledger.look(&key).await?
        && is_about(&manifest, &object)
    {
        let outcome = state.told(key, Standing::Done(manifest)).await?;
        return Ok((StatusCode::OK, Json(outcome)));
    }
    let body = notification_body(&event(state.parts.raw.name(), &key, object));
    state.parts.events.send(&[body]).await?;
    let status = Standing::Pending(UploadState::Processing);
    Ok((StatusCode::ACCEPTED, Json(state.told(key, status).await?)))
}

fn is_about(manifest: &Manifest, object: &ObjectInfo) -> bool {
    let source = &manifest.source;
    (&source.etag, &source.version_id) == (&object.etag, &object.version_id)
}

fn event(bucket: &str, key: &RawKey, object: ObjectInfo) -> ObjectEvent {
    ObjectEvent {
        size: Some(object.size),
        etag: Some(object.etag),
        version_id: object.version_id,
        ..ObjectEvent::created(bucket, key.to_string())
    }
}

fn not_uploaded() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "not_uploaded",
        "the file is not there yet: send it first",
    )
}
