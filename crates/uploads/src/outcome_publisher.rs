//! Publication of outcomes.

use std::sync::Arc;

use darkroom_cloud::Queue;
use darkroom_contract::{Manifest, OutcomeEvent};
use time::OffsetDateTime;

use crate::StoreError;

/// The receiver of outcome events.
#[derive(Debug, Clone)]
pub enum OutcomePublisher {
    /// There is no subscriber.
    Disabled,
    /// The queue that webhooks are delivered from.
    Queue(Arc<dyn Queue>),
}

impl OutcomePublisher {
    /// Queues an outcome. May be called again for the same outcome: subscribers recognize it by
    /// its id.
    pub(crate) async fn publish(
        &self,
        manifest: &Manifest,
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let Self::Queue(queue) = self else {
            return Ok(());
        };
        let body = serde_json::to_string(&OutcomeEvent::new(manifest, now));
        let body = body.map_err(|error| StoreError::encode("an outcome event", &error))?;
        queue.send(&[body]).await?;
        Ok(())
    }
}
