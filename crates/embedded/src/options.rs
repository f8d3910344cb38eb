//! The options for starting the servers.

use std::net::SocketAddr;
use std::path::PathBuf;

/// The options of an [`EmbeddedCloud`](crate::EmbeddedCloud). The type does not implement `Debug`,
/// because it contains a secret.
#[derive(Clone)]
pub struct Options {
    /// The folder for the data of S3. It is created if it is missing.
    pub data_dir: PathBuf,
    /// The address of S3. Port 0 selects a free port.
    pub s3_listen: SocketAddr,
    /// The address of SQS. Port 0 selects a free port.
    pub sqs_listen: SocketAddr,
    /// The access key id that S3 accepts.
    pub access_key: String,
    /// The secret access key.
    pub secret_key: String,
    /// The region in ARNs, events and bucket locations. Signatures for other regions are accepted.
    pub region: String,
    /// The host names and addresses of this machine by which clients reach the servers, in addition
    /// to those that [`OriginCheck`](crate::OriginCheck) always accepts.
    pub allowed_hosts: Vec<String>,
    /// The origins whose pages may call the servers, such as `https://app.example.org`. An origin
    /// may contain one `*` as a wildcard. Origins on this machine are always permitted. A bucket
    /// without a CORS configuration permits the origins in this list, and the `http` origins of
    /// `localhost` and `127.0.0.1`.
    pub allowed_origins: Vec<String>,
}
