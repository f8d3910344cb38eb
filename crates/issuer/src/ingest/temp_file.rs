//! Temporary files, which are deleted when they are dropped.

use std::io::{BufWriter, Write};
use std::path::Path;

use bytes::Bytes;
use http::StatusCode;
use tempfile::{NamedTempFile, TempPath};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::temp_budget::TempBytes;
use crate::problem::Problem;
use crate::temp_dir::temp_dir_unavailable;

/// The size of the blocks in which [`TempFile::write`] writes.
const BLOCK_BYTES: usize = 64 * 1024;

/// An incomplete file with a size limit.
pub(crate) struct TempFileWriter {
    file: tokio::fs::File,
    path: TempPath,
    size: FileSize,
}

/// The size of an incomplete file, and its limits.
struct FileSize {
    bytes: u64,
    max_bytes: u64,
    budget: TempBytes,
}

/// A complete file.
#[derive(Debug)]
pub(crate) struct TempFile {
    path: TempPath,
    /// Size in bytes.
    pub(crate) bytes: u64,
    /// The media type that the client declared.
    pub(crate) content_type: Option<String>,
    /// The bytes of the file count against the budget until the file is deleted.
    _budget: TempBytes,
}

impl FileSize {
    fn new(max_bytes: u64, budget: TempBytes) -> Self {
        Self {
            bytes: 0,
            max_bytes,
            budget,
        }
    }

    /// Counts bytes before they are written.
    fn add(&mut self, bytes: usize) -> Result<(), Problem> {
        self.bytes += bytes as u64;
        if self.bytes > self.max_bytes {
            return Err(too_many_bytes(self.max_bytes));
        }
        self.budget.add(bytes as u64)
    }
}

impl TempFileWriter {
    /// Creates a file that may grow to `max_bytes`. Its bytes count against `budget`.
    ///
    /// # Errors
    /// `temp_dir_unavailable`.
    pub(crate) fn create(max_bytes: u64, budget: TempBytes) -> Result<Self, Problem> {
        let file = NamedTempFile::new().map_err(temp_dir_unavailable)?;
        let (file, path) = file.into_parts();
        Ok(Self {
            file: tokio::fs::File::from_std(file),
            path,
            size: FileSize::new(max_bytes, budget),
        })
    }

    /// Appends a chunk.
    ///
    /// # Errors
    /// `too_many_bytes` as soon as the file exceeds its limit, or `too_many_requests` or
    /// `temp_dir_unavailable` if the chunk exceeds the budget.
    pub(crate) async fn write(&mut self, chunk: &Bytes) -> Result<(), Problem> {
        self.size.add(chunk.len())?;
        let written = self.file.write_all(chunk).await;
        written.map_err(temp_dir_unavailable)
    }

    /// Completes the file.
    ///
    /// # Errors
    /// `temp_dir_unavailable`.
    pub(crate) async fn finish(
        mut self,
        content_type: Option<String>,
    ) -> Result<TempFile, Problem> {
        self.file.flush().await.map_err(temp_dir_unavailable)?;
        Ok(TempFile {
            path: self.path,
            bytes: self.size.bytes,
            content_type,
            _budget: self.size.budget,
        })
    }
}

impl TempFile {
    /// Writes all that `read` reads to a new file, whose bytes count against `budget`. As in
    /// [`Read`](std::io::Read), `read` fills the start of a buffer, and returns 0 at the end. Blocks
    /// the thread.
    ///
    /// # Errors
    /// The error of `read`, `too_many_bytes`, `too_many_requests` or `temp_dir_unavailable`.
    pub(crate) fn write(
        mut read: impl FnMut(&mut [u8]) -> Result<usize, Problem>,
        max_bytes: u64,
        budget: TempBytes,
    ) -> Result<Self, Problem> {
        let file = NamedTempFile::new().map_err(temp_dir_unavailable)?;
        let mut file = BufWriter::with_capacity(BLOCK_BYTES, file);
        let mut size = FileSize::new(max_bytes, budget);
        let mut chunk = [0; 4096];
        loop {
            let length = read(&mut chunk)?;
            if length == 0 {
                break;
            }
            size.add(length)?;
            file.write_all(&chunk[..length])
                .map_err(temp_dir_unavailable)?;
        }
        let file = file.into_inner();
        let file = file.map_err(|error| temp_dir_unavailable(error.into_error()))?;
        Ok(Self {
            path: file.into_temp_path(),
            bytes: size.bytes,
            content_type: None,
            _budget: size.budget,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns `true` if the first 512 bytes are printable ASCII or white space, as in a
    /// URL-encoded form. An image has other bytes near its start.
    ///
    /// # Errors
    /// `temp_dir_unavailable`.
    pub(crate) async fn is_url_encoded(&self) -> Result<bool, Problem> {
        const HEAD_BYTES: u64 = 512;
        let mut head = Vec::new();
        let file = tokio::fs::File::open(&self.path).await;
        let mut file = file.map_err(temp_dir_unavailable)?.take(HEAD_BYTES);
        let read = file.read_to_end(&mut head).await;
        read.map_err(temp_dir_unavailable)?;
        let is_text = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
        Ok(head.iter().all(is_text))
    }

    /// Reads the whole file into memory.
    ///
    /// # Errors
    /// `temp_dir_unavailable`.
    pub(crate) async fn read(&self) -> Result<Vec<u8>, Problem> {
        let bytes = tokio::fs::read(&self.path).await;
        bytes.map_err(temp_dir_unavailable)
    }
}

pub(crate) fn too_many_bytes(max_bytes: u64) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_many_bytes",
        format_args!("the body or one of its images is too large; send {max_bytes} bytes at most"),
    )
}
