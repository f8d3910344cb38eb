//! Decoding a body with images in base64 into temporary files.

use std::fs;
use std::io::BufReader;

use super::encoded_body::EncodedBody;
use super::image_batch::{ImageBatch, IngestLimits};
use super::temp_budget::TempBudget;
use super::temp_file::TempFile;
use crate::client::Client;
use crate::problem::Problem;
use crate::temp_dir::temp_dir_unavailable;

/// The encoding of a body.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Encoding {
    /// `{"images": ["base64", …], "metadata": {…}}`.
    Json,
    /// Image fields, such as `image`, and metadata fields.
    UrlEncoded,
}

/// The limits on the temporary files of decoded images.
struct FileLimits {
    max_bytes: u64,
    budget: TempBudget,
    client: Client,
}

/// Decodes a body that has been written to a temporary file.
///
/// # Errors
/// `invalid_json`, `invalid_base64`, `too_many_images`, `metadata_too_large`, `too_many_bytes`,
/// `too_many_requests` or `temp_dir_unavailable`.
pub(crate) async fn decode_body(
    body: TempFile,
    encoding: Encoding,
    limits: IngestLimits<'_>,
) -> Result<ImageBatch, Problem> {
    let permit = limits.decoding.acquire().await;
    let _permit = permit.map_err(|error| Problem::internal_error(&error))?;
    let files = FileLimits {
        max_bytes: limits.max_image_bytes,
        budget: limits.temp_budget.clone(),
        client: limits.client.clone(),
    };
    tokio::task::spawn_blocking(move || decode(&body, encoding, &files))
        .await
        .map_err(|error| Problem::internal_error(&error))?
}

fn decode(body: &TempFile, encoding: Encoding, files: &FileLimits) -> Result<ImageBatch, Problem> {
    let body = match encoding {
        Encoding::Json => {
            let file = fs::File::open(body.path()).map_err(temp_dir_unavailable)?;
            EncodedBody::from_json(BufReader::new(file))?
        }
        Encoding::UrlEncoded => {
            let mut text = fs::read(body.path()).map_err(temp_dir_unavailable)?;
            EncodedBody::from_form(&mut text)?
        }
    };
    body.metadata.check()?;
    let has_empty = body.images.has_empty;
    let images = body.images.into_images()?.into_iter();
    let images = images.map(|image| {
        let budget = files.budget.start_file(&files.client);
        TempFile::write(&image, files.max_bytes, budget)
    });
    Ok(ImageBatch {
        images: images.collect::<Result<_, _>>()?,
        fields: body.metadata,
        has_empty,
    })
}
