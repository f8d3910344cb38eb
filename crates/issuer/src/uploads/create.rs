//! `POST /v1/uploads`: a presigned URL for an upload.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use darkroom_cloud::{
    CloudError, PresignPostRequest, PresignPutRequest, PresignedPost, PresignedPut,
};
use darkroom_contract::{CreateUpload, PresignedUpload, RawKey, UploadMethod};
use darkroom_telemetry::metric;
use http::{StatusCode, header};

use super::validated_upload::{FIELDS, Transfer, ValidatedUpload};
use crate::auth::Caller;
use crate::problem::Problem;
use crate::state::AppState;
use crate::{body, json};

/// The size limit of a request body. Metadata is at most 2 KiB long, but JSON escapes can multiply
/// its length.
const MAX_BODY_BYTES: usize = 32 * 1024;

/// Returns a presigned URL or form for one upload.
///
/// The response contains everything that a client needs to send its file to S3 directly. If the
/// upload would exceed a quota of its profile, the response is `409` with the limit, the usage and
/// the requested amount.
#[utoipa::path(
    post,
    path = "/v1/uploads",
    operation_id = "createUpload",
    tag = "uploads",
    request_body = CreateUpload,
    responses((
        status = CREATED,
        body = PresignedUpload,
        description = "The new upload and its presigned URL.",
        headers(("location" = String, description = "The `status_url` of the upload.")),
        links(
            ("status" = (
                operation_id = "getUpload",
                parameters(
                    ("profile" = "$response.body#/profile"),
                    ("owner" = "$response.body#/owner"),
                    ("id" = "$response.body#/id"),
                ),
                description = "Reads the status of the new upload.",
            )),
            ("deletion" = (
                operation_id = "deleteUpload",
                parameters(
                    ("profile" = "$response.body#/profile"),
                    ("owner" = "$response.body#/owner"),
                    ("id" = "$response.body#/id"),
                ),
                description = "Deletes the new upload.",
            )),
        ),
    )),
)]
pub(crate) async fn create(
    State(state): State<Arc<AppState>>,
    Extension(caller): Extension<Arc<Caller>>,
    request: Request,
) -> Result<impl IntoResponse, Problem> {
    json::require_content_type(request.headers())?;
    let read_timeout = state.parts.settings.read_timeout;
    let bytes = body::read(request.into_body(), MAX_BODY_BYTES, read_timeout).await?;
    let request = json::parse(&bytes, FIELDS)?;
    let upload = ValidatedUpload::from_request(request, &caller, &state.parts.profiles)?;
    state.limits.count_owner(&upload.key.owner)?;
    state.readiness.check_for_uploads().await?;
    let reservation = state.reserve_quota(&upload).await?;
    let response = presign(&state, upload).await?;
    reservation.keep(state.parts.settings.upload_expiry);
    let location = [(header::LOCATION, response.status_url.clone())];
    Ok((StatusCode::CREATED, location, Json(response)))
}

async fn presign(state: &AppState, upload: ValidatedUpload) -> Result<PresignedUpload, CloudError> {
    let key = upload.key.to_string();
    let expires_in = state.parts.settings.upload_expiry;
    let presigner = &state.parts.presigner;
    let presigned = match upload.transfer {
        Transfer::Put { bytes } => presigner
            .presign_put(&PresignPutRequest {
                key: &key,
                content_type: &upload.content_type,
                size: bytes,
                checksum_sha256: upload.checksum_sha256.as_deref(),
                attachment: upload.attachment.as_deref(),
                expires_in,
            })
            .await
            .map(Presigned::Put),
        Transfer::Post {
            min_bytes,
            max_bytes,
        } => presigner
            .presign_post(&PresignPostRequest {
                key: &key,
                content_type: &upload.content_type,
                size_range: min_bytes..=max_bytes,
                checksum_sha256: upload.checksum_sha256.as_deref(),
                attachment: upload.attachment.as_deref(),
                expires_in,
            })
            .await
            .map(Presigned::Post),
    };
    let mut upload = presigned?.into_upload(upload.key);
    if state.parts.settings.complete_uploads {
        upload.complete_url = Some(format!("{}/complete", upload.status_url));
    }
    let method = match upload.method {
        UploadMethod::Put => "PUT",
        UploadMethod::Post => "POST",
    };
    metric::PRESIGNS.add(1, [method]);
    Ok(upload)
}

enum Presigned {
    Put(PresignedPut),
    Post(PresignedPost),
}

impl Presigned {
    fn into_upload(self, key: RawKey) -> PresignedUpload {
        let (method, url, headers, fields, expires_at) = match self {
            Self::Put(put) => {
                let headers = Some(put.headers);
                (UploadMethod::Put, put.url, headers, None, put.expires_at)
            }
            Self::Post(form) => {
                let fields = Some(form.fields);
                (UploadMethod::Post, form.url, None, fields, form.expires_at)
            }
        };
        PresignedUpload {
            id: key.id,
            status_url: key.status_path(),
            profile: key.profile,
            owner: key.owner,
            method,
            url,
            headers,
            fields,
            expires_at,
            complete_url: None,
        }
    }
}
