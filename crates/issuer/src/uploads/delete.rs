//! `DELETE /v1/uploads/{profile}/{owner}/{id}`: everything there is of an upload.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use darkroom_contract::{Owner, ProfileName, UploadId};
use http::StatusCode;

use super::path::UploadPath;
use crate::auth::Caller;
use crate::problem::Problem;
use crate::service::AppState;

/// Removes an upload and everything made of it.
///
/// Answers `204`, also when there is nothing left.
#[utoipa::path(
    delete,
    path = "/v1/uploads/{profile}/{owner}/{id}",
    tag = "uploads",
    params(
        ("profile" = ProfileName, Path),
        ("owner" = Owner, Path),
        ("id" = UploadId, Path),
    ),
    responses((status = NO_CONTENT, description = "nothing of it is left")),
)]
pub(crate) async fn delete(
    State(state): State<Arc<AppState>>,
    Extension(caller): Extension<Arc<Caller>>,
    name: UploadPath,
) -> Result<StatusCode, Problem> {
    let key = name.check(&caller, &state)?;
    let profile = state.parts.profiles.get(&key.profile);
    let variants = profile.map(|profile| profile.variant_keys(&key));
    state
        .ledger
        .remove(&key, variants.unwrap_or_default())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
