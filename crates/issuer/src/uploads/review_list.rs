//! `GET /v1/reviews`: the uploads in review.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::{Extension, Json};
use darkroom_contract::{Manifest, Owner, ProfileName, RawKey, ReviewList};
use darkroom_uploads::ReviewListRequest;
use serde::Deserialize;

use super::list::page_limit;
use crate::auth::Caller;
use crate::problem::Problem;
use crate::state::AppState;

/// The query of a list of uploads in review.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReviewListQuery {
    /// The profile of the uploads.
    #[param(value_type = ProfileName, required = true)]
    profile: Option<String>,
    /// The owner of the uploads. By default, the uploads of all owners that the key acts for are
    /// listed.
    #[param(value_type = Option<Owner>)]
    owner: Option<String>,
    /// The value of `next` in the previous page.
    after: Option<String>,
    /// The maximum number of uploads: 50 by default.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
}

/// Lists the uploads of a profile that are in review.
///
/// Needs the key of a reviewer or an operator.
#[utoipa::path(
    get,
    path = "/v1/reviews",
    operation_id = "listReviews",
    tag = "uploads",
    params(ReviewListQuery),
    responses((status = OK, body = ReviewList, description = "One page of uploads in review.")),
)]
pub(crate) async fn list(
    State(state): State<Arc<AppState>>,
    Extension(caller): Extension<Arc<Caller>>,
    query: Result<Query<ReviewListQuery>, QueryRejection>,
) -> Result<Json<ReviewList>, Problem> {
    let Query(query) = query.map_err(|error| Problem::invalid_query(error.body_text()))?;
    let name = query.profile.unwrap_or_default();
    let (profile, _) = caller.resolve_profile(&name, &state.parts.profiles)?;
    caller.require_reviewer()?;
    let owner = match (query.owner, caller.owner()) {
        (None, None) => None,
        (owner, _) => Some(caller.resolve_owner(owner)?),
    };
    let limit = page_limit(query.limit)?;
    let after = query.after.map(|after| parse_cursor(&profile, &after));
    let after = after.transpose()?;
    let request = ReviewListRequest {
        profile: &profile,
        owner: owner.as_ref(),
        after: after.as_ref(),
        limit,
    };
    let found = state.parts.store.list_in_review(request).await?;
    let last = found.last().filter(|_| found.len() == limit);
    let next = last.map(|last| format!("{}/{}", last.owner, last.id));
    let mut uploads = Vec::with_capacity(found.len());
    for manifest in &found {
        let mut manifest = Manifest::clone(manifest);
        let reader = caller.variant_reader();
        state
            .parts
            .variant_urls
            .fill_in(&mut manifest, reader)
            .await?;
        uploads.push(manifest);
    }
    Ok(Json(ReviewList { uploads, next }))
}

/// Parses a cursor: the owner and the id of an upload.
fn parse_cursor(profile: &ProfileName, cursor: &str) -> Result<RawKey, Problem> {
    let key = cursor.split_once('/').and_then(|(owner, id)| {
        Some(RawKey {
            profile: profile.clone(),
            owner: owner.parse().ok()?,
            id: id.parse().ok()?,
        })
    });
    key.ok_or_else(|| Problem::invalid_query("after must be the field next of the previous page"))
}
