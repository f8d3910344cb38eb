//! `POST /v1/images`: direct uploads, for clients that cannot send files to S3.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use darkroom_cloud::{CloudError, UploadOptions};
use darkroom_contract::{Attachment, Owner, PendingStatus, ProfileName, RawKey, UploadStatus};
use darkroom_imaging::SourceFormat;
use futures_util::future::try_join_all;
use http::{HeaderName, StatusCode};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use utoipa::ToSchema;

use crate::auth::Caller;
use crate::ingest::{ImageBatch, ImageBytes, ImagesForm, ImagesJson, ImagesUrlEncoded, TempFile};
use crate::prefer;
use crate::problem::Problem;
use crate::state::AppState;
use crate::uploads::attachment_header;

const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// The query of a direct upload.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImagesQuery {
    /// The profile of the uploads.
    #[param(value_type = ProfileName, required = true)]
    profile: Option<String>,
    /// The owner of the uploads. It is required unless the key or token acts for a single owner.
    #[param(value_type = Option<Owner>)]
    owner: Option<String>,
}

/// The uploads of all images in a request, in the order of the images.
#[derive(Debug, Serialize, ToSchema)]
struct ImageUploads {
    /// One upload for each image.
    uploads: Vec<ImageUpload>,
}

/// The upload of one image.
#[derive(Debug, Serialize, ToSchema)]
struct ImageUpload {
    #[serde(flatten)]
    status: UploadStatus,
    /// The path of the upload's status.
    status_url: String,
}

/// Uploads images through the service.
///
/// Responds with `202` and one upload for each image. With `Prefer: wait=SECONDS` (RFC 7240), it
/// responds with `200` and the outcomes if all of them are known in time.
///
/// A request succeeds or fails as a whole. If one image cannot be stored, none is kept. If the images
/// would exceed a quota of the profile, the response is `409` with the numbers.
#[utoipa::path(
    post,
    path = "/v1/images",
    operation_id = "uploadImages",
    tag = "images",
    params(
        ImagesQuery,
        (
            "prefer" = Option<String>,
            Header,
            description = "`wait=SECONDS` waits for the outcomes (RFC 7240).",
        ),
    ),
    request_body(content(
        (ImagesForm = "multipart/form-data"),
        (ImagesJson = "application/json"),
        (ImagesUrlEncoded = "application/x-www-form-urlencoded"),
        (inline(ImageBytes) = "application/octet-stream"),
    )),
    responses(
        (status = OK, body = ImageUploads, description = "All outcomes, with `Prefer: wait`."),
        (status = ACCEPTED, body = ImageUploads, description = "The images are stored."),
    ),
)]
pub(crate) async fn upload(
    State(state): State<Arc<AppState>>,
    Extension(caller): Extension<Arc<Caller>>,
    query: Result<Query<ImagesQuery>, QueryRejection>,
    request: Request,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| invalid_query())?;
    let name = query.profile.unwrap_or_default();
    let (name, profile) = caller.resolve_profile(&name, &state.parts.profiles)?;
    let owner = caller.resolve_owner(query.owner)?;
    state.limits.count_owner(&owner)?;
    let max_wait = state.parts.settings.max_wait;
    let wait = prefer::wait(request.headers()).map(|wait| wait.min(max_wait));
    let client = caller.client(Some(&owner));
    let _wait = match wait {
        Some(_) => Some(state.limits.start_wait(client.clone())?),
        None => None,
    };
    let limits = state.ingest_limits(&client, profile.max_bytes.as_u64());
    let batch = ImageBatch::from_request(request, limits).await?;
    let keys = state.store_batch(batch, &name, &owner).await?;
    match wait {
        Some(wait) => state.wait_for_outcomes(keys, wait, &caller).await,
        None => Ok(accepted(keys)),
    }
}

fn invalid_query() -> Problem {
    Problem::unprocessable(
        "invalid_query",
        "the query cannot be read; write ?profile=NAME&owner=NAME",
    )
}

