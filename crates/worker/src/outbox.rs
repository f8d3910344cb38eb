//! Telling others of outcomes.

use darkroom_cloud::{CloudError, CloudErrorKind, Queue, SqsQueue};
use darkroom_contract::{Manifest, OutcomeEvent};

/// Where notices of outcomes go.
#[derive(Debug, Clone)]
pub enum Outbox {
    /// Nobody wants to be told.
    Nobody,
    /// The queue that a webhook is served from.
    Queue(SqsQueue),
}

impl Outbox {
    /// Puts an outcome on the queue; its manifest is durable by now. May be called again for the
    /// same outcome: whoever is told knows it by its id.
    ///
    /// # Errors
    /// What the call met. The message that led to the outcome is not acknowledged then, and when
    /// it comes again, so does this.
    pub(crate) async fn announce(&self, manifest: &Manifest) -> Result<(), CloudError> {
        let Self::Queue(queue) = self else {
            return Ok(());
        };
        let notice = serde_json::to_string(&OutcomeEvent::new(
            manifest,
            time::OffsetDateTime::now_utc(),
        ))
        .map_err(|error| CloudError::new(CloudErrorKind::Invalid, "SendMessage", error))?;
        queue.send(&[notice]).await
    }
}
