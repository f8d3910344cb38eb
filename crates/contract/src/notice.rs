//! What is queued to tell others of an outcome.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{Manifest, sha256_hex};

/// Hex digits of a digest that tell two outcomes of one upload apart.
const DIGITS: usize = 16;

/// An outcome on its way to a webhook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// How often it has been tried.
    #[serde(default)]
    pub tries: u32,
    /// When it was first put on the queue.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
    /// The outcome.
    pub manifest: Manifest,
}

impl Notice {
    /// A notice that was not tried yet.
    pub fn of(manifest: &Manifest) -> Self {
        Self {
            tries: 0,
            since: OffsetDateTime::now_utc(),
            manifest: manifest.clone(),
        }
    }

    /// The same text for the same outcome, however often it is put on the queue: what a receiver
    /// knows already, it can pass over.
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
    fn an_outcome_that_is_told_again_has_the_same_id() {
        let id = |changes| Notice::of(&manifest(changes)).id();
        let first = id(json!({}));
        assert!(first.starts_with("msg_01920000-0000-7000-8000-000000000000_"));
        assert_eq!(first, id(json!({"finished_at": "2026-11-21T13:00:00Z"})));
        assert_ne!(first, id(json!({"recipe": "01"})));
    }

    #[test]
    fn a_notice_survives_its_text() {
        let notice = Notice::of(&manifest(json!({})));
        let text = serde_json::to_string(&notice).unwrap();
        assert_eq!(serde_json::from_str::<Notice>(&text).unwrap(), notice);
    }
}
