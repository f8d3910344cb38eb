//! Pictures and what was said with them.

use std::collections::BTreeMap;

use axum::extract::Request;
use futures_util::StreamExt;
use http::StatusCode;
use tokio::sync::Semaphore;

use super::body_stream::{BodyError, BodyStream, Pace};
use super::temp_file::{TempFile, TempFileWriter};
use super::{base64, multipart};
use crate::body::media_type;
use crate::problem::Problem;

/// Pictures in one request.
pub(crate) const MAX_IMAGES: usize = 16;
/// Bodies that hold pictures in base64, which are read whole; a third more than the pictures.
const MAX_ENCODED_BYTES: u64 = 64 * 1024 * 1024;

/// What a request may bring.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IngestLimits<'a> {
    /// Bytes of one picture.
    pub(crate) max_image_bytes: u64,
    /// How fast it has to come.
    pub(crate) pace: Pace,
    /// A place for each base64 body that may be in memory at once.
    pub(crate) decoding: &'a Semaphore,
}

/// At least one picture, and the fields beside it.
#[derive(Debug, Default)]
pub(crate) struct ImageBatch {
    pub(crate) images: Vec<TempFile>,
    pub(crate) fields: BTreeMap<String, String>,
}

impl ImageBatch {
    /// Reads a form, a JSON body, or a picture alone.
    ///
    /// # Errors
    /// `unsupported_media_type`, `image_required`, `too_many_images`, `too_many_bytes` while
    /// reading, or what is wrong with the form.
    pub(crate) async fn read(
        request: Request,
        allowance: IngestLimits<'_>,
    ) -> Result<Self, Problem> {
        let media_type = media_type(request.headers()).unwrap_or_default();
        let batch = match media_type.as_str() {
            "multipart/form-data" => multipart::read(request, allowance).await?,
            "application/json" => {
                let body = spool(request, None, MAX_ENCODED_BYTES, allowance).await?;
                base64::read(body, base64::Form::Json, allowance).await?
            }
            "application/x-www-form-urlencoded" => {
                let body = spool(request, None, MAX_ENCODED_BYTES, allowance).await?;
                base64::read(body, base64::Form::UrlEncoded, allowance).await?
            }
            alone if alone.starts_with("image/") || alone == "application/octet-stream" => {
                let max_bytes = allowance.max_image_bytes;
                let image = spool(request, Some(media_type), max_bytes, allowance).await?;
                Self {
                    images: vec![image],
                    fields: BTreeMap::new(),
                }
            }
            _ => return Err(unsupported()),
        };
        batch.check()
    }

    fn check(self) -> Result<Self, Problem> {
        if self.images.is_empty() {
            return Err(Problem::unprocessable(
                "image_required",
                "there is no picture: fields or parts named image, or images in JSON",
            ));
        }
        if self.images.iter().any(|image| image.bytes == 0) {
            return Err(Problem::unprocessable(
                "empty",
                "an empty file is not a picture",
            ));
        }
        Ok(self)
    }

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
        format_args!("a request takes {MAX_IMAGES} pictures at most"),
    )
}

fn unsupported() -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "this path takes multipart/form-data, application/json, \
         application/x-www-form-urlencoded, or a picture alone",
    )
}

impl From<BodyError> for Problem {
    fn from(interruption: BodyError) -> Self {
        let (status, code) = match interruption {
            BodyError::Timeout => (StatusCode::REQUEST_TIMEOUT, "body_timeout"),
            BodyError::Incomplete => (StatusCode::BAD_REQUEST, "body_incomplete"),
        };
        Self::new(status, code, interruption)
    }
}

async fn spool(
    request: Request,
    content_type: Option<String>,
    max_bytes: u64,
    allowance: IngestLimits<'_>,
) -> Result<TempFile, Problem> {
    let mut chunks = BodyStream::new(request.into_body(), allowance.pace);
    let mut spool = TempFileWriter::open(max_bytes)?;
    while let Some(chunk) = chunks.next().await {
        spool.write(&chunk?).await?;
    }
    spool.finish(content_type).await
}
