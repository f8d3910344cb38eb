//! `GET /v1/uploads`: the uploads of an owner.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::{Extension, Json};
use darkroom_contract::{ListOrder, Owner, ProfileName, UploadId, UploadList};
use darkroom_uploads::ListRequest;
use serde::Deserialize;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::state::AppState;

/// The default length of a page.
const DEFAULT_LIMIT: usize = 50;
/// The maximum length of a page. Each upload may cost a request to the store.
const MAX_LIMIT: usize = 100;

/// The query of a list of uploads.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    /// The profile of the uploads.
    #[param(value_type = ProfileName, required = true)]
    profile: Option<String>,
    /// The owner of the uploads. It is required unless the key or token acts for a single owner.
    #[param(value_type = Option<Owner>)]
    owner: Option<String>,
    /// The order of the uploads.
    #[param(inline)]
    #[serde(default)]
    order: ListOrder,
    /// The value of `next` in the previous page.
    after: Option<UploadId>,
    /// The maximum number of uploads: 50 by default.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
    /// `true` to add the outcome of each upload.
    #[serde(default)]
    outcomes: bool,
}

/// Lists the uploads of an owner in one profile.
///
/// The list contains the uploads whose file is in the store.
#[utoipa::path(
    get,
    path = "/v1/uploads",
    operation_id = "listUploads",
    tag = "uploads",
    params(ListQuery),
    responses((status = OK, body = UploadList, description = "One page of uploads.")),
)]
pub(crate) async fn list(
    State(state): State<Arc<AppState>>,
    Extension(caller): Extension<Arc<Caller>>,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<UploadList>, Problem> {
    let Query(query) = query.map_err(|error| Problem::invalid_query(error.body_text()))?;
    let name = query.profile.unwrap_or_default();
    let (profile, _) = caller.resolve_profile(&name, &state.parts.profiles)?;
    let owner = caller.resolve_owner(query.owner)?;
    let limit = page_limit(query.limit)?;
    state.limits.count_owner(&owner)?;
    let request = ListRequest {
        profile: &profile,
        owner: &owner,
        order: query.order,
        after: query.after,
        limit,
    };
    let store = &state.parts.store;
    let mut list = store.list_uploads(&request).await?;
    if query.outcomes {
        store.add_outcomes(&mut list).await?;
        for manifest in list.uploads.iter_mut().filter_map(|it| it.outcome.as_mut()) {
            let reader = caller.variant_reader();
            state.parts.variant_urls.fill_in(manifest, reader).await?;
        }
    }
    Ok(Json(list))
}

/// Returns the length of a page.
///
/// # Errors
/// `invalid_query` if it is out of range.
pub(super) fn page_limit(requested: Option<usize>) -> Result<usize, Problem> {
    let limit = requested.unwrap_or(DEFAULT_LIMIT);
    match (1..=MAX_LIMIT).contains(&limit) {
        true => Ok(limit),
        false => Err(Problem::invalid_query("limit must be 1 to 100")),
    }
}
