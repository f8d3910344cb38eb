//! Publication of outcomes.

use std::sync::Arc;

use darkroom_cloud::Queue;
use darkroom_contract::{Manifest, OutcomeEvent};
use time::OffsetDateTime;

use crate::StoreError;

/// The destination of outcome events.
#[derive(Debug, Clone)]
pub enum OutcomePublisher {
    /// Outcomes are not published, because no webhook is configured.
    Disabled,
    /// The queue from which webhooks are delivered.
    Queue(Arc<dyn Queue>),
}

impl OutcomePublisher {
    /// Queues an outcome. Calling this again for the same outcome is safe, because webhook
    /// receivers recognize an outcome by its id.
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
