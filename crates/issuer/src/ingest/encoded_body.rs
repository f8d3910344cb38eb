//! Bodies with images in base64: JSON, or a URL-encoded form.

use std::fmt;
use std::io::Read;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::decoded_images::{DecodedImages, ImageFiles};
use super::fields::Fields;
use super::image_batch::is_image_field;
use super::json_object::{self, JsonObject};
use crate::problem::Problem;
use crate::temp_dir::temp_dir_unavailable;

/// The maximum length of the name of an image field, with its URL escapes.
const MAX_NAME_BYTES: usize = 128;
/// The maximum number of characters of a client's text in an error.
const MAX_QUOTED_CHARS: usize = 40;

/// The decoded images and the metadata fields of a body. An error quotes only the beginning of a
/// long text.
#[derive(Debug)]
pub(crate) struct EncodedBody {
    pub(crate) images: DecodedImages,
    pub(crate) metadata: Fields,
}

impl EncodedBody {
    fn new(files: ImageFiles) -> Self {
        Self {
            images: DecodedImages::new(files),
            metadata: Fields::default(),
        }
    }

    /// Parses `{"images": ["base64", …], "metadata": {…}}`. Writes the images to `files`. At most
    /// one base64 text is in memory at a time.
    ///
    /// # Errors
    /// `invalid_json`, or `temp_dir_unavailable` if the source cannot be read.
    pub(crate) fn from_json(source: impl Read, files: ImageFiles) -> Result<Self, Problem> {
        let mut body = Self::new(files);
        let mut source = serde_json::Deserializer::from_reader(source);
        let parsed = json_object::read(&mut body, &mut source).and_then(|()| source.end());
        match parsed {
            Ok(()) => Ok(body),
            Err(error) if error.is_io() => Err(temp_dir_unavailable(error.into())),
            Err(error) => {
                let detail = format!("the body is not an object with images: {error}");
                Err(Problem::unprocessable("invalid_json", detail))
            }
        }
    }

    /// Parses a form of image fields, such as `image`, and metadata fields. Writes the images to
    /// `files`. Decodes the escapes of each image field within `text`, without a copy.
    ///
    /// # Errors
    /// `metadata_too_large`.
    pub(crate) fn from_form(text: &mut [u8], files: ImageFiles) -> Result<Self, Problem> {
        let mut body = Self::new(files);
        for pair in text.split_mut(|byte| *byte == b'&') {
            let end = pair.iter().position(|byte| *byte == b'=');
            let end = end.unwrap_or(pair.len());
            if end <= MAX_NAME_BYTES && is_image_field(&unescape_name(&pair[..end])) {
                let value = pair.get_mut(end + 1..).unwrap_or_default();
                body.images.add(unescape_base64(value));
            } else if !pair.is_empty() {
                body.metadata.add_pair(pair)?;
            }
        }
        Ok(body)
    }
}

/// Returns the name of a form field.
fn unescape_name(name: &[u8]) -> String {
    let mut pairs = form_urlencoded::parse(name);
    let name = pairs.next().map(|(name, _)| name.into_owned());
    name.unwrap_or_default()
}

/// Decodes the escapes of a form field in place. Spaces become plus signs. Base64 has no spaces, so
/// a space can only come from a client that did not escape a plus sign.
fn unescape_base64(value: &mut [u8]) -> &[u8] {
    let (mut read, mut written) = (0, 0);
    while read < value.len() {
        let (byte, length) = match value[read..] {
            [b'%', high, low, ..] => unescape(high, low).map_or((b'%', 1), |byte| (byte, 3)),
            [byte, ..] => (byte, 1),
            [] => break,
        };
        value[written] = if byte == b' ' { b'+' } else { byte };
        read += length;
        written += 1;
    }
    &value[..written]
}

/// Returns the byte that two hexadecimal digits represent.
fn unescape(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// The fields of a body in JSON.
enum Field {
    Images,
    Metadata,
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;

        impl Visitor<'_> for Name {
            type Value = Field;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`images` or `metadata`")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Field, E> {
                match name {
                    "images" | "image" | "files" | "file" => Ok(Field::Images),
                    "metadata" => Ok(Field::Metadata),
                    _ => {
                        let name: String = name.chars().take(MAX_QUOTED_CHARS).collect();
                        let detail =
                            format!("unknown field {name:?}, expected `images` or `metadata`");
                        Err(E::custom(detail))
                    }
                }
            }
        }

        deserializer.deserialize_identifier(Name)
    }
}

impl JsonObject for EncodedBody {
    const EXPECTED: &'static str = "an object";

