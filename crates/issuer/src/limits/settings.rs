//! What an operator says about how much is too much.

use bytesize::ByteSize;
use serde::{Deserialize, Serialize};

use crate::settings::IssuerSettingsError;

/// Bounds on what one client may use up (`[limits]`).
///
/// The rates count where authentication is on: without it, a client makes up its owner, and there
/// is no key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitSettings {
    /// Requests a second of one API key, or of one token's owner; 0 is no limit.
    pub key_rate: u32,
    /// How many of them may come at once after a quiet time.
    pub key_burst: u32,
    /// Requests a second that are about one owner's uploads, with whatever key; 0 is no limit.
    pub owner_rate: u32,
    /// How many of them may come at once after a quiet time.
    pub owner_burst: u32,
    /// Connections that are served at once; the others wait to be accepted.
    pub max_connections: usize,
    /// Bytes a second that a picture has to arrive with. A client may fall behind by
    /// `issuer.read_timeout`, and is cut off then.
    pub min_upload_rate: ByteSize,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            key_rate: 1000,
            key_burst: 5000,
            owner_rate: 50,
            owner_burst: 500,
            max_connections: 10_000,
            min_upload_rate: ByteSize::kib(4),
        }
    }
}

impl LimitSettings {
    /// Checks what types alone cannot say.
    ///
    /// # Errors
    /// The first setting found that is out of bounds.
    pub fn validate(&self) -> Result<(), IssuerSettingsError> {
        for (key, value) in [
            ("limits.key_burst", u64::from(self.key_burst)),
            ("limits.owner_burst", u64::from(self.owner_burst)),
            ("limits.max_connections", self.max_connections as u64),
            ("limits.min_upload_rate", self.min_upload_rate.as_u64()),
        ] {
            if value == 0 {
                let message = "is at least 1".to_owned();
                return Err(IssuerSettingsError { key, message });
            }
        }
        Ok(())
    }
}
