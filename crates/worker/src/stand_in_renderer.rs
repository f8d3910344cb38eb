//! A stand-in for rendering in tests and the simulation.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use darkroom_imaging::{
    Placeholder, Recipe, Rejection, RejectionCode, Rendered, RenderedVariant, Rights, Source,
    SourceFormat,
};
use darkroom_render::{RenderError, StartError};
use tokio::time::sleep;

use crate::renderer::Renderer;

/// A renderer that takes no processor time. It is cheap to clone, and all clones share their
/// counts.
///
/// The bytes of a variant contain the source's bytes, so a test can tell which source was rendered.
/// A source that begins with `bad` is rejected.
#[derive(Debug, Clone, Default)]
pub struct StandInRenderer {
    /// The duration of a render.
    pub duration: Duration,
    rendered: Arc<AtomicUsize>,
    failures: Arc<AtomicUsize>,
}

impl StandInRenderer {
    /// Creates a renderer that takes `duration` for each image.
    pub fn with_duration(duration: Duration) -> Self {
        Self {
            duration,
            ..Self::default()
        }
    }

    /// Creates a renderer that has no render process for the first `times` images.
    pub fn failing(times: usize) -> Self {
        Self {
            failures: Arc::new(AtomicUsize::new(times)),
            ..Self::default()
        }
    }

    /// Returns the number of images that were rendered or rejected.
    pub fn rendered(&self) -> usize {
        self.rendered.load(Ordering::Relaxed)
    }

    /// Returns `true` for a source that is rejected.
    pub fn rejects(source: &[u8]) -> bool {
        source.starts_with(b"bad")
    }

    /// Returns the bytes of a variant.
    pub fn variant_bytes(name: &str, source: &[u8]) -> Vec<u8> {
        [name.as_bytes(), b" of ", source].concat()
    }

    /// Returns the source that a variant was made from.
    pub fn source_of_variant(bytes: &[u8]) -> Option<&[u8]> {
        const SEPARATOR: &[u8] = b" of ";
        let mut windows = bytes.windows(SEPARATOR.len());
        let start = windows.position(|window| window == SEPARATOR)?;
        bytes.get(start + SEPARATOR.len()..)
    }
}

#[async_trait]
impl Renderer for StandInRenderer {
    async fn render(&self, source: &Bytes, recipe: &Recipe) -> Result<Rendered, RenderError> {
        if !self.duration.is_zero() {
            sleep(self.duration).await;
        }
        let (order, one_less) = (Ordering::Relaxed, |left: usize| left.checked_sub(1));
        if self.failures.fetch_update(order, order, one_less).is_ok() {
            return Err(StartError::TimedOut.into());
        }
        self.rendered.fetch_add(1, Ordering::Relaxed);
        if Self::rejects(source) {
            return Err(Rejection::new(RejectionCode::Corrupt, "bad".to_owned()).into());
        }
        let variants = recipe.variants.iter().map(|variant| RenderedVariant {
            name: variant.name.clone(),
            format: variant.encoding.format(),
            width: 1,
            height: 1,
            bytes: Self::variant_bytes(&variant.name, source),
        });
        Ok(Rendered {
            variants: variants.collect(),
            source: Source {
                format: SourceFormat::Jpeg,
                width: 1,
                height: 1,
                orientation: 1,
                frames: 1,
            },
            placeholder: Placeholder {
                thumbhash: String::new(),
                dominant_color: String::new(),
            },
            perceptual_hashes: None,
            removed_metadata: Vec::new(),
            notes: Vec::new(),
            rights: Rights::default(),
        })
    }
}
