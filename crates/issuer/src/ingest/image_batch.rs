//! The images of one request, and the fields beside them.

use std::collections::BTreeMap;

use axum::extract::Request;
use futures_util::StreamExt;
use http::StatusCode;
use tokio::sync::Semaphore;

use super::base64::Encoding;
use super::body_stream::{BodyPace, BodyStream};
use super::temp_file::{TempFile, TempFileWriter};
use super::{base64, multipart};
use crate::body::media_type;
use crate::problem::Problem;
use crate::state::AppState;

/// The most images in one request.
pub(crate) const MAX_IMAGES: usize = 16;
/// The size limit of a base64 body, which is read whole and a third larger than its images.
const MAX_ENCODED_BYTES: u64 = 64 * 1024 * 1024;

/// The limits on one request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IngestLimits<'a> {
    /// The size limit of one image.
    pub(crate) max_image_bytes: u64,
    /// The minimum pace of the body.
    pub(crate) pace: BodyPace,
    /// A permit for each base64 body that may be in memory at once.
    pub(crate) decoding: &'a Semaphore,
}

/// At least one image, and the fields beside it.
#[derive(Debug, Default)]
pub(crate) struct ImageBatch {
    pub(crate) images: Vec<TempFile>,
    pub(crate) fields: BTreeMap<String, String>,
}

impl AppState {
    /// Returns the limits on a request with images of at most `max_image_bytes`.
    pub(crate) fn ingest_limits(&self, max_image_bytes: u64) -> IngestLimits<'_> {
        IngestLimits {
            max_image_bytes,
            pace: BodyPace {
                read_timeout: self.parts.settings.read_timeout,
                min_rate: self.parts.limits.min_upload_rate.as_u64(),
            },
            decoding: &self.decoding,
        }
    }
}

impl ImageBatch {
    /// Reads a form, a JSON body, or a body that is a single image.
    ///
    /// # Errors
    /// `unsupported_media_type`, `image_required`, `empty`, `too_many_images`, `too_many_bytes`, or
    /// the problem of the body's encoding.
    pub(crate) async fn from_request(
        request: Request,
        limits: IngestLimits<'_>,
    ) -> Result<Self, Problem> {
        let media_type = media_type(request.headers()).unwrap_or_default();
        let batch = match media_type.as_str() {
            "multipart/form-data" => multipart::read(request, limits).await?,
            "application/json" => read_encoded(request, Encoding::Json, limits).await?,
            "application/x-www-form-urlencoded" => {
                read_encoded(request, Encoding::UrlEncoded, limits).await?
            }
            single if single.starts_with("image/") || single == "application/octet-stream" => {
                let max_bytes = limits.max_image_bytes;
                let image = write_body(request, Some(media_type), max_bytes, limits.pace).await?;
                Self {
                    images: vec![image],
                    fields: BTreeMap::new(),
                }
            }
            _ => return Err(unsupported_media_type()),
        };
        batch.check_images()?;
        Ok(batch)
    }

    fn check_images(&self) -> Result<(), Problem> {
        if self.images.is_empty() {
            return Err(Problem::unprocessable(
                "image_required",
                "the request contains no image; name its parts or fields \"image\", or list them \
                 as \"images\" in JSON",
            ));
        }
        if self.images.iter().any(|image| image.bytes == 0) {
            return Err(Problem::unprocessable("empty", "an image has no bytes"));
        }
        Ok(())
    }

    /// Adds an image.
    ///
    /// # Errors
    /// `too_many_images`.
    pub(crate) fn add(&mut self, image: TempFile) -> Result<(), Problem> {
        if self.images.len() == MAX_IMAGES {
            return Err(too_many_images());
        }
        self.images.push(image);
        Ok(())
    }
}

pub(crate) fn too_many_images() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_many_images",
        format_args!("the request contains too many images; send {MAX_IMAGES} at most"),
    )
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
    let body = write_body(request, None, MAX_ENCODED_BYTES, limits.pace).await?;
    base64::decode_body(body, encoding, limits).await
}

/// Writes a whole body to a temporary file.
async fn write_body(
    request: Request,
    content_type: Option<String>,
    max_bytes: u64,
    pace: BodyPace,
) -> Result<TempFile, Problem> {
    let mut chunks = BodyStream::new(request.into_body(), pace);
    let mut file = TempFileWriter::create(max_bytes)?;
    while let Some(chunk) = chunks.next().await {
        file.write(&chunk?).await?;
    }
    file.finish(content_type).await
}
