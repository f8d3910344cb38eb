//! Pictures in base64 (RFC 4648), in JSON or in a form.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;

use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::read::DecoderReader;
use serde::Deserialize;
use utoipa::ToSchema;

use super::image_batch::{ImageBatch, IngestLimits, MAX_IMAGES, too_many_images};
use super::multipart::IMAGE;
use super::temp_file::{CopyError, TempFile, too_many_bytes, unavailable};
use crate::problem::Problem;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// How the body is laid out.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    /// `{"images": ["base64", …], "metadata": {…}}`.
    Json,
    /// Fields named `image`, and others.
    UrlEncoded,
}

/// Pictures in base64, or as `data:` URLs.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImagesJson)]
pub(crate) struct Encoded {
    #[schema(min_items = 1, max_items = 16, content_encoding = "base64")]
    images: Vec<String>,
    /// Comes back in the outcomes.
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

/// Decodes a body that was written to a file.
///
/// # Errors
/// `invalid_json`, `invalid_base64`, `too_many_images` or `too_many_bytes`.
pub(crate) async fn read(
    body: TempFile,
    form: Form,
    allowance: IngestLimits<'_>,
) -> Result<ImageBatch, Problem> {
    let place = allowance.decoding.acquire().await.map_err(unavailable)?;
    let max_image_bytes = allowance.max_image_bytes;
    let decoding = tokio::task::spawn_blocking(move || decode(&body, form, max_image_bytes));
    let batch = decoding.await.map_err(unavailable)?;
    drop(place);
    batch
}

fn decode(body: &TempFile, form: Form, max_image_bytes: u64) -> Result<ImageBatch, Problem> {
    let text = fs::read(body.path()).map_err(unavailable)?;
    let encoded = match form {
        Form::Json => serde_json::from_slice(&text)
            .map_err(|error| Problem::unprocessable("invalid_json", error))?,
        Form::UrlEncoded => from_form(&text),
    };
    drop(text);
    if encoded.images.len() > MAX_IMAGES {
        return Err(too_many_images());
    }
    let images = encoded
        .images
        .iter()
        .map(|image| decode_image(image, max_image_bytes));
    Ok(ImageBatch {
        images: images.collect::<Result<_, _>>()?,
        fields: encoded.metadata,
    })
}

fn from_form(text: &[u8]) -> Encoded {
    let mut encoded = Encoded::default();
    for (name, value) in form_urlencoded::parse(text) {
        if name == IMAGE {
            // A plus that was not escaped reads as a space, and base64 has no spaces.
            encoded.images.push(value.replace(' ', "+"));
        } else {
            encoded
                .metadata
                .insert(name.into_owned(), value.into_owned());
        }
    }
    encoded
}

/// With or without padding, in either alphabet, and also as a `data:` URL (RFC 2397).
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
    TempFile::copy(source, max_bytes).map_err(|error| match error {
        CopyError::TooLarge => too_many_bytes(max_bytes),
        CopyError::Source(error) => Problem::unprocessable("invalid_base64", error),
        CopyError::TempFileWriter(error) => unavailable(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(image: &str) -> Result<Vec<u8>, &'static str> {
        let spooled = decode_image(image, 10).map_err(|problem| problem.code)?;
        Ok(fs::read(spooled.path()).unwrap())
    }

    #[test]
    fn every_usual_spelling_of_base64_is_read() {
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
    fn what_is_not_base64_or_too_long_has_its_code() {
        assert_eq!(bytes("not base64!"), Err("invalid_base64"));
        assert_eq!(bytes("AAAAAAAAAAAAAAAA"), Err("too_many_bytes"));
        assert_eq!(bytes("data:image/png,abc"), Ok(Vec::new()));
    }

    #[test]
    fn a_form_keeps_its_plus_signs() {
        let encoded = from_form(b"image=+/8AEA==&album=7&image=AAAA");
        assert_eq!(encoded.images, ["+/8AEA==", "AAAA"]);
        assert_eq!(encoded.metadata["album"], "7");
    }
}
