//! The event that reports an outcome to webhooks.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{Manifest, RawKey};

/// A message about an outcome that is to be delivered by webhook.
///
/// It does not contain the outcome, only enough to find it. The webhook dispatcher reads the
/// manifest from the store, so a forged or old message never determines what a receiver gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeEvent {
    /// The upload: its fields `id`, `profile` and `owner`.
    #[serde(flatten)]
    pub upload: RawKey,
    /// The id of the outcome. See [`Manifest::outcome_id`].
    pub outcome_id: String,
    /// The number of delivery attempts so far.
    #[serde(default)]
    pub attempts: u32,
    /// The time at which this event was published. Further delivery attempts do not change it.
    #[serde(with = "time::serde::rfc3339")]
    pub published_at: OffsetDateTime,
}

impl OutcomeEvent {
    /// Creates an event without any delivery attempts so far.
    pub fn new(manifest: &Manifest, published_at: OffsetDateTime) -> Self {
        Self {
            upload: manifest.raw_key(),
            outcome_id: manifest.outcome_id(),
            attempts: 0,
            published_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_names_its_upload_and_outcome_and_survives_serialization() {
        let json = json!({
            "id": "01920000-0000-7000-8000-000000000000", "profile": "avatar", "owner": "u123",
            "outcome_id": "msg_x", "attempts": 2, "published_at": "2026-11-21T12:00:00Z"
        });
        let event: OutcomeEvent = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(
            event.upload.to_string(),
            "raw/avatar/u123/01920000-0000-7000-8000-000000000000"
        );
        assert_eq!(serde_json::to_value(&event).unwrap(), json);
    }
}
