//! `POST /v1/uploads`: a URL to upload to.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::response::IntoResponse;
use darkroom_cloud::{CloudError, PutTerms};
use darkroom_contract::{UploadMethod, UploadTicket};
use http::{StatusCode, header};

use super::terms::{FIELDS, Terms};
use crate::issuer::Desk;
use crate::problem::Problem;
use crate::{body, json};

/// Metadata takes 2 KiB at most; escapes may make that a few times as much.
const MAX_BODY_BYTES: usize = 32 * 1024;

/// Answers with everything that a client needs to send its file to S3 itself.
pub(crate) async fn create(
    State(desk): State<Arc<Desk>>,
    request: Request,
) -> Result<impl IntoResponse, Problem> {
    json::expect(request.headers())?;
    let read_timeout = desk.parts.settings.read_timeout;
    let bytes = body::read(request.into_body(), MAX_BODY_BYTES, read_timeout).await?;
    let terms = Terms::check(json::parse(&bytes, FIELDS)?, &desk.parts.profiles)?;
    let ticket = sign(&desk, terms).await?;
    let location = [(header::LOCATION, ticket.status_url.clone())];
    Ok((StatusCode::CREATED, location, Json(ticket)))
}

async fn sign(desk: &Desk, terms: Terms) -> Result<UploadTicket, CloudError> {
    let signed = desk
        .parts
        .signer
        .sign_put(&PutTerms {
            key: &terms.key.to_string(),
            content_type: &terms.content_type,
            size: terms.size,
            checksum_sha256: terms.checksum_sha256.as_deref(),
            attachment: terms.attachment.as_deref(),
            expires_in: desk.parts.settings.upload_expiry,
        })
        .await?;
    Ok(UploadTicket {
        id: terms.key.id,
        status_url: terms.key.status_path(),
        profile: terms.key.profile,
        owner: terms.key.owner,
        method: UploadMethod::Put,
        url: signed.url,
        headers: Some(signed.headers),
        fields: None,
        expires_at: signed.expires_at,
    })
}
