//! `POST /v1/uploads/{profile}/{owner}/{id}/approve` and `…/reject`: decisions of a reviewer.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::{Extension, Json};
use darkroom_contract::{ApproveUpload, RejectUpload, Review, ReviewError};
use darkroom_telemetry::metric;
use darkroom_uploads::{ReviewRefusal, StoreError};
use http::StatusCode;
use serde::de::DeserializeOwned;

use super::path::UploadPath;
use crate::auth::Caller;
use crate::body;
use crate::json::{self, Field};
use crate::problem::Problem;
use crate::state::AppState;

/// The size limit of a request body. The longest valid body takes about 1 KiB.
const MAX_BODY_BYTES: usize = 8 * 1024;

const APPROVE_FIELDS: &[Field] = &[("sha256", "invalid_sha256")];
const REJECT_FIELDS: &[Field] = &[
    ("sha256", "invalid_sha256"),
    ("code", "invalid_code"),
    ("message", "invalid_message"),
];

/// Approves an upload in review.
///
/// Needs the key of a reviewer or an operator. The decision applies to the file with this SHA-256
/// only. A worker then publishes the variants, and the status becomes `ready`. The request may be
/// repeated.
#[utoipa::path(
    post,
    path = "/v1/uploads/{profile}/{owner}/{id}/approve",
    operation_id = "approveUpload",
    tag = "uploads",
    params(UploadPath),
    request_body = ApproveUpload,
    responses((status = ACCEPTED, body = Review, description = "The decision is recorded.")),
)]
pub(crate) async fn approve(
    State(state): State<Arc<AppState>>,
    Extension(caller): Extension<Arc<Caller>>,
    path: UploadPath,
    request: Request,
) -> Result<(StatusCode, Json<Review>), Problem> {
    caller.require_reviewer()?;
    let approval: ApproveUpload = read(&state, request, APPROVE_FIELDS).await?;
    let review = approval.review(caller.name(), state.parts.store.clock().now())?;
    decide(&state, &caller, &path, &review).await
}

/// Rejects an upload in review.
///
/// Needs the key of a reviewer or an operator. The decision applies to the file with this SHA-256
/// only. A worker then removes the variants, and the status becomes `rejected` with the code
/// `not_approved`. The request may be repeated.
#[utoipa::path(
    post,
    path = "/v1/uploads/{profile}/{owner}/{id}/reject",
    operation_id = "rejectUpload",
    tag = "uploads",
    params(UploadPath),
    request_body = RejectUpload,
    responses((status = ACCEPTED, body = Review, description = "The decision is recorded.")),
)]
pub(crate) async fn reject(
    State(state): State<Arc<AppState>>,
    Extension(caller): Extension<Arc<Caller>>,
    path: UploadPath,
    request: Request,
) -> Result<(StatusCode, Json<Review>), Problem> {
    caller.require_reviewer()?;
    let rejection: RejectUpload = read(&state, request, REJECT_FIELDS).await?;
    let review = rejection.review(caller.name(), state.parts.store.clock().now())?;
    decide(&state, &caller, &path, &review).await
}

async fn read<T: DeserializeOwned>(
    state: &AppState,
    request: Request,
    fields: &[Field],
) -> Result<T, Problem> {
    json::require_content_type(request.headers())?;
    let timeout = state.parts.settings.read_timeout;
    let bytes = body::read(request.into_body(), MAX_BODY_BYTES, timeout).await?;
    json::parse(&bytes, fields)
}

async fn decide(
    state: &AppState,
    caller: &Caller,
    path: &UploadPath,
    review: &Review,
) -> Result<(StatusCode, Json<Review>), Problem> {
    let key = path.check(caller, state)?;
    let stored = state.parts.store.decide(&key, review).await?;
    let (id, decision) = (key.id, stored.decision.name());
    tracing::info!(%id, decision, reviewer = caller.name(), "upload reviewed");
    metric::REVIEWS.add(1, [decision]);
    Ok((StatusCode::ACCEPTED, Json(stored)))
}

impl From<ReviewError> for Problem {
    fn from(error: ReviewError) -> Self {
        let code = match error {
            ReviewError::Sha256 => "invalid_sha256",
            ReviewError::Code => "invalid_code",
            ReviewError::Message => "invalid_message",
        };
        Self::unprocessable(code, error)
    }
}

impl From<ReviewRefusal> for Problem {
    fn from(refusal: ReviewRefusal) -> Self {
        let code = match &refusal {
            ReviewRefusal::Store(StoreError::Cloud(error)) => return error.clone().into(),
            ReviewRefusal::Store(error) => return Self::internal_error(error),
            ReviewRefusal::NotInReview => "not_in_review",
            ReviewRefusal::Replaced => "file_replaced",
            ReviewRefusal::Decided(_) => "already_reviewed",
        };
        Self::new(StatusCode::CONFLICT, code, refusal)
    }
}
