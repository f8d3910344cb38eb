//! Images that are decoded from base64 (RFC 4648) into temporary files while a body is parsed.

use std::fmt;
use std::io::Read;

use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::read::DecoderReader;
use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};

use super::image_batch::too_many_images;
use super::request_size::MAX_IMAGES;
use super::temp_budget::TempBudget;
use super::temp_file::TempFile;
use crate::client::Client;
use crate::problem::Problem;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// The limits on the temporary files of decoded images.
#[derive(Debug)]
pub(crate) struct ImageFiles {
    pub(crate) max_bytes: u64,
    pub(crate) budget: TempBudget,
    pub(crate) client: Client,
}

/// Decoded images in temporary files, at most [`MAX_IMAGES`].
#[derive(Debug)]
pub(crate) struct DecodedImages {
    limits: ImageFiles,
    files: Vec<TempFile>,
    /// `true` if the body contained an empty text in place of an image. It was skipped.
    pub(crate) has_empty: bool,
    /// The first problem. Later texts are not decoded.
    problem: Option<Problem>,
}

impl DecodedImages {
    pub(crate) fn new(limits: ImageFiles) -> Self {
        Self {
            limits,
            files: Vec::new(),
            has_empty: false,
            problem: None,
        }
    }

    /// Decodes the base64 text of one image. Skips an empty text, which a form sends for a file
    /// input without a file.
    pub(crate) fn add(&mut self, text: &[u8]) {
        if text.is_empty() {
            self.has_empty = true;
        } else if self.problem.is_none() {
            match self.decode(text) {
                Ok(file) => self.files.push(file),
                Err(problem) => self.problem = Some(problem),
            }
        }
    }

    /// Decodes base64, with or without padding, in the standard or the URL-safe alphabet. The
    /// base64 may be in a `data:` URL (RFC 2397). A `data:` URL without base64 yields an empty
    /// image.
    fn decode(&self, text: &[u8]) -> Result<TempFile, Problem> {
        if self.files.len() == MAX_IMAGES {
            return Err(too_many_images());
        }
        let base64 = without_data_url(text);
        let is_url_safe = base64.iter().any(|byte| b"-_".contains(byte));
        let engine = if is_url_safe { &URL_SAFE } else { &STANDARD };
        let mut image = DecoderReader::new(base64, engine);
        let read = |chunk: &mut [u8]| {
            image.read(chunk).map_err(|error| {
                let detail = format!("an image is not valid base64: {error}");
                Problem::unprocessable("invalid_base64", detail)
            })
        };
        let budget = self.limits.budget.start_file(&self.limits.client);
        TempFile::write(read, self.limits.max_bytes, budget)
    }

    /// Returns the files.
    ///
    /// # Errors
    /// `too_many_images`, `invalid_base64`, `too_many_bytes`, `too_many_requests` or
    /// `temp_dir_unavailable`.
    pub(crate) fn into_files(self) -> Result<Vec<TempFile>, Problem> {
        self.problem.map_or(Ok(self.files), Err)
    }
}

/// Returns the base64 text in a `data:` URL, or the text itself if it is not such a URL.
fn without_data_url(text: &[u8]) -> &[u8] {
    const MARKER: &[u8] = b";base64,";
    let Some(url) = text.strip_prefix(b"data:") else {
        return text;
    };
    let marker = url.windows(MARKER.len()).position(|part| part == MARKER);
    marker.map_or(&[], |at| &url[at + MARKER.len()..])
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
impl ImageFiles {
    /// Limits with which each image may have up to `max_bytes`.
    pub(crate) fn for_tests(max_bytes: u64) -> Self {
        Self {
            max_bytes,
            budget: TempBudget::new(&crate::limits::LimitSettings::default(), max_bytes),
            client: Client::Caller("key:web".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn image(text: &str) -> Result<Vec<u8>, &'static str> {
        let mut images = DecodedImages::new(ImageFiles::for_tests(1024));
        images.add(text.as_bytes());
        let files = images.into_files().map_err(|problem| problem.code)?;
        Ok(fs::read(files[0].path()).unwrap())
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
    }

    #[test]
    fn other_text_is_refused_wherever_it_is() {
        let long = "A".repeat(1200);
        for text in [
            "not base64!".to_owned(),
            "AA==AAAA".to_owned(),
            format!("{long}!"),
            format!("{long}AA==AAAA"),
            format!("{long}A"),
        ] {
            assert_eq!(image(&text), Err("invalid_base64"), "{text}");
        }
    }

    #[test]
    fn an_image_may_have_exactly_the_permitted_number_of_bytes() {
        assert_eq!(image(&"A".repeat(1366)).map(|it| it.len()), Ok(1024));
        assert_eq!(image(&"A".repeat(1367)), Err("too_many_bytes"));
    }
}
