//! Incoming bodies. Each is written to a temporary file, which is then renamed to become an object,
//! or removed.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::BytesMut;
use futures_util::StreamExt as _;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::StreamingBlob;
use s3s::{S3Error, S3Result, StdError, s3_error};

use super::attributes::Checksums;

/// The size of the chunks that are hashed and written on blocking threads.
const CHUNK_BYTES: usize = 512 * 1024;

/// The folder of files that are not objects yet. It is on the same file system as the objects, so
/// that a rename is atomic.
#[derive(Debug)]
pub(crate) struct Staging {
    dir: PathBuf,
    next: AtomicU64,
}

impl Staging {
    /// Opens the folder and removes files that an earlier process left behind.
    pub(crate) fn open(dir: PathBuf) -> io::Result<Self> {
        if dir.exists() {
            fs::remove_dir_all(&dir)?;
        }
        fs::create_dir_all(&dir)?;
        Ok(Self {
            dir,
            next: AtomicU64::new(0),
        })
    }

    /// Creates the file of a new body, and returns a writer to it.
    pub(crate) fn create(&self, hasher: ChecksumHasher) -> io::Result<StagingWriter> {
        let path = self
            .dir
            .join(self.next.fetch_add(1, Ordering::Relaxed).to_string());
        let file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)?;
        let staged = StagedFile {
            path,
            published: false,
        };
        Ok(StagingWriter {
            file,
            staged,
            size: 0,
            md5: Md5::new(),
            hasher,
        })
    }

    /// Receives a request body with one chunk in memory at a time. Errors with `IncompleteBody` if
    /// the body ends early or its signature is wrong.
    pub(crate) async fn receive(
        &self,
        mut body: StreamingBlob,
        hasher: ChecksumHasher,
    ) -> S3Result<StagedBody> {
        let mut writer = self.create(hasher).map_err(S3Error::internal_error)?;
        let mut buffer = BytesMut::new();
        while let Some(chunk) = body.next().await {
            buffer.extend_from_slice(&chunk.map_err(incomplete)?);
            if buffer.len() >= CHUNK_BYTES {
                writer = write_chunk(writer, buffer.split()).await?;
            }
        }
        Ok(write_chunk(writer, buffer).await?.finish())
    }
}

async fn write_chunk(mut writer: StagingWriter, chunk: BytesMut) -> S3Result<StagingWriter> {
    let write = move || writer.write(&chunk).map(|()| writer);
    let written = tokio::task::spawn_blocking(write)
        .await
        .map_err(S3Error::internal_error)?;
    written.map_err(S3Error::internal_error)
}

fn incomplete(source: StdError) -> S3Error {
    let mut error = s3_error!(IncompleteBody, "The request body ended early: {source}");
    error.set_source(source);
    error
}

/// A body that is being written.
pub(crate) struct StagingWriter {
    file: File,
    staged: StagedFile,
    size: u64,
    md5: Md5,
    hasher: ChecksumHasher,
}

impl StagingWriter {
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.size += bytes.len() as u64;
        self.md5.update(bytes);
        self.hasher.update(bytes);
        self.file.write_all(bytes)
    }

    /// Writes the whole content of `source`.
    pub(crate) fn write_from(&mut self, source: &mut impl Read) -> io::Result<()> {
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            match source.read(&mut chunk)? {
                0 => return Ok(()),
                length => self.write(&chunk[..length])?,
            }
        }
    }

    pub(crate) fn finish(self) -> StagedBody {
        let sums = self.hasher.finalize();
        StagedBody {
            file: self.file,
            staged: self.staged,
            size: self.size,
            md5: self.md5.finalize(),
            checksums: Checksums {
                crc32: sums.checksum_crc32,
                crc32c: sums.checksum_crc32c,
                crc64nvme: sums.checksum_crc64nvme,
                sha1: sums.checksum_sha1,
                sha256: sums.checksum_sha256,
            },
        }
    }
}

/// A complete body that is not an object yet. Dropping it removes the file.
#[derive(Debug)]
pub(crate) struct StagedBody {
    pub(crate) file: File,
    staged: StagedFile,
    pub(crate) size: u64,
    pub(crate) md5: [u8; 16],
    pub(crate) checksums: Checksums,
}

impl StagedBody {
    pub(crate) fn md5_base64(&self) -> String {
        BASE64.encode(self.md5)
    }

    /// Renames the file to `target`, and so replaces an earlier file atomically.
    pub(crate) fn publish(mut self, target: &Path) -> io::Result<()> {
        fs::rename(&self.staged.path, target)?;
        self.staged.published = true;
        Ok(())
    }
}

#[derive(Debug)]
struct StagedFile {
    path: PathBuf,
    published: bool,
}

impl Drop for StagedFile {
    fn drop(&mut self) {
        if !self.published {
            // If this fails, the next start removes the file.
            let _ = fs::remove_file(&self.path);
        }
    }
}
