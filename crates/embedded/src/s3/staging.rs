//! Bytes on their way in: a nameless file that becomes an object by a rename, or goes away.

use std::fs::{self, File};
use std::io::{self, Write};
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

/// Hashing and writing leave the async threads in pieces of this size.
const PIECE_BYTES: usize = 512 * 1024;

/// The folder for files that are not objects yet. It is on the file system of the objects, so a rename is atomic.
#[derive(Debug)]
pub(crate) struct Staging {
    dir: PathBuf,
    next: AtomicU64,
}

impl Staging {
    /// Opens the folder and removes what an earlier process left half written.
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

    /// An empty staged body to write to.
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

    /// Takes in a whole request body. Memory stays at one piece, however long the body is. A body that breaks off, or
    /// whose signature proves wrong on the way, is `IncompleteBody`.
    pub(crate) async fn receive(
        &self,
        mut body: StreamingBlob,
        hasher: ChecksumHasher,
    ) -> S3Result<StagedBody> {
        let mut writer = self.create(hasher).map_err(S3Error::internal_error)?;
        let mut piece = BytesMut::new();
        while let Some(chunk) = body.next().await {
            piece.extend_from_slice(&chunk.map_err(broken_off)?);
            if piece.len() >= PIECE_BYTES {
                writer = write_piece(writer, piece.split()).await?;
            }
        }
        Ok(write_piece(writer, piece).await?.finish())
    }
}

async fn write_piece(mut writer: StagingWriter, piece: BytesMut) -> S3Result<StagingWriter> {
    let write = move || writer.write(&piece).map(|()| writer);
    let written = tokio::task::spawn_blocking(write)
        .await
        .map_err(S3Error::internal_error)?;
    written.map_err(S3Error::internal_error)
}

fn broken_off(source: StdError) -> S3Error {
    let mut error = s3_error!(IncompleteBody, "The body broke off: {source}");
    error.set_source(source);
    error
}

/// A staged body while it grows.
pub(crate) struct StagingWriter {
    file: File,
    staged: StagedFile,
    size: u64,
    md5: Md5,
    hasher: ChecksumHasher,
}

impl StagingWriter {
    pub(crate) fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.size += piece.len() as u64;
        self.md5.update(piece);
        self.hasher.update(piece);
        self.file.write_all(piece)
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

/// A complete body, not yet an object. Dropping it removes the file.
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

    /// Moves the file to its name, replacing what was there, in one step.
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
            // A leftover costs disk only, and the next start clears the folder.
            let _ = fs::remove_file(&self.path);
        }
    }
}
