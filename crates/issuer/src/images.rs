//! `POST /v1/images`: pictures that come through the service, for clients that cannot go to S3.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use darkroom_cloud::{Bucket, UploadOptions};
use darkroom_contract::{
    Attachment, Owner, Profile, ProfileName, RawKey, UploadId, UploadState, UploadStatus,
};
use futures_util::future::try_join_all;
use http::{HeaderMap, HeaderName, StatusCode};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::ingest::{EncodedForm, ImageBatch, ImagesForm, ImagesJson, TempFile};
use crate::prefer;
use crate::problem::Problem;
use crate::service::AppState;
use crate::uploads::{Standing, check_attachment, check_content_type, unknown_profile};

const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// What the pictures are for.
#[derive(Debug, Deserialize)]
pub(crate) struct ImagesQuery {
    profile: Option<String>,
    owner: Option<String>,
}

/// Every picture of a request, in their order.
#[derive(Debug, Serialize, ToSchema)]
struct TakenImages {
    uploads: Vec<Taken>,
}

/// One picture that was taken in.
#[derive(Debug, Serialize, ToSchema)]
struct Taken {
    #[serde(flatten)]
    status: UploadStatus,
    status_url: String,
}

/// Takes pictures in itself, for clients that cannot go to S3.
///
/// Answers `202` with one upload for each picture; with `Prefer: wait=SECONDS` (RFC 7240), `200`
/// with the outcomes if all of them are there in time.
///
/// Nothing goes to S3 before the whole request was read, and what went there before another
/// picture failed is taken back: a request counts whole or not at all.
#[utoipa::path(
    post,
    path = "/v1/images",
    tag = "images",
    params(
        ("profile" = ProfileName, Query),
        ("owner" = Option<Owner>, Query, description = "needed unless the token acts for one"),
        ("prefer" = Option<String>, Header, description = "`wait=SECONDS` (RFC 7240)"),
    ),
    request_body(content(
        (ImagesForm = "multipart/form-data"),
        (ImagesJson = "application/json"),
        (EncodedForm = "application/x-www-form-urlencoded"),
        (Vec<u8> = "application/octet-stream"),
        (Vec<u8> = "image/jpeg"),
        (Vec<u8> = "image/png"),
        (Vec<u8> = "image/webp"),
        (Vec<u8> = "image/gif"),
    )),
    responses(
        (status = OK, body = TakenImages, description = "with `Prefer: wait`: all outcomes"),
        (status = ACCEPTED, body = TakenImages),
    ),
)]
pub(crate) async fn create(
    State(state): State<Arc<AppState>>,
    Extension(caller): Extension<Arc<Caller>>,
    query: Result<Query<ImagesQuery>, QueryRejection>,
    request: Request,
) -> Result<Response, Problem> {
    let Query(query) =
        query.map_err(|_| Problem::unprocessable("invalid_query", "profile=NAME&owner=NAME"))?;
    let name = query.profile.unwrap_or_default();
    let name = name.parse().map_err(|_| unknown_profile())?;
    let profile = state
        .parts
        .profiles
        .get(&name)
        .ok_or_else(unknown_profile)?;
    caller.check_profile(&name)?;
    let owner = caller.owner(query.owner)?;
    state.limits.count_owner(&owner)?;
    let wait = wait(request.headers(), state.parts.settings.max_wait);
    let batch = ImageBatch::read(request, state.allowance(profile.max_bytes.as_u64())).await?;
    let new_key = || RawKey {
        profile: name.clone(),
        owner: owner.clone(),
        id: UploadId::generate(),
    };
    let keys = state.store(batch, profile, new_key).await?;
    match wait {
        Some(wait) => state.outcomes(keys, wait).await,
        None => Ok(state.accepted(keys)),
    }
}

fn wait(headers: &HeaderMap, max: Duration) -> Option<Duration> {
    prefer::wait(headers).map(|wait| wait.min(max))
}

impl AppState {
    async fn store(
        &self,
        batch: ImageBatch,
        profile: &Profile,
        new_key: impl Fn() -> RawKey,
    ) -> Result<Vec<RawKey>, Problem> {
        let attachment = attachment(batch.fields)?;
        let mut uploads = Vec::new();
        for image in &batch.images {
            let content_type = declared(image, profile)?;
            uploads.push((new_key(), image, content_type));
        }
        for (count, (key, image, content_type)) in uploads.iter().enumerate() {
            let terms = UploadOptions {
                content_type: content_type.as_deref(),
                attachment: attachment.as_deref(),
            };
            let raw = &self.parts.raw;
            if let Err(error) = raw.put_file(&key.to_string(), image.path(), terms).await {
                let stored = uploads[..count].iter().map(|(key, ..)| key);
                self.take_back(stored, profile).await;
                return Err(error.into());
            }
        }
        Ok(uploads.into_iter().map(|(key, ..)| key).collect())
    }

    /// The client will send all of them again. What cannot be taken back only costs its room.
    async fn take_back(&self, keys: impl Iterator<Item = &RawKey>, profile: &Profile) {
        for key in keys {
            let variants = profile.variant_keys(key);
            if let Err(error) = self.ledger.remove(key, variants).await {
                tracing::warn!(%error, id = %key.id, "an upload was left behind");
            }
        }
    }

    fn accepted(&self, keys: Vec<RawKey>) -> Response {
        let uploads = keys.into_iter().map(|key| Taken {
            status_url: key.status_path(),
            status: UploadStatus::Pending {
                id: key.id,
                profile: key.profile,
                owner: key.owner,
                status: UploadState::Processing,
            },
        });
        answer(StatusCode::ACCEPTED, uploads.collect())
    }

    async fn outcomes(&self, keys: Vec<RawKey>, wait: Duration) -> Result<Response, Problem> {
        let deadline = Instant::now() + wait;
        let waits = keys
            .iter()
            .map(|key| self.status_watcher.wait(key, deadline, &self.stopping));
        let standings = try_join_all(waits).await?;
        if !standings.iter().all(Standing::is_final) {
            return Ok(self.accepted(keys));
        }
        let mut uploads = Vec::new();
        for (key, standing) in keys.into_iter().zip(standings) {
            uploads.push(Taken {
                status_url: key.status_path(),
                status: self.told(key, standing).await?,
            });
        }
        let applied = [(PREFERENCE_APPLIED, format!("wait={}", wait.as_secs()))];
        Ok((applied, answer(StatusCode::OK, uploads)).into_response())
    }
}

/// Several pictures of one request carry the same fields.
fn attachment(metadata: BTreeMap<String, String>) -> Result<Option<String>, Problem> {
    check_attachment(Attachment {
        metadata,
        ..Attachment::default()
    })
}

/// A type that only says "bytes" declares nothing.
fn declared(image: &TempFile, profile: &Profile) -> Result<Option<String>, Problem> {
    let declared = image.content_type.as_deref();
    declared
        .filter(|declared| *declared != "application/octet-stream")
        .map(|declared| check_content_type(declared, profile))
        .transpose()
}

fn answer(status: StatusCode, uploads: Vec<Taken>) -> Response {
    (status, Json(TakenImages { uploads })).into_response()
}
