//! The errors that prevent a start.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// An error that prevents the start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Another process, or another `EmbeddedCloud` of this process, has the folder open.
    #[error("the data folder {0} is already in use")]
    InUse(PathBuf),
    /// The folder cannot be created, read or written.
    #[error("cannot open the data folder {path}: {source}")]
    DataDir {
        /// The folder.
        path: PathBuf,
        /// The error from the operating system.
        source: io::Error,
    },
    /// The address is in use or does not belong to this machine.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The requested address.
        address: SocketAddr,
        /// The error from the operating system.
        source: io::Error,
    },
}
