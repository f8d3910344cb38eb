//! The interface of a renderer.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use darkroom_imaging::{Recipe, Rendered};
use darkroom_render::{RenderError, RenderPool, SandboxLayers};

/// A renderer of images: a pool of render processes, or a stand-in for tests.
#[async_trait]
pub trait Renderer: fmt::Debug + Send + Sync {
    /// Renders the bytes of a raw object.
    ///
    /// # Errors
    /// [`RenderError::Rejected`] if the image is at fault, or the reason why no image can be
    /// rendered.
    async fn render(&self, source: &Bytes, recipe: &Recipe) -> Result<Rendered, RenderError>;

    /// Returns the sandbox layers that confine the render processes, or `None` if the renderer has
    /// no render processes.
    fn sandbox_layers(&self) -> Option<SandboxLayers> {
        None
    }
}

#[async_trait]
impl Renderer for RenderPool {
    async fn render(&self, source: &Bytes, recipe: &Recipe) -> Result<Rendered, RenderError> {
        Self::render(self, source, recipe).await
    }

    fn sandbox_layers(&self) -> Option<SandboxLayers> {
        Self::sandbox_layers(self)
    }
}
