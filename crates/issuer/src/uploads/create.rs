//! `POST /v1/uploads`: a URL to upload to.

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
use crate::service::AppState;
use crate::{body, json};

/// Metadata takes 2 KiB at most; escapes may make that a few times as much.
const MAX_BODY_BYTES: usize = 32 * 1024;

/// Answers with everything that a client needs to send its file to S3 itself.
#[utoipa::path(
    post,
    path = "/v1/uploads",
    tag = "uploads",
    request_body = CreateUpload,
    responses((
        status = CREATED,
        body = PresignedUpload,
        headers(("location" = String, description = "the ticket's `status_url`")),
    )),
)]
pub(crate) async fn create(
    State(state): State<Arc<AppState>>,
    Extension(caller): Extension<Arc<Caller>>,
    request: Request,
) -> Result<impl IntoResponse, Problem> {
    json::expect(request.headers())?;
    let read_timeout = state.parts.settings.read_timeout;
    let bytes = body::read(request.into_body(), MAX_BODY_BYTES, read_timeout).await?;
    let terms =
        ValidatedUpload::check(json::parse(&bytes, FIELDS)?, &caller, &state.parts.profiles)?;
    state.limits.count_owner(&terms.key.owner)?;
    let ticket = sign(&state, terms).await?;
    let location = [(header::LOCATION, ticket.status_url.clone())];
    Ok((StatusCode::CREATED, location, Json(ticket)))
}

async fn sign(state: &AppState, terms: ValidatedUpload) -> Result<PresignedUpload, CloudError> {
    let key = terms.key.to_string();
    let expires_in = state.parts.settings.upload_expiry;
    let signer = &state.parts.signer;
    let signed = match terms.sending {
        Transfer::Put { size } => signer
            .presign_put(&PresignPutRequest {
                key: &key,
                content_type: &terms.content_type,
                size,
                checksum_sha256: terms.checksum_sha256.as_deref(),
                attachment: terms.attachment.as_deref(),
                expires_in,
            })
            .await
            .map(Signed::Put),
        Transfer::Post { min_bytes, most } => signer
            .presign_post(&PresignPostRequest {
                key: &key,
                content_type: &terms.content_type,
                size_range: min_bytes..=most,
                checksum_sha256: terms.checksum_sha256.as_deref(),
                attachment: terms.attachment.as_deref(),
                expires_in,
            })
            .await
            .map(Signed::Post),
    };
    let ticket = signed?.ticket(terms.key);
    let method = match ticket.method {
        UploadMethod::Put => "PUT",
        UploadMethod::Post => "POST",
    };
    metric::PRESIGNS.add(1, [method]);
    Ok(ticket)
}

enum Signed {
    Put(PresignedPut),
    Post(PresignedPost),
}

impl Signed {
    fn ticket(self, key: RawKey) -> PresignedUpload {
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
        }
    }
}
