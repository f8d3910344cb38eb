//! The processing of one file of a batch.

use std::path::{Path, PathBuf};

use anyhow::Context;
use darkroom_contract::{Profile, sha256_hex};
use darkroom_imaging::{Recipe, Rejection, RejectionCode, Rendered};
use darkroom_render::{RenderError, RenderPool};

use super::destination::Destinations;
use super::report::Report;

/// Renders files with one profile and writes their variants.
pub(super) struct BatchProcessor {
    pub(super) profile: Profile,
    pub(super) recipe: Recipe,
    pub(super) pool: RenderPool,
    pub(super) destinations: Destinations,
}

impl BatchProcessor {
    /// Reads, renders and writes the source at `index`.
    pub(super) async fn process(&self, index: usize, source: PathBuf) -> anyhow::Result<Report> {
        let (bytes, result) = match self.read(&source).await? {
            Ok(bytes) => {
                let rendered = self.render(&bytes).await?;
                (Some(bytes), rendered)
            }
            Err(too_large) => (None, Err(too_large)),
        };
        let paths = match &result {
            Ok(rendered) => self.write(index, rendered).await?,
            Err(_) => Vec::new(),
        };
        Ok(Report {
            size: match &bytes {
                Some(bytes) => bytes.len() as u64,
                None => tokio::fs::metadata(&source).await?.len(),
            },
            sha256: bytes.as_deref().map(sha256_hex),
            source,
            result,
            paths,
        })
    }

    async fn read(&self, source: &Path) -> anyhow::Result<Result<Vec<u8>, Rejection>> {
        let max = self.recipe.limits.max_bytes;
        let metadata = tokio::fs::metadata(source).await;
        let size = metadata.context("cannot read the file")?.len();
        if size > max {
            let message = format!("{size} bytes are over the limit of {max}");
            return Ok(Err(Rejection::new(RejectionCode::TooManyBytes, message)));
        }
        let bytes = tokio::fs::read(source).await;
        Ok(Ok(bytes.context("cannot read the file")?))
    }

    async fn render(&self, bytes: &[u8]) -> anyhow::Result<Result<Rendered, Rejection>> {
        match self.pool.render(bytes, &self.recipe).await {
            Ok(rendered) => Ok(Ok(rendered)),
            Err(RenderError::Rejected(rejection)) => Ok(Err(rejection)),
            Err(error @ RenderError::Start(_)) => Err(error.into()),
        }
    }

    async fn write(&self, index: usize, rendered: &Rendered) -> anyhow::Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        for (settings, variant) in self.profile.variants.iter().zip(&rendered.variants) {
            let path = self.destinations.path(index, settings);
            let context = || format!("cannot write {}", path.display());
            if let Some(folder) = path.parent() {
                tokio::fs::create_dir_all(folder)
                    .await
                    .with_context(context)?;
            }
            tokio::fs::write(&path, &variant.bytes)
                .await
                .with_context(context)?;
            paths.push(path);
        }
        Ok(paths)
    }
}
