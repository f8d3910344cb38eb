//! The metadata fields of a request.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess};

use super::json_object::{self, JsonObject};
use crate::problem::Problem;

/// The size limit that applies while fields are read. It is higher than the 2 KiB of metadata that
/// S3 stores, so most requests with more than 2 KiB reach a later check, whose error states the
/// exact size.
const MAX_BYTES: usize = 4 * 1024;

/// The metadata fields of a request. Their size is limited while they are read.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    values: BTreeMap<String, String>,
    bytes: usize,
}

impl Fields {
    /// Counts bytes of a field.
    ///
    /// # Errors
    /// `metadata_too_large` as soon as the fields exceed the limit.
    pub(crate) fn count(&mut self, bytes: usize) -> Result<(), Problem> {
        self.bytes = self.bytes.saturating_add(bytes);
        self.check()
    }

    /// Adds a field whose bytes have been counted.
    pub(crate) fn insert(&mut self, name: String, value: String) {
        self.values.insert(name, value);
    }

    /// Adds a field of a URL-encoded form.
    ///
    /// # Errors
    /// `metadata_too_large`. If the encoded field is so long that it must exceed the limit, it is
    /// not decoded.
    pub(crate) fn add_pair(&mut self, pair: &[u8]) -> Result<(), Problem> {
        // Three encoded bytes stand for at least one decoded byte.
        if pair.len() / 3 > MAX_BYTES {
            self.count(pair.len())?;
        }
        for (name, value) in form_urlencoded::parse(pair) {
            // An entry takes memory even if it is empty, so it counts as at least one byte.
            self.count(name.len() + value.len() + 1)?;
            self.insert(name.into_owned(), value.into_owned());
        }
        Ok(())
    }

    /// Checks the size of all fields.
    ///
    /// # Errors
    /// `metadata_too_large`.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        if self.bytes <= MAX_BYTES {
            return Ok(());
        }
        Err(Problem::unprocessable(
            "metadata_too_large",
            "the metadata fields are too large; send 2 KiB at most",
        ))
    }

    /// Returns the fields by name.
    pub(crate) fn into_values(self) -> BTreeMap<String, String> {
        self.values
    }
}

/// Reads an object of strings. Beyond the limit, only counts the bytes. [`Fields::check`] then
/// reports the error.
impl JsonObject for Fields {
    const EXPECTED: &'static str = "an object of strings";

    fn read_entries<'de, A: MapAccess<'de>>(&mut self, mut entries: A) -> Result<(), A::Error> {
        while let Some((name, value)) = entries.next_entry::<String, String>()? {
            // An entry takes memory even if it is empty, so it counts as at least one byte.
            let counted = self.count(name.len() + value.len() + 1);
            if counted.is_ok() {
                self.insert(name, value);
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Self::default();
        json_object::read(&mut fields, deserializer)?;
        Ok(fields)
    }
}
