//! What a start needs to know.

use std::net::SocketAddr;
use std::path::PathBuf;

/// How to start an [`EmbeddedCloud`](crate::EmbeddedCloud). Not `Debug`, because it holds a secret.
#[derive(Clone)]
pub struct Options {
    /// The folder that holds everything S3 stores. It is made where it is missing.
    pub data_dir: PathBuf,
    /// Where S3 listens; port 0 takes any free one.
    pub s3_listen: SocketAddr,
    /// Where SQS listens; port 0 takes any free one.
    pub sqs_listen: SocketAddr,
    /// The one access key id that S3 accepts.
    pub access_key: String,
    /// The secret that belongs to `access_key`.
    pub secret_key: String,
    /// The region that ARNs, events and bucket locations name. Signatures for other regions are accepted.
    pub region: String,
    /// Origins (`https://app.example.org`, one `*` allowed) whose pages may use buckets that have no CORS
    /// configuration of their own. Every origin on localhost may already.
    pub allowed_origins: Vec<String>,
}
