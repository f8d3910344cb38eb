//! The images of a body as base64 texts.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

use super::image_batch::too_many_images;
use super::request_size::MAX_IMAGES;
use crate::problem::Problem;

/// A list of texts, limited to [`MAX_IMAGES`] while it is read. In JSON it may also be a single
/// text.
#[derive(Debug, Default)]
pub(crate) struct ImageTexts {
    texts: Vec<String>,
    /// `true` if an empty text was skipped.
    pub(crate) has_empty: bool,
    has_too_many: bool,
}

impl ImageTexts {
    /// Adds a text. Skips an empty text, which a form sends for a file input without a file.
    pub(crate) fn add(&mut self, text: String) {
        if text.is_empty() {
            self.has_empty = true;
        } else if self.texts.len() == MAX_IMAGES {
            self.has_too_many = true;
        } else {
            self.texts.push(text);
        }
    }

    /// Returns the texts.
    ///
    /// # Errors
    /// `too_many_images`.
    pub(crate) fn texts(&self) -> Result<&[String], Problem> {
        if self.has_too_many {
            return Err(too_many_images());
        }
        Ok(&self.texts)
    }
}

impl<'de> Deserialize<'de> for ImageTexts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany;

        impl<'de> Visitor<'de> for OneOrMany {
            type Value = ImageTexts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of images in base64")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<ImageTexts, E> {
                let mut images = ImageTexts::default();
                images.add(text.to_owned());
                Ok(images)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<ImageTexts, A::Error> {
                let mut images = ImageTexts::default();
                while let Some(text) = list.next_element::<String>()? {
                    images.add(text);
                }
                Ok(images)
            }
        }

        deserializer.deserialize_any(OneOrMany)
    }
}
