//! Reading the images from a request of any supported media type.

use axum::extract::Request;
use futures_util::StreamExt;
use http::StatusCode;

use super::base64::Encoding;
use super::body_stream::{BodyPace, BodyStream};
use super::image_batch::{ImageBatch, IngestLimits};
use super::request_size::MAX_ENCODED_BYTES;
use super::temp_file::{TempFile, too_many_bytes};
use super::{base64, multipart};
use crate::body::{OCTET_STREAM, media_type};
use crate::client::Client;
use crate::problem::Problem;
use crate::state::AppState;

impl AppState {
    /// Returns the limits on one request of `client`. Each image may have at most
    /// `max_image_bytes`.
    pub(crate) fn ingest_limits<'a>(
        &'a self,
        client: &'a Client,
        max_image_bytes: u64,
    ) -> IngestLimits<'a> {
        IngestLimits {
            max_image_bytes,
            pace: BodyPace {
                read_timeout: self.parts.settings.read_timeout,
                min_rate: self.parts.limits.min_upload_rate.as_u64(),
            },
            temp_budget: &self.temp_budget,
            client,
            decoding: &self.decoding,
        }
    }
}

impl ImageBatch {
    /// Reads the images of a form or a JSON body, or a body that is itself an image.
    ///
    /// # Errors
    /// `unsupported_media_type`, `image_required`, `empty`, `too_many_images`, `too_many_bytes`, or
    /// a problem that is specific to the encoding of the body.
    pub(crate) async fn from_request(
        request: Request,
        limits: IngestLimits<'_>,
    ) -> Result<Self, Problem> {
        let media_type = media_type(request.headers());
        let batch = match media_type.as_deref().unwrap_or(OCTET_STREAM) {
            "multipart/form-data" => multipart::read(request, limits).await?,
            "application/json" => read_encoded(request, Encoding::Json, limits).await?,
            "application/x-www-form-urlencoded" => read_form(request, limits).await?,
            single if single.starts_with("image/") || single == OCTET_STREAM => {
                let max_bytes = limits.max_image_bytes;
                Self::single(write_body(request, media_type.clone(), max_bytes, limits).await?)
            }
            _ => return Err(unsupported_media_type()),
        };
        batch.check_images()?;
        Ok(batch)
    }

    fn single(image: TempFile) -> Self {
        Self {
            images: vec![image],
            ..Self::default()
        }
    }
}

fn unsupported_media_type() -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "this Content-Type is not supported; send multipart/form-data, application/json, \
         application/x-www-form-urlencoded, or a single image",
    )
}

async fn read_encoded(
    request: Request,
    encoding: Encoding,
    limits: IngestLimits<'_>,
) -> Result<ImageBatch, Problem> {
    let body = write_body(request, None, MAX_ENCODED_BYTES, limits).await?;
    base64::decode_body(body, encoding, limits).await
}

/// Reads a URL-encoded form, or an image that `curl --data-binary` declares as a form.
async fn read_form(request: Request, limits: IngestLimits<'_>) -> Result<ImageBatch, Problem> {
    let body = write_body(request, None, MAX_ENCODED_BYTES, limits).await?;
    if body.is_url_encoded().await? {
        return base64::decode_body(body, Encoding::UrlEncoded, limits).await;
    }
    if body.bytes > limits.max_image_bytes {
        return Err(too_many_bytes(limits.max_image_bytes));
    }
    Ok(ImageBatch::single(body))
}

/// Writes a whole body to a temporary file.
async fn write_body(
    request: Request,
    content_type: Option<String>,
    max_bytes: u64,
    limits: IngestLimits<'_>,
) -> Result<TempFile, Problem> {
    let mut chunks = BodyStream::new(request.into_body(), limits.pace);
    let mut file = limits.create_file(max_bytes)?;
    while let Some(chunk) = chunks.next().await {
        file.write(&chunk?).await?;
    }
    file.finish(content_type).await
}
