//! Objects in JSON that are checked while they are parsed.

use std::fmt;

use serde::de::{Deserializer, Error, MapAccess, Visitor};

/// A value that is filled from the entries of a JSON object.
pub(super) trait JsonObject {
    /// A description for errors, such as `"an object"`.
    const EXPECTED: &'static str;

    /// Reads all entries.
    ///
    /// # Errors
    /// The error of the parser, or of an entry that is not permitted.
    fn read_entries<'de, A: MapAccess<'de>>(&mut self, entries: A) -> Result<(), A::Error>;
}

/// Reads an object into `value`. An error about another kind of value does not quote that value.
///
/// # Errors
/// The error of the parser, or of [`JsonObject::read_entries`].
pub(super) fn read<'de, T: JsonObject, D: Deserializer<'de>>(
    value: &mut T,
    deserializer: D,
) -> Result<(), D::Error> {
    deserializer.deserialize_any(ObjectVisitor(value))
}

struct ObjectVisitor<'a, T>(&'a mut T);

impl<'de, T: JsonObject> Visitor<'de> for ObjectVisitor<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    // Without this function, the error would quote the whole text. The error of `deserialize_map`
    // would quote it too, so `read` calls `deserialize_any`.
    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        let expected = T::EXPECTED;
        Err(E::custom(format!(
            "invalid type: string, expected {expected}"
        )))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<(), A::Error> {
        self.0.read_entries(entries)
    }
}
