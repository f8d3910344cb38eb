//! Images that are decoded from base64 (RFC 4648) while a body is parsed.

use std::fmt;

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};

use super::image_batch::too_many_images;
use super::request_size::MAX_IMAGES;
use crate::problem::Problem;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Decoded images, limited to [`MAX_IMAGES`] while they are read.
#[derive(Debug, Default)]
pub(crate) struct DecodedImages {
    images: Vec<Vec<u8>>,
    /// `true` if the body contained an empty text in place of an image. It was skipped.
    pub(crate) has_empty: bool,
    /// The first problem. Later texts are not decoded.
    problem: Option<Problem>,
}

impl DecodedImages {
    /// Decodes the base64 text of one image. Skips an empty text, which a form sends for a file
    /// input without a file.
    pub(crate) fn add(&mut self, text: &[u8]) {
        if text.is_empty() {
            self.has_empty = true;
        } else if self.problem.is_none() {
            match self.decode(text) {
                Ok(image) => self.images.push(image),
                Err(problem) => self.problem = Some(problem),
            }
        }
    }

    fn decode(&self, text: &[u8]) -> Result<Vec<u8>, Problem> {
        if self.images.len() == MAX_IMAGES {
            return Err(too_many_images());
        }
        decode(text)
    }

    /// Returns the images.
    ///
    /// # Errors
    /// `too_many_images` or `invalid_base64`.
    pub(crate) fn into_images(self) -> Result<Vec<Vec<u8>>, Problem> {
        self.problem.map_or(Ok(self.images), Err)
    }
}

/// Decodes base64, with or without padding, in the standard or the URL-safe alphabet. The base64
/// may be in a `data:` URL (RFC 2397). A `data:` URL without base64 yields an empty image.
fn decode(text: &[u8]) -> Result<Vec<u8>, Problem> {
    const MARKER: &[u8] = b";base64,";
    let base64 = match text.strip_prefix(b"data:") {
        Some(url) => {
            let marker = url.windows(MARKER.len()).position(|part| part == MARKER);
            marker.map_or(&[][..], |at| &url[at + MARKER.len()..])
        }
        None => text,
    };
    let is_url_safe = base64.iter().any(|byte| b"-_".contains(byte));
    let engine = if is_url_safe { &URL_SAFE } else { &STANDARD };
    engine.decode(base64).map_err(|error| {
        let detail = format!("an image is not valid base64: {error}");
        Problem::unprocessable("invalid_base64", detail)
    })
}

/// Reads a list of texts in JSON, or a single text.
impl<'de> DeserializeSeed<'de> for &mut DecodedImages {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        struct OneOrMany<'a>(&'a mut DecodedImages);

        impl<'de> Visitor<'de> for OneOrMany<'_> {
            type Value = ();

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of images in base64")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
                self.0.add(text.as_bytes());
                Ok(())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
                while list.next_element_seed(Item(self.0))?.is_some() {}
                Ok(())
            }
        }

        deserializer.deserialize_any(OneOrMany(self))
    }
}

/// One text of a list. The text is decoded from the parser's buffer, without a copy.
struct Item<'a>(&'a mut DecodedImages);

impl<'de> DeserializeSeed<'de> for Item<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Item<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an image in base64")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.0.add(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(text: &str) -> Result<Vec<u8>, &'static str> {
        decode(text.as_bytes()).map_err(|problem| problem.code)
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
            assert_eq!(image(text), Ok(expected.clone()), "{text}");
        }
        assert_eq!(image("data:image/png,abc"), Ok(Vec::new()));
        assert_eq!(image("not base64!"), Err("invalid_base64"));
    }
}
