//! Objects in JSON that are checked while they are parsed.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, MapAccess, Visitor};

/// A value that is read from the entries of a JSON object.
pub(super) trait JsonObject: Sized {
    /// A description for errors, such as `"an object"`.
    const EXPECTED: &'static str;

    /// Reads all entries.
    ///
    /// # Errors
    /// The error of the parser, or of an entry that is not permitted.
    fn from_entries<'de, A: MapAccess<'de>>(entries: A) -> Result<Self, A::Error>;
}

/// Deserializes an object. An error about another kind of value does not quote that value.
///
/// # Errors
/// The error of the parser, or of [`JsonObject::from_entries`].
pub(super) fn deserialize<'de, T: JsonObject, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_any(ObjectVisitor(PhantomData))
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: JsonObject> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    // Without this function, the error would quote the whole text. The error of `deserialize_map`
    // would quote it too, so `deserialize` calls `deserialize_any`.
    fn visit_str<E: Error>(self, _: &str) -> Result<T, E> {
        let expected = T::EXPECTED;
        Err(E::custom(format!(
            "invalid type: string, expected {expected}"
        )))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<T, A::Error> {
        T::from_entries(entries)
    }
}