    fn read_entries<'de, A: MapAccess<'de>>(&mut self, mut entries: A) -> Result<(), A::Error> {
        let (mut has_images, mut has_metadata) = (false, false);
        while let Some(field) = entries.next_key()? {
            let is_repeated = match field {
                Field::Images => std::mem::replace(&mut has_images, true),
                Field::Metadata => std::mem::replace(&mut has_metadata, true),
            };
            match field {
                _ if is_repeated => return Err(A::Error::custom("a field is repeated")),
                Field::Images => entries.next_value_seed(&mut self.images)?,
                Field::Metadata => self.metadata = entries.next_value()?,
            }
        }
        if !has_images {
            return Err(A::Error::missing_field("images"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn form(text: &str) -> Result<EncodedBody, Problem> {
        EncodedBody::from_form(&mut text.as_bytes().to_vec(), ImageFiles::for_tests(1024))
    }

    fn json(text: &str) -> Result<EncodedBody, Problem> {
        EncodedBody::from_json(text.as_bytes(), ImageFiles::for_tests(1024))
    }

    fn contents(images: DecodedImages) -> Vec<Vec<u8>> {
        let files = images.into_files().unwrap().into_iter();
        files.map(|file| fs::read(file.path()).unwrap()).collect()
    }

    #[test]
    fn a_form_may_send_plus_signs_with_or_without_escapes() {
        for value in ["+/8AEA==", "%2B/8AEA%3D%3d", " /8AEA", "%20%2F8AEA"] {
            let body = form(&format!("image={value}&al+bum=%37&&files%5B%5D=AAAA&file="));
            let body = body.unwrap();
            assert!(body.images.has_empty);
            let expected = [vec![0xfb, 0xff, 0x00, 0x10], vec![0, 0, 0]];
            assert_eq!(contents(body.images), expected, "{value}");
            assert_eq!(body.metadata.into_values()["al bum"], "7");
        }
        let incomplete = form("image=%2").unwrap();
        let problem = incomplete.images.into_files().unwrap_err();
        assert_eq!(problem.code, "invalid_base64");
    }

    #[test]
    fn the_images_field_in_json_has_several_names_and_may_be_a_single_image() {
        for text in [
            r#"{"image": "AAAA"}"#,
            r#"{"files": ["AAAA"]}"#,
            r#"{"images": "AA\u0041A", "metadata": {}}"#,
        ] {
            let images = json(text).unwrap().images;
            assert_eq!(contents(images), [[0, 0, 0]], "{text}");
        }
    }

    #[test]
    fn the_images_and_metadata_that_are_kept_from_a_body_are_bounded() {
        let images = |text: &str, count| {
            let list = vec![text; count].join(",");
            json(&format!(r#"{{"images": [{list}]}}"#)).unwrap().images
        };
        assert!(contents(images(r#""""#, 1000)).is_empty());
        let problem = images(r#""AA""#, 17).into_files().unwrap_err();
        assert_eq!(problem.code, "too_many_images");
        let fields: Vec<String> = (0..5000).map(|n| format!(r#""{n}": """#)).collect();
        let fields = fields.join(",");
        let wide = json(&format!(r#"{{"images": [], "metadata": {{{fields}}}}}"#)).unwrap();
        assert_eq!(
            wide.metadata.check().unwrap_err().code,
            "metadata_too_large"
        );
        assert!(wide.metadata.into_values().len() < 5000);
        let names: Vec<String> = (0..5000).map(|n| n.to_string()).collect();
        for text in [
            names.join("&"),
            "a".repeat(50_000),
            format!("a={}", "b".repeat(50_000)),
        ] {
            assert_eq!(form(&text).unwrap_err().code, "metadata_too_large");
        }
    }

    #[test]
    fn an_error_quotes_only_the_beginning_of_a_text() {
        let long = "\u{200b}".repeat(100_000);
        let nested = "[".repeat(100_000);
        for text in [
            format!("\"{long}\""),
            format!(r#"{{"{long}": 1}}"#),
            format!(r#"{{"images": [], "metadata": "{long}"}}"#),
            format!(r#"{{"images": {nested}"#),
            format!(r#"{{"images": [{nested}"#),
            r#"{"images": [], "files": []}"#.to_owned(),
            r#"{"metadata": {}, "metadata": {}}"#.to_owned(),
            r#"{"metadata": {}}"#.to_owned(),
        ] {
            let problem = json(&text).unwrap_err();
            assert_eq!(problem.code, "invalid_json");
            assert!(problem.detail.len() < 1000, "{}", problem.detail);
        }
    }
}
