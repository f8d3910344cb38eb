//! The bytes of a file, up to a limit.

use std::path::Path;

use anyhow::Context;
use tokio::fs::File;
use tokio::io::AsyncReadExt;

/// The bytes of a file.
pub(crate) enum SourceBytes {
    /// The whole file.
    Whole(Vec<u8>),
    /// The file is larger than the limit.
    TooLarge { size: u64 },
}

/// Reads a file into memory. Stops reading one byte after the limit, because a pipe or device does
/// not state its size in advance.
///
/// # Errors
/// An error if the file cannot be read.
pub(crate) async fn read_source(path: &Path, max_bytes: u64) -> anyhow::Result<SourceBytes> {
    let read = async {
        let file = File::open(path).await?;
        let size = file.metadata().await?.len();
        if size > max_bytes {
            return Ok(SourceBytes::TooLarge { size });
        }
        let mut bytes = Vec::new();
        let mut start = file.take(max_bytes.saturating_add(1));
        start.read_to_end(&mut bytes).await?;
        let size = bytes.len() as u64;
        Ok::<_, std::io::Error>(if size > max_bytes {
            SourceBytes::TooLarge { size }
        } else {
            SourceBytes::Whole(bytes)
        })
    };
    read.await.context("cannot read the file")
}