impl AppState {
    /// Stores every image of a batch as a raw object. A batch exists only after the service has
    /// read the whole request, so a request that ends early stores nothing.
    async fn store_batch(
        &self,
        batch: ImageBatch,
        profile: &ProfileName,
        owner: &Owner,
    ) -> Result<Vec<RawKey>, Problem> {
        let attachment = batch_attachment(batch.fields.into_values())?;
        let images = batch.images.iter();
        let new_key = || RawKey::new(profile.clone(), owner.clone());
        let uploads: Vec<_> = images.map(|image| (new_key(), image)).collect();
        let sizes: Vec<_> = uploads
            .iter()
            .map(|(key, image)| (key.id, image.bytes))
            .collect();
        // The reservation ends when the images are stored, because there are no URLs.
        let _reservation = self.reserve_quota_for(profile, owner, &sizes).await?;
        for (count, (key, image)) in uploads.iter().enumerate() {
            let options = UploadOptions {
                content_type: declared_type(image),
                attachment: attachment.as_deref(),
            };
            let stored = self.parts.store.put_source(key, image.path(), options);
            if let Err(error) = stored.await {
                self.roll_back(uploads[..count].iter().map(|(key, _)| key))
                    .await;
                return Err(error.into());
            }
        }
        let keys: Vec<_> = uploads.into_iter().map(|(key, _)| key).collect();
        if self.parts.settings.complete_uploads
            && let Err(error) = self.queue_events(&keys).await
        {
            self.roll_back(keys.iter()).await;
            return Err(error.into());
        }
        Ok(keys)
    }

    /// Queues stored uploads, for stores that send no events.
    async fn queue_events(&self, keys: &[RawKey]) -> Result<(), CloudError> {
        let store = &self.parts.store;
        let events: Vec<_> = keys
            .iter()
            .map(|key| store.event(key, None, false))
            .collect();
        store.requeue(&events).await
    }

    /// Deletes the stored uploads of a failed request, because the client will send all images
    /// again. Logs an upload that cannot be deleted.
    async fn roll_back(&self, keys: impl Iterator<Item = &RawKey>) {
        for key in keys {
            if let Err(error) = self.parts.store.discard(key).await {
                tracing::warn!(%error, id = %key.id, "cannot delete an upload of a failed request");
            }
        }
    }

    async fn wait_for_outcomes(
        &self,
        keys: Vec<RawKey>,
        wait: Duration,
        caller: &Caller,
    ) -> Result<Response, Problem> {
        let deadline = Instant::now() + wait;
        let waits = keys
            .iter()
            .map(|key| self.status_watcher.wait(key, deadline, &self.stopping));
        let statuses = try_join_all(waits).await?;
        if !statuses.iter().all(UploadStatus::is_final) {
            return Ok(accepted(keys));
        }
        let mut uploads = Vec::new();
        for (key, status) in keys.into_iter().zip(statuses) {
            uploads.push(ImageUpload {
                status_url: key.status_path(),
                status: self.with_urls(status, caller).await?,
            });
        }
        let applied = [(PREFERENCE_APPLIED, format!("wait={}", wait.as_secs()))];
        Ok((applied, response(StatusCode::OK, uploads)).into_response())
    }
}

fn accepted(keys: Vec<RawKey>) -> Response {
    let uploads = keys.into_iter().map(|key| ImageUpload {
        status_url: key.status_path(),
        status: UploadStatus::pending(key, PendingStatus::Processing),
    });
    response(StatusCode::ACCEPTED, uploads.collect())
}

fn response(status: StatusCode, uploads: Vec<ImageUpload>) -> Response {
    (status, Json(ImageUploads { uploads })).into_response()
}

/// Builds the attachment that all images of a request share.
fn batch_attachment(metadata: BTreeMap<String, String>) -> Result<Option<String>, Problem> {
    attachment_header(Attachment {
        metadata,
        ..Attachment::default()
    })
}

/// Returns the declared media type if it is a known image type. The declaration may be wrong, so
/// the worker detects the format from the bytes.
fn declared_type(image: &TempFile) -> Option<&str> {
    let declared = image.content_type.as_deref();
    declared.filter(|declared| SourceFormat::from_content_type(declared).is_some())
}
