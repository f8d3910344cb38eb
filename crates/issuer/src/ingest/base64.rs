//! Images in base64 (RFC 4648), in JSON or in a URL-encoded form.

use std::fs;
use std::io::Cursor;

use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::read::DecoderReader;
use serde::Deserialize;
use utoipa::ToSchema;

use super::fields::Fields;
use super::image_batch::{ImageBatch, IngestLimits, is_image_field};
use super::image_texts::ImageTexts;
use super::temp_budget::TempBudget;
use super::temp_file::{CopyError, TempFile, too_many_bytes};
use crate::client::Client;
use crate::problem::Problem;
use crate::temp_dir::temp_dir_unavailable;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// The encoding of a body.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Encoding {
    /// `{"images": ["base64", …], "metadata": {…}}`.
    Json,
    /// Image fields, such as `image`, and metadata fields.
    UrlEncoded,
}

/// Images in JSON.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImagesJson {
    /// The images in base64, or as `data:` URLs.
    #[serde(alias = "image", alias = "file", alias = "files")]
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 16, content_encoding = "base64")]
    images: ImageTexts,
    /// Key-value pairs that the outcomes repeat.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>, required = false)]
    metadata: Fields,
}

/// The limits on the files of decoded images.
struct FileLimits {
    max_bytes: u64,
    budget: TempBudget,
    client: Client,
}

/// Decodes a body that was written to a file.
///
/// # Errors
/// `invalid_json`, `invalid_base64`, `too_many_images`, `metadata_too_large`, `too_many_bytes`, or
/// `spool_unavailable`.
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
    let text = fs::read(body.path()).map_err(temp_dir_unavailable)?;
    let body = match encoding {
        Encoding::Json => serde_json::from_slice(&text).map_err(|error| {
            let detail = format!("the body is not an object with images: {error}");
            Problem::unprocessable("invalid_json", detail)
        })?,
        Encoding::UrlEncoded => parse_form(&text)?,
    };
    drop(text);
    body.metadata.check()?;
    let images = body.images.texts()?.iter();
    let images = images.map(|image| decode_image(image, files));
    Ok(ImageBatch {
        images: images.collect::<Result<_, _>>()?,
        fields: body.metadata,
        has_empty: body.images.has_empty,
    })
}

fn parse_form(text: &[u8]) -> Result<ImagesJson, Problem> {
    let mut form = ImagesJson::default();
    for (name, value) in form_urlencoded::parse(text) {
        if is_image_field(&name) {
            form.images.add(with_plus_signs(value.into_owned()));
        } else {
            // An entry takes memory even if it is empty, so it counts as at least one byte.
            form.metadata.count(name.len() + value.len() + 1)?;
            form.metadata.insert(name.into_owned(), value.into_owned());
        }
    }
    Ok(form)
}

/// Restores the plus signs of base64 that a client did not escape in a form. The parser turns them
/// into spaces. This is unambiguous, because base64 contains no spaces.
fn with_plus_signs(text: String) -> String {
    // This changes the text in place, because the text may be as long as 64 MiB.
    let mut bytes = text.into_bytes();
    for byte in &mut bytes {
        if *byte == b' ' {
            *byte = b'+';
        }
    }
    // ASCII replaces ASCII, so the text is still UTF-8.
    String::from_utf8(bytes).unwrap_or_default()
}

/// Decodes base64, with or without padding, in the standard or the URL-safe alphabet. The base64
/// may be in a `data:` URL (RFC 2397). A `data:` URL without base64 yields an empty file.
fn decode_image(image: &str, files: &FileLimits) -> Result<TempFile, Problem> {
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
    let budget = files.budget.start_file(&files.client);
    TempFile::copy_from(source, files.max_bytes, budget).map_err(|error| match error {
        CopyError::TooLarge => too_many_bytes(files.max_bytes),
        CopyError::OverBudget(problem) => problem,
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
    use crate::limits::LimitSettings;

    fn bytes(image: &str) -> Result<Vec<u8>, &'static str> {
        let files = FileLimits {
            max_bytes: 10,
            budget: TempBudget::new(&LimitSettings::default(), 10),
            client: Client::Caller("key:web".to_owned()),
        };
        let file = decode_image(image, &files).map_err(|problem| problem.code)?;
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
        let form = parse_form(b"image=+/8AEA==&album=7&files[]=AAAA&file=").unwrap();
        assert_eq!(form.images.texts().unwrap(), ["+/8AEA==", "AAAA"]);
        assert!(form.images.has_empty);
        assert_eq!(form.metadata.into_values()["album"], "7");
    }

    #[test]
    fn the_images_and_metadata_that_are_kept_from_a_body_are_bounded() {
        let parse = |json: &str| serde_json::from_str::<ImagesJson>(json).unwrap();
        let images = |text: &str, count| format!("[{}]", vec![text; count].join(","));
        let empty = parse(&format!(r#"{{"images": {}}}"#, images(r#""""#, 1000)));
        assert!(empty.images.texts().unwrap().is_empty());
        let many = parse(&format!(r#"{{"images": {}}}"#, images(r#""AA""#, 17)));
        assert_eq!(many.images.texts().unwrap_err().code, "too_many_images");
        let fields: Vec<String> = (0..5000).map(|n| format!(r#""{n}": """#)).collect();
        let fields = fields.join(",");
        let wide = parse(&format!(r#"{{"images": [], "metadata": {{{fields}}}}}"#));
        assert_eq!(
            wide.metadata.check().unwrap_err().code,
            "metadata_too_large"
        );
        assert!(wide.metadata.into_values().len() < 5000);
        let form: Vec<String> = (0..5000).map(|n| n.to_string()).collect();
        let problem = parse_form(form.join("&").as_bytes()).unwrap_err();
        assert_eq!(problem.code, "metadata_too_large");
    }

    #[test]
    fn a_field_of_images_in_json_has_several_names_and_a_single_image_needs_no_list() {
        for json in [
            r#"{"image": "AAAA"}"#,
            r#"{"files": ["AAAA"]}"#,
            r#"{"images": "AAAA"}"#,
        ] {
            let body: ImagesJson = serde_json::from_str(json).unwrap();
            assert_eq!(body.images.texts().unwrap(), ["AAAA"], "{json}");
        }
    }
}
