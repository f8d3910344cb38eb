//! Images in `multipart/form-data` (RFC 7578).

use axum::extract::Request;
use bytes::Bytes;
use http::{StatusCode, header};
use multer::{Field, Multipart};

use super::body_stream::{BodyError, BodyStream};
use super::image_batch::{IMAGE_FIELD, ImageBatch, IngestLimits};
use super::temp_file::TempFileWriter;
use crate::problem::Problem;

/// S3 stores 2 KiB of metadata. Reading twice as much allows a precise error in most cases.
const MAX_FIELDS_BYTES: usize = 4 * 1024;

/// Reads all parts, in the order in which they arrive.
pub(crate) async fn read(
    request: Request,
    limits: IngestLimits<'_>,
) -> Result<ImageBatch, Problem> {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let boundary = content_type
        .and_then(|value| value.to_str().ok())
        .and_then(|value| multer::parse_boundary(value).ok())
        .ok_or_else(|| invalid("the Content-Type header has no boundary"))?;
    let chunks = BodyStream::new(request.into_body(), limits.pace);
    let mut parts = Multipart::new(chunks, boundary);
    let mut batch = ImageBatch::default();
    let mut fields_bytes = 0;
    while let Some(part) = parts.next_field().await.map_err(problem)? {
        match part.name().map(str::to_owned) {
            None => return Err(invalid("a part has no name")),
            Some(name) if name == IMAGE_FIELD => read_image(part, &mut batch, limits).await?,
            Some(name) => {
                fields_bytes += name.len();
                let value = read_field(part, &mut fields_bytes).await?;
                batch.fields.insert(name, value);
            }
        }
    }
    Ok(batch)
}

async fn read_image(
    mut part: Field<'_>,
    batch: &mut ImageBatch,
    limits: IngestLimits<'_>,
) -> Result<(), Problem> {
    let content_type = part
        .content_type()
        .map(|media_type| media_type.essence_str().to_owned());
    let mut file = TempFileWriter::create(limits.max_image_bytes)?;
    while let Some(chunk) = next_chunk(&mut part).await? {
        file.write(&chunk).await?;
    }
    batch.add(file.finish(content_type).await?)
}

async fn read_field(mut part: Field<'_>, fields_bytes: &mut usize) -> Result<String, Problem> {
    let mut value = Vec::new();
    while let Some(chunk) = next_chunk(&mut part).await? {
        *fields_bytes += chunk.len();
        if *fields_bytes > MAX_FIELDS_BYTES {
            return Err(Problem::unprocessable(
                "metadata_too_large",
                "the metadata fields are too large; send 2 KiB at most",
            ));
        }
        value.extend_from_slice(&chunk);
    }
    String::from_utf8(value).map_err(|_| invalid("a metadata field is not UTF-8"))
}

async fn next_chunk(part: &mut Field<'_>) -> Result<Option<Bytes>, Problem> {
    part.chunk().await.map_err(problem)
}

fn invalid(detail: &str) -> Problem {
    Problem::unprocessable("invalid_multipart", detail)
}

fn problem(error: multer::Error) -> Problem {
    match error {
        multer::Error::StreamReadFailed(source) => source
            .downcast_ref::<BodyError>()
            .map_or_else(|| BodyError::Incomplete.into(), |&error| error.into()),
        multer::Error::IncompleteStream
        | multer::Error::IncompleteFieldData { .. }
        | multer::Error::IncompleteHeaders => Problem::new(
            StatusCode::BAD_REQUEST,
            "body_incomplete",
            "the form ended before its final boundary",
        ),
        error => invalid(&error.to_string()),
    }
}
