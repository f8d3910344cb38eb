//! `GET /v1/owners/{owner}/usage`: the uploads and bytes of an owner.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use darkroom_contract::{Owner, OwnerUsage, ProfileName, ProfileUsage};
use serde::Deserialize;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::state::AppState;

/// The query for the usage of an owner.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct UsageQuery {
    /// The only profile to count. By default, all profiles that the caller may use are counted.
    #[param(value_type = Option<ProfileName>)]
    profile: Option<String>,
}

/// Returns the number of an owner's uploads, their bytes, and the quotas of each profile.
///
/// Counts the uploads whose file is in the store. A key or token for a single owner may read the
/// usage of this owner only.
#[utoipa::path(
    get,
    path = "/v1/owners/{owner}/usage",
    operation_id = "getUsage",
    tag = "owners",
    params(("owner" = Owner, Path, description = "The owner."), UsageQuery),
    responses((status = OK, body = OwnerUsage, description = "The usage of each profile.")),
)]
pub(crate) async fn usage(
    State(state): State<Arc<AppState>>,
    Extension(caller): Extension<Arc<Caller>>,
    Path(owner): Path<String>,
    query: Result<Query<UsageQuery>, QueryRejection>,
) -> Result<Json<OwnerUsage>, Problem> {
    let Query(query) = query.map_err(|error| Problem::invalid_query(error.body_text()))?;
    let owner = caller.resolve_owner(Some(owner))?;
    let all = &state.parts.profiles;
    let selected = match &query.profile {
        Some(name) => vec![caller.resolve_profile(name, all)?],
        None => caller.profiles(all),
    };
    state.limits.count_owner(&owner)?;
    let mut profiles = Vec::new();
    for (name, profile) in selected {
        let usage = state.parts.store.usage(&name, &owner).await?;
        profiles.push(ProfileUsage::new(name, usage, profile));
    }
    Ok(Json(OwnerUsage { owner, profiles }))
}
