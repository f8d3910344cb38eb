//! A picture on its way: a temporary file that is gone when it is dropped.

use std::io::{self, Read, Write};
use std::path::Path;

use bytes::Bytes;
use http::StatusCode;
use tempfile::{NamedTempFile, TempPath};
use tokio::io::AsyncWriteExt;

use crate::problem::Problem;

/// A file that is being written, up to a limit.
pub(crate) struct TempFileWriter {
    file: tokio::fs::File,
    path: TempPath,
    written: u64,
    max_bytes: u64,
}

/// A file that was written whole.
#[derive(Debug)]
pub(crate) struct TempFile {
    path: TempPath,
    pub(crate) bytes: u64,
    /// As the client declared it.
    pub(crate) content_type: Option<String>,
}

impl TempFileWriter {
    /// # Errors
    /// `spool_unavailable`.
    pub(crate) fn open(max_bytes: u64) -> Result<Self, Problem> {
        let (file, path) = NamedTempFile::new().map_err(unavailable)?.into_parts();
        Ok(Self {
            file: tokio::fs::File::from_std(file),
            path,
            written: 0,
            max_bytes,
        })
    }

    /// # Errors
    /// `too_many_bytes` as soon as the limit is passed, or `spool_unavailable`.
    pub(crate) async fn write(&mut self, chunk: &Bytes) -> Result<(), Problem> {
        self.written += chunk.len() as u64;
        if self.written > self.max_bytes {
            return Err(too_many_bytes(self.max_bytes));
        }
        self.file.write_all(chunk).await.map_err(unavailable)
    }

    /// # Errors
    /// `spool_unavailable`.
    pub(crate) async fn finish(
        mut self,
        content_type: Option<String>,
    ) -> Result<TempFile, Problem> {
        self.file.flush().await.map_err(unavailable)?;
        Ok(TempFile {
            path: self.path,
            bytes: self.written,
            content_type,
        })
    }
}

impl TempFile {
    /// Writes all that `source` gives. Blocks.
    ///
    /// # Errors
    /// `too_many_bytes`, or what reading or writing met.
    pub(crate) fn copy(source: impl Read, max_bytes: u64) -> Result<Self, CopyError> {
        let mut file = NamedTempFile::new().map_err(CopyError::TempFileWriter)?;
        let mut source = source.take(max_bytes.saturating_add(1));
        let mut buffer = [0; 16 * 1024];
        let mut bytes = 0;
        loop {
            let count = source.read(&mut buffer).map_err(CopyError::Source)?;
            if count == 0 {
                break;
            }
            bytes += count as u64;
            file.write_all(&buffer[..count])
                .map_err(CopyError::TempFileWriter)?;
        }
        if bytes > max_bytes {
            return Err(CopyError::TooLarge);
        }
        Ok(Self {
            path: file.into_temp_path(),
            bytes,
            content_type: None,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The whole file, in memory.
    ///
    /// # Errors
    /// `spool_unavailable`.
    pub(crate) async fn read(&self) -> Result<Vec<u8>, Problem> {
        tokio::fs::read(&self.path).await.map_err(unavailable)
    }
}

/// Why something was not written to a file.
pub(crate) enum CopyError {
    /// There is more of it than allowed.
    TooLarge,
    /// It cannot be read.
    Source(io::Error),
    /// It cannot be written.
    TempFileWriter(io::Error),
}

pub(crate) fn too_many_bytes(max_bytes: u64) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_many_bytes",
        format_args!("the limit is {max_bytes} bytes"),
    )
}

pub(crate) fn unavailable(error: impl std::fmt::Display) -> Problem {
    tracing::warn!(%error, "the temporary folder cannot be used");
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "spool_unavailable",
        "there is no room to take the picture; try again",
    )
}
