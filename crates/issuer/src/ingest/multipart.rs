//! Images in `multipart/form-data` (RFC 7578).

use axum::extract::Request;
use bytes::Bytes;
use http::{StatusCode, header};
use multer::{Field, Multipart};

use super::body_stream::{BodyError, BodyStream};
use super::fields::Fields;
use super::image_batch::{ImageBatch, IngestLimits, is_image_field};
use crate::problem::Problem;

/// The maximum number of parts. The 2 KiB for metadata would not have space for more fields.
const MAX_PARTS: usize = 256;

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
    let headers = chunks.part_headers();
    let mut parts = Multipart::new(chunks, boundary);
    let mut batch = ImageBatch::default();
    let mut count = 0;
    loop {
        headers.start();
        let part = parts.next_field().await.map_err(problem)?;
        headers.stop();
        let Some(part) = part else {
            return Ok(batch);
        };
        count += 1;
        if count > MAX_PARTS {
            return Err(invalid("the form has too many parts; send 256 at most"));
        }
        match part.name().map(str::to_owned) {
            None => return Err(invalid("a part has no name")),
            Some(name) if is_image(&name, &part) => read_image(part, &mut batch, limits).await?,
            Some(name) => {
                batch.fields.count(name.len())?;
                let value = read_field(part, &mut batch.fields).await?;
                batch.fields.insert(name, value);
            }
        }
    }
}

/// Returns `true` if a part is an image. A part with the name of an image field always is. A part
/// that has a file name is an image under any field name, because forms name their file inputs
/// freely. The exception is a file with a text or JSON media type.
fn is_image(name: &str, part: &Field<'_>) -> bool {
    let is_text = part.content_type().is_some_and(|media_type| {
        media_type.type_() == "text" || media_type.essence_str().ends_with("json")
    });
    is_image_field(name) || (has_file_name(part) && !is_text)
}

/// Returns `true` if a part has a file name. For a file input without a file, browsers send an
/// empty file name, which does not count.
fn has_file_name(part: &Field<'_>) -> bool {
    part.file_name().is_some_and(|name| !name.is_empty())
}

async fn read_image(
    mut part: Field<'_>,
    batch: &mut ImageBatch,
    limits: IngestLimits<'_>,
) -> Result<(), Problem> {
    let has_file_name = has_file_name(&part);
    let content_type = part
        .content_type()
        .map(|media_type| media_type.essence_str().to_owned());
    let mut file = limits.create_file(limits.max_image_bytes)?;
    while let Some(chunk) = next_chunk(&mut part).await? {
        file.write(&chunk).await?;
    }
    let image = file.finish(content_type).await?;
    if image.bytes == 0 && !has_file_name {
        batch.has_empty = true;
        return Ok(());
    }
    batch.add(image)
}

async fn read_field(mut part: Field<'_>, fields: &mut Fields) -> Result<String, Problem> {
    let mut value = Vec::new();
    while let Some(chunk) = next_chunk(&mut part).await? {
        fields.count(chunk.len())?;
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
            "the form ended before its final boundary; send the whole form",
        ),
        error => invalid(&error.to_string()),
    }
}
