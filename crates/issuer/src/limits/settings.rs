//! The section `[limits]` of the settings.

use bytesize::ByteSize;
use darkroom_contract::SettingError;
use serde::{Deserialize, Serialize};

/// Limits on the resources that one client, or all clients together, may use (`[limits]`).
///
/// The limits per key and owner apply only with authentication. Without it there are no keys, and
/// clients can choose any owner. Some limits then apply to the address of the client instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitSettings {
    /// Requests per second with one API key, or with the tokens of one owner. 0 means no limit.
    pub key_rate: u32,
    /// The number of requests with one API key, or with the tokens of one owner, that may arrive at
    /// once after a pause.
    pub key_burst: u32,
    /// Requests per second that concern the uploads of one owner, with any key. 0 means no limit.
    pub owner_rate: u32,
    /// The number of requests concerning the uploads of one owner that may arrive at once after a
    /// pause.
    pub owner_burst: u32,
    /// The number of long polls and event streams at once for the uploads of one owner. 0 means no
    /// limit.
    pub owner_waits: u32,
    /// The number of long polls and event streams at once from one address, without authentication.
    /// Behind a gateway, all clients share the address of the gateway. 0 means no limit.
    pub address_waits: u32,
    /// The maximum number of bytes in the temporary files of all direct uploads and inspections. A
    /// value below the size of the largest request counts as that size.
    pub temp_bytes: ByteSize,
    /// The maximum number of bytes in the temporary files of one owner or, without authentication,
    /// of one address. A value below the size of the largest request counts as that size.
    pub client_temp_bytes: ByteSize,
    /// The number of connections to serve at once. Further connections wait until the service
    /// accepts them. The number is lower if the process may not open enough files.
    pub max_connections: usize,
    /// The number of connections from one address. The service closes further connections. Behind a
    /// load balancer, all clients share the addresses of the load balancer.
    pub max_connections_per_address: usize,
    /// The minimum rate of a direct upload, in bytes per second. A client that falls behind by
    /// more than `issuer.read_timeout` is disconnected.
    pub min_upload_rate: ByteSize,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            key_rate: 1000,
            key_burst: 5000,
            owner_rate: 50,
            owner_burst: 500,
            owner_waits: 200,
            address_waits: 1000,
            temp_bytes: ByteSize::gib(4),
            client_temp_bytes: ByteSize::gib(1),
            max_connections: 10_000,
            max_connections_per_address: 5_000,
            min_upload_rate: ByteSize::kib(4),
        }
    }
}

impl LimitSettings {
    /// Checks the values.
    ///
    /// # Errors
    /// The first invalid setting.
    pub fn validate(&self) -> Result<(), SettingError> {
        for (key, value) in [
            ("limits.key_burst", u64::from(self.key_burst)),
            ("limits.owner_burst", u64::from(self.owner_burst)),
            ("limits.max_connections", self.max_connections as u64),
            (
                "limits.max_connections_per_address",
                self.max_connections_per_address as u64,
            ),
            ("limits.temp_bytes", self.temp_bytes.as_u64()),
            ("limits.client_temp_bytes", self.client_temp_bytes.as_u64()),
            ("limits.min_upload_rate", self.min_upload_rate.as_u64()),
        ] {
            SettingError::ensure(value > 0, key, "must be at least 1")?;
        }
        Ok(())
    }
}
