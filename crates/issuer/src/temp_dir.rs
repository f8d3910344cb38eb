//! The folder for temporary files. It holds the images of a request until they are stored or
//! inspected.

use std::io::{self, Write};

use http::StatusCode;
use tempfile::NamedTempFile;

use crate::problem::Problem;

/// The number of seconds after which clients should try again when there is no space.
const RETRY_AFTER_SECONDS: u64 = 5;

/// Checks that the folder for temporary files exists and accepts a file.
///
/// # Errors
/// The error of the first failed operation, with the path of the folder.
pub(crate) async fn probe() -> io::Result<()> {
    tokio::task::spawn_blocking(write_file)
        .await
        .map_err(io::Error::other)?
}

fn write_file() -> io::Result<()> {
    // A full disk often accepts an empty file, so this writes a few bytes.
    let written = NamedTempFile::new().and_then(|mut file| {
        file.write_all(&[0; 4096])?;
        file.flush()
    });
    written.map_err(|error| {
        let folder = std::env::temp_dir();
        io::Error::new(error.kind(), format!("{}: {error}", folder.display()))
    })
}

/// Returns the problem for a request when the folder cannot hold its images.
#[expect(
    clippy::needless_pass_by_value,
    reason = "used as an argument of map_err"
)]
pub(crate) fn temp_dir_unavailable(error: io::Error) -> Problem {
    tracing::warn!(%error, "cannot use the folder for temporary files");
    temp_dir_full()
}

/// Returns the problem for a request whose images exceed the space for temporary files.
pub(crate) fn temp_dir_full() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "temp_dir_unavailable",
        "there is no space to receive images at the moment; try again later",
    )
    .with_retry_after(RETRY_AFTER_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_probe_of_a_writable_folder_succeeds() {
        probe().await.unwrap();
    }
}
