//! Images in base64 (RFC 4648), in JSON or in a URL-encoded form.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;

use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::read::DecoderReader;
use serde::Deserialize;
use utoipa::ToSchema;

use super::image_batch::{IMAGE_FIELD, ImageBatch, IngestLimits, MAX_IMAGES, too_many_images};
use super::temp_file::{CopyError, TempFile, temp_dir_unavailable, too_many_bytes};
use crate::problem::Problem;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// The encoding of a body.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Encoding {
    /// `{"images": ["base64", …], "metadata": {…}}`.
    Json,
    /// Fields named `image`, and metadata fields.
    UrlEncoded,
}

/// Images in JSON.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImagesJson {
    /// The images in base64, or as `data:` URLs.
    #[schema(min_items = 1, max_items = 16, content_encoding = "base64")]
    images: Vec<String>,
    /// Key-value pairs that the outcomes repeat.
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

/// Decodes a body that was written to a file.
///
/// # Errors
/// `invalid_json`, `invalid_base64`, `too_many_images`, `too_many_bytes`, or `spool_unavailable`.
pub(crate) async fn decode_body(
    body: TempFile,
    encoding: Encoding,
    limits: IngestLimits<'_>,
) -> Result<ImageBatch, Problem> {
    let permit = limits.decoding.acquire().await;
    let _permit = permit.map_err(|error| Problem::internal_error(&error))?;
    let max_image_bytes = limits.max_image_bytes;
    tokio::task::spawn_blocking(move || decode(&body, encoding, max_image_bytes))
        .await
        .map_err(|error| Problem::internal_error(&error))?
}

fn decode(
    body: &TempFile,
    encoding: Encoding,
    max_image_bytes: u64,
) -> Result<ImageBatch, Problem> {
    let text = fs::read(body.path()).map_err(temp_dir_unavailable)?;
    let body = match encoding {
        Encoding::Json => serde_json::from_slice(&text).map_err(|error| {
            let detail = format!("the body is not an object with images: {error}");
            Problem::unprocessable("invalid_json", detail)
        })?,
        Encoding::UrlEncoded => parse_form(&text),
    };
    drop(text);
    if body.images.len() > MAX_IMAGES {
        return Err(too_many_images());
    }
    let images = body
        .images
        .iter()
        .map(|image| decode_image(image, max_image_bytes));
    Ok(ImageBatch {
        images: images.collect::<Result<_, _>>()?,
        fields: body.metadata,
    })
}

fn parse_form(text: &[u8]) -> ImagesJson {
    let mut form = ImagesJson::default();
    for (name, value) in form_urlencoded::parse(text) {
        if name == IMAGE_FIELD {
            // An unescaped plus sign is parsed as a space, which base64 does not contain.
            form.images.push(value.replace(' ', "+"));
        } else {
            form.metadata.insert(name.into_owned(), value.into_owned());
        }
    }
    form
}

/// Decodes an image with or without padding, in either alphabet, or in a `data:` URL (RFC 2397).
fn decode_image(image: &str, max_bytes: u64) -> Result<TempFile, Problem> {
    let base64 = match image.strip_prefix("data:") {
        Some(url) => url.split_once(";base64,").map_or("", |(_, data)| data),
        None => image,
    };
    let engine = if base64.contains(['-', '_']) {
        &URL_SAFE
    } else {
        &STANDARD
    };
    let source = DecoderReader::new(Cursor::new(base64), engine);
    TempFile::copy_from(source, max_bytes).map_err(|error| match error {
        CopyError::TooLarge => too_many_bytes(max_bytes),
        CopyError::Read(error) => {
            let detail = format!("an image is not valid base64: {error}");
            Problem::unprocessable("invalid_base64", detail)
        }
        CopyError::Write(error) => temp_dir_unavailable(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(image: &str) -> Result<Vec<u8>, &'static str> {
        let file = decode_image(image, 10).map_err(|problem| problem.code)?;
        Ok(fs::read(file.path()).unwrap())
    }

    #[test]
    fn every_common_form_of_base64_is_decoded() {
        let expected = vec![0xfb, 0xff, 0x00, 0x10];
        for text in [
            "+/8AEA==",
            "+/8AEA",
            "-_8AEA==",
            "data:image/png;base64,+/8AEA==",
        ] {
            assert_eq!(bytes(text), Ok(expected.clone()), "{text}");
        }
    }

    #[test]
    fn invalid_base64_and_an_image_that_is_too_large_have_their_codes() {
        assert_eq!(bytes("not base64!"), Err("invalid_base64"));
        assert_eq!(bytes("AAAAAAAAAAAAAAAA"), Err("too_many_bytes"));
        assert_eq!(bytes("data:image/png,abc"), Ok(Vec::new()));
    }

    #[test]
    fn unescaped_plus_signs_of_a_form_survive() {
        let form = parse_form(b"image=+/8AEA==&album=7&image=AAAA");
        assert_eq!(form.images, ["+/8AEA==", "AAAA"]);
        assert_eq!(form.metadata["album"], "7");
    }
}
