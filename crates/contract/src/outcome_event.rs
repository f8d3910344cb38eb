//! The event that reports an outcome to webhooks.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{Manifest, sha256_hex};

/// The number of hex digits in the digest that distinguishes the outcomes of one upload.
const DIGITS: usize = 16;

/// An outcome that is queued for a webhook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutcomeEvent {
    /// The number of delivery attempts so far.
    #[serde(default)]
    pub attempts: u32,
    /// The time at which this event was published. Further delivery attempts do not change it.
    #[serde(with = "time::serde::rfc3339")]
    pub published_at: OffsetDateTime,
    /// The outcome.
    pub manifest: Manifest,
}

impl OutcomeEvent {
    /// Creates an event without any delivery attempts so far.
    pub fn new(manifest: &Manifest, published_at: OffsetDateTime) -> Self {
        Self {
            attempts: 0,
            published_at,
            manifest: manifest.clone(),
        }
    }

    /// Returns the id that a receiver uses to recognize duplicates. All events of one outcome have
    /// the same id.
    pub fn id(&self) -> String {
        let Manifest {
            id,
            outcome,
            source,
            recipe,
            ..
        } = &self.manifest;
        let version = source.version_id.as_deref().unwrap_or_default();
        let parts = [&*source.etag, version, recipe, outcome.name()].join("\n");
        let digest = sha256_hex(parts.as_bytes());
        format!("msg_{id}_{}", &digest[..DIGITS])
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn manifest(changes: serde_json::Value) -> Manifest {
        let mut manifest = json!({
            "version": 1, "id": "01920000-0000-7000-8000-000000000000", "profile": "avatar",
            "owner": "u123", "status": "rejected",
            "error": {"code": "corrupt", "message": "x"},
            "source": {"bucket": "b", "key": "k", "etag": "e", "version_id": null, "bytes": 7},
            "metadata": {}, "recipe": "00", "finished_at": "2026-11-21T12:00:00Z", "render_ms": 3
        });
        for (name, value) in changes.as_object().unwrap() {
            manifest[name] = value.clone();
        }
        serde_json::from_value(manifest).unwrap()
    }

    #[test]
    fn an_outcome_that_is_published_again_has_the_same_id() {
        let id = |changes| OutcomeEvent::new(&manifest(changes), OffsetDateTime::UNIX_EPOCH).id();
        let first = id(json!({}));
        assert!(first.starts_with("msg_01920000-0000-7000-8000-000000000000_"));
        assert_eq!(first, id(json!({"finished_at": "2026-11-21T13:00:00Z"})));
        assert_ne!(first, id(json!({"recipe": "01"})));
    }

    #[test]
    fn an_event_survives_serialization() {
        let event = OutcomeEvent::new(&manifest(json!({})), OffsetDateTime::UNIX_EPOCH);
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<OutcomeEvent>(&text).unwrap(), event);
    }
}
