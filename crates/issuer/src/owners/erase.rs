//! `DELETE /v1/owners/{owner}`: erasure of an owner's data.

use std::sync::Arc;

use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use darkroom_contract::{ErasureReceipt, Owner, ProfileName, UploadId};
use darkroom_telemetry::metric;
use darkroom_uploads::{Erasure, ErasureError};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Deserialize;
use tokio::time::Instant;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::state::AppState;

/// The query of an erasure.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct EraseQuery {
    /// The only profile to erase. By default, all profiles are erased.
    #[param(value_type = Option<ProfileName>)]
    profile: Option<String>,
    /// `true` to count the objects without removing them.
    #[serde(default)]
    dry_run: bool,
}

/// Erases everything that the store holds about an owner.
///
/// Needs the key of an operator. If the erasure takes longer than `issuer.max_wait`, the response is
/// `202`, and the request must be repeated until the response is `200`. If a webhook secret is
/// configured, the receipt is signed with it, in the headers `webhook-id`, `webhook-timestamp` and
/// `webhook-signature`.
#[utoipa::path(
    delete,
    path = "/v1/owners/{owner}",
    operation_id = "eraseOwner",
    tag = "owners",
    params(("owner" = Owner, Path, description = "The owner."), EraseQuery),
    responses(
        (status = OK, body = ErasureReceipt, description = "Everything was removed."),
        (status = ACCEPTED, body = ErasureReceipt, description = "Time ran out. Repeat the request."),
    ),
)]
pub(crate) async fn erase(
    State(state): State<Arc<AppState>>,
    Extension(caller): Extension<Arc<Caller>>,
    Path(owner): Path<String>,
    query: Result<Query<EraseQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    caller.require_operator()?;
    let owner: Owner = owner
        .parse()
        .map_err(|error| Problem::unprocessable("invalid_owner", error))?;
    let Query(query) = query.map_err(|error| Problem::invalid_query(error.body_text()))?;
    let profiles = &state.parts.profiles;
    let profile = match &query.profile {
        Some(name) => Some(caller.resolve_profile(name, profiles)?.0),
        None => None,
    };
    let erasure = Erasure {
        store: state.parts.store.clone(),
        owner: &owner,
        profile: profile.as_ref(),
        dry_run: query.dry_run,
        deadline: Some(Instant::now() + state.parts.settings.max_wait),
    };
    let receipt = erasure.run().await?;
    if !receipt.dry_run {
        metric::ERASED_OBJECTS.add(receipt.removed.total(), []);
    }
    state.respond_with_receipt(&receipt)
}

impl AppState {
    /// Returns the response with a receipt, signed if there is a secret.
    fn respond_with_receipt(&self, receipt: &ErasureReceipt) -> Result<Response, Problem> {
        let status = match receipt.complete {
            true => StatusCode::OK,
            false => StatusCode::ACCEPTED,
        };
        let body =
            serde_json::to_string(receipt).map_err(|error| Problem::internal_error(&error))?;
        let headers = self.parts.signing_secrets.as_ref().map(|secrets| {
            let id = format!("erasure_{}", UploadId::generate());
            secrets.headers(&id, receipt.finished_at.unix_timestamp(), &body)
        });
        let content_type = HeaderValue::from_static("application/json");
        let mut response = (status, [(header::CONTENT_TYPE, content_type)], body).into_response();
        for (name, value) in headers.into_iter().flatten() {
            let value = HeaderValue::try_from(value);
            let value = value.map_err(|error| Problem::internal_error(&error))?;
            response
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
        Ok(response)
    }
}

impl From<ErasureError> for Problem {
    fn from(error: ErasureError) -> Self {
        match error {
            ErasureError::Cloud(error) => error.into(),
            ErasureError::SharedPrefix { .. } => {
                Self::new(StatusCode::CONFLICT, "shared_prefix", error)
            }
        }
    }
}
