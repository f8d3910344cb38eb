//! A renderer that takes virtual time but no processor time.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use darkroom_imaging::{Recipe, Rendered};
use darkroom_render::{RenderError, StartError};
use darkroom_worker::{Renderer, StandInRenderer};
use tokio::time::sleep;

use crate::world::World;

/// The longest rendering time. It exceeds the visibility timeout, so that heartbeats matter.
const MAX_RENDER_TIME: Duration = Duration::from_secs(100);

/// A stand-in renderer with random durations and failures.
#[derive(Debug)]
pub(crate) struct SimulatedRenderer {
    pub(crate) world: Arc<World>,
    pub(crate) stand_in: StandInRenderer,
}

#[async_trait]
impl Renderer for SimulatedRenderer {
    async fn render(&self, source: &Bytes, recipe: &Recipe) -> Result<Rendered, RenderError> {
        // Three of four renders take only a twentieth of the drawn time.
        let time = self.world.draw_duration(MAX_RENDER_TIME);
        sleep(time.mul_f64(f64::from(u8::from(self.world.draw(4) == 0)).max(0.05))).await;
        if self.world.happens(self.world.rates.renderer_failure) {
            return Err(StartError::TimedOut.into());
        }
        self.stand_in.render(source, recipe).await
    }
}
