//! The id of an upload.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// The start of the year 3000, in Unix seconds. Ids with later times are invalid, because a UUIDv7
/// can contain times that are too late for `OffsetDateTime`.
const TIMES_END: u64 = 32_503_680_000;

/// A UUIDv7 (RFC 9562) that the issuer generated. It contains the time at which the upload was
/// created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct UploadId(Uuid);

/// The error for a text that is not a UUIDv7 in its canonical lower-case form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id must be a UUID of version 7 in lower case")]
pub struct IdError;

impl UploadId {
    /// Creates a new id with the current time.
    pub fn generate() -> Self {
        Self(Uuid::now_v7())
    }

    /// Returns the time at which the upload was created, to the millisecond.
    pub fn created_at(&self) -> OffsetDateTime {
        let (seconds, nanos) = self.unix_time();
        OffsetDateTime::UNIX_EPOCH + Duration::new(seconds, nanos)
    }

    /// Returns the time at which the upload was created, in milliseconds since 1970.
    pub const fn unix_millis(&self) -> u64 {
        // RFC 9562, section 5.7: the first 48 bits.
        (self.0.as_u128() >> 80) as u64
    }

    /// Returns the text that begins every id with this time in milliseconds since 1970. It sorts
    /// after the ids with earlier times.
    pub fn prefix_at(unix_millis: u64) -> String {
        format!("{:08x}-{:04x}", unix_millis >> 16, unix_millis & 0xffff)
    }

    fn unix_time(&self) -> (u64, u32) {
        let timestamp = self.0.get_timestamp();
        timestamp.map(|time| time.to_unix()).unwrap_or_default()
    }
}

impl FromStr for UploadId {
    type Err = IdError;

    /// Parses only the canonical form, so that an upload has exactly one key.
    fn from_str(text: &str) -> Result<Self, IdError> {
        let uuid = Uuid::try_parse(text).map_err(|_| IdError)?;
        let id = Self(uuid);
        let is_valid = uuid.get_version_num() == 7 && id.unix_time().0 < TIMES_END;
        if is_valid && id.to_string() == text {
            Ok(id)
        } else {
            Err(IdError)
        }
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

impl From<UploadId> for String {
    fn from(id: UploadId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for UploadId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_back_from_its_text_and_contains_its_time() {
        let before = OffsetDateTime::now_utc();
        let id = UploadId::generate();
        assert_eq!(id.to_string().parse::<UploadId>(), Ok(id));
        assert!((id.created_at() - before).abs() < Duration::from_secs(2));
    }

    #[test]
    fn an_id_begins_with_the_text_of_its_time() {
        let id = UploadId::generate();
        let millis = id.unix_millis();
        assert!(id.to_string().starts_with(&UploadId::prefix_at(millis)));
        assert!(id.to_string() > UploadId::prefix_at(millis));
        assert!(id.to_string() < UploadId::prefix_at(millis + 1));
        let created_at = id.created_at().unix_timestamp_nanos() / 1_000_000;
        assert_eq!(i128::from(millis), created_at);
    }

    #[test]
    fn only_a_canonical_uuidv7_before_the_year_3000_is_an_id() {
        let id = UploadId::generate().to_string();
        for text in [
            "",
            "1",
            "67e55044-10b1-426f-9247-bb680e5fe0c8",
            &id.to_uppercase(),
            &id.replace('-', ""),
            &format!("{{{id}}}"),
            &format!("{id}/"),
            "ffffffff-ffff-7fff-bfff-ffffffffffff",
            "e677d21f-dbff-7fff-bfff-ffffffffffff",
        ] {
            assert_eq!(text.parse::<UploadId>(), Err(IdError), "{text}");
        }
    }
}
