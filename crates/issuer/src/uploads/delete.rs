//! `DELETE /v1/uploads/{profile}/{owner}/{id}`: deletion of an upload.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use http::StatusCode;

use super::path::UploadPath;
use crate::auth::Caller;
use crate::problem::Problem;
use crate::state::AppState;

/// Deletes an upload and everything that was made from it.
///
/// Afterwards, the status of the upload is `deleted`. The request also succeeds if there is nothing
/// to delete.
#[utoipa::path(
    delete,
    path = "/v1/uploads/{profile}/{owner}/{id}",
    operation_id = "deleteUpload",
    tag = "uploads",
    params(UploadPath),
    responses((status = NO_CONTENT, description = "Nothing of the upload is left.")),
)]
pub(crate) async fn delete(
    State(state): State<Arc<AppState>>,
    Extension(caller): Extension<Arc<Caller>>,
    path: UploadPath,
) -> Result<StatusCode, Problem> {
    let key = path.check(&caller, &state)?;
    state.parts.store.delete(&key).await?;
    Ok(StatusCode::NO_CONTENT)
}
