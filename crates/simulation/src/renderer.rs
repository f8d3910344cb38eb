//! A renderer that takes virtual time but no processor time.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use darkroom_imaging::{
    Placeholder, Recipe, Rejection, RejectionCode, Rendered, RenderedVariant, Source, SourceFormat,
};
use darkroom_render::{RenderError, StartError};
use darkroom_worker::Renderer;
use tokio::time::sleep;

use crate::world::World;

/// The longest rendering time. It exceeds the visibility timeout, so that heartbeats matter.
const MAX_RENDER_TIME: Duration = Duration::from_secs(100);

/// Returns `true` for a content that is rejected.
pub(crate) fn is_bad(content: &[u8]) -> bool {
    content.starts_with(b"bad")
}

/// Returns the bytes of a variant.
pub(crate) fn variant_bytes(name: &str, source: &[u8]) -> Vec<u8> {
    [name.as_bytes(), b" of ", source].concat()
}

/// Makes variants from which the source can be read.
#[derive(Debug)]
pub(crate) struct SimulatedRenderer {
    pub(crate) world: Arc<World>,
}

#[async_trait]
impl Renderer for SimulatedRenderer {
    async fn render(&self, source: &Bytes, recipe: &Recipe) -> Result<Rendered, RenderError> {
        let time = self.world.draw_duration(MAX_RENDER_TIME);
        sleep(time.mul_f64(f64::from(u8::from(self.world.draw(4) == 0)).max(0.05))).await;
        if self.world.happens(self.world.rates.renderer_failure) {
            return Err(StartError::TimedOut.into());
        }
        if is_bad(source) {
            return Err(Rejection::new(RejectionCode::Corrupt, "bad".to_owned()).into());
        }
        let variants = recipe.variants.iter().map(|variant| RenderedVariant {
            name: variant.name.clone(),
            format: variant.encoding.format(),
            width: 1,
            height: 1,
            bytes: variant_bytes(&variant.name, source),
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
            removed_metadata: Vec::new(),
            notes: Vec::new(),
        })
    }
}
