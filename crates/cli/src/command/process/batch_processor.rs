//! The processing of one file of a batch.

use std::fs::Permissions;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use darkroom_contract::{Profile, sha256_hex};
use darkroom_imaging::{Recipe, Rejection, Rendered};
use darkroom_render::{RenderError, RenderPool};

use super::destination::Destinations;
use super::report::Report;
use crate::path_text::path_text;
use crate::source_bytes::{SourceBytes, read_source};

/// A processor that renders files with one profile and writes their variants.
pub(super) struct BatchProcessor {
    pub(super) profile: Profile,
    pub(super) recipe: Recipe,
    pub(super) pool: RenderPool,
    pub(super) destinations: Destinations,
}

/// A failure to process one file, as opposed to a rejection of its image.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileError {
    /// The source cannot be read.
    #[error("{0:#}")]
    Unreadable(anyhow::Error),
    /// No render process can be started.
    #[error("{0}")]
    NotRendered(RenderError),
    /// A variant cannot be written.
    #[error("{0:#}")]
    Unwritable(anyhow::Error),
}

impl FileError {
    /// Returns the stable code in JSON.
    pub(super) const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::NotRendered(_) => "not_rendered",
            Self::Unwritable(_) => "unwritable",
        }
    }
}

impl BatchProcessor {
    /// Reads and renders the source at `index`, and writes its variants.
    pub(super) async fn process(&self, index: usize, source: PathBuf) -> Result<Report, FileError> {
        let max_bytes = self.recipe.limits.max_bytes;
        let read = read_source(&source, max_bytes).await;
        let (size, sha256, result) = match read.map_err(FileError::Unreadable)? {
            SourceBytes::Whole(bytes) => {
                let result = self.render(&bytes).await?;
                (bytes.len() as u64, Some(sha256_hex(&bytes)), result)
            }
            SourceBytes::TooLarge { size } => {
                let rejection = Rejection::too_many_bytes(size, max_bytes);
                (size, None, Err(rejection))
            }
        };
        let paths = match &result {
            Ok(rendered) => {
                let written = self.write(index, rendered).await;
                written.map_err(FileError::Unwritable)?
            }
            Err(_) => Vec::new(),
        };
        Ok(Report {
            source,
            size,
            sha256,
            result,
            paths,
        })
    }

    async fn render(&self, bytes: &[u8]) -> Result<Result<Rendered, Rejection>, FileError> {
        let rendered = self.pool.render(bytes, &self.recipe).await;
        RenderError::split_rejection(rendered).map_err(FileError::NotRendered)
    }

    async fn write(&self, index: usize, rendered: &Rendered) -> anyhow::Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        for (settings, variant) in self.profile.variants.iter().zip(&rendered.variants) {
            let path = self.destinations.path(index, settings);
            let written = tokio::task::block_in_place(|| write_file(&path, &variant.bytes));
            written.with_context(|| format!("cannot write {}", path_text(&path)))?;
            paths.push(path);
        }
        Ok(paths)
    }
}

/// Writes a file and creates its parent folders.
///
/// Writes the bytes to a temporary file first, so the file at `path` is always either complete or
/// unchanged. Replaces a symbolic link instead of following it.
fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new()
        .prefix(".darkroom-")
        // This is the usual mode of a new file. The process's umask still applies.
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}
