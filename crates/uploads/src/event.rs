//! Events about raw objects: finding the upload of an event, and queuing events.

use std::time::Duration;

use darkroom_cloud::{CloudError, ListedObject, ObjectInfo};
use darkroom_contract::{EventKind, Manifest, ObjectEvent, RawKey, notification_body};
use tokio::time::sleep;

use crate::UploadStore;

/// The pause before the number of waiting messages is read again, because SQS counts messages with
/// some delay.
const PAUSE: Duration = Duration::from_secs(1);

/// The identity of one version of a raw object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectVersion {
    /// Size in bytes.
    pub size: u64,
    /// Entity tag without quotes.
    pub etag: Option<String>,
    /// Version id, in a bucket with versioning.
    pub version_id: Option<String>,
}

impl From<&ObjectInfo> for ObjectVersion {
    fn from(info: &ObjectInfo) -> Self {
        Self {
            size: info.size,
            etag: Some(info.etag.clone()),
            version_id: info.version_id.clone(),
        }
    }
}

impl From<&ListedObject> for ObjectVersion {
    /// Converts an object of a listing, which has no version id.
    fn from(object: &ListedObject) -> Self {
        Self {
            size: object.size,
            etag: object.etag.clone(),
            version_id: None,
        }
    }
}

impl ObjectVersion {
    /// Returns `true` if the manifest was made from this version.
    pub fn is_source_of(&self, manifest: &Manifest) -> bool {
        let source = &manifest.source;
        self.etag.as_ref() == Some(&source.etag) && self.version_id == source.version_id
    }
}

impl UploadStore {
    /// Returns the upload that an event is about. Returns `None` if the event reports a removal, is
    /// from another bucket, or has a key that cannot belong to an upload.
    pub fn upload_of(&self, event: &ObjectEvent) -> Option<RawKey> {
        let is_upload = event.kind == EventKind::Created && event.bucket == self.parts.raw.name();
        is_upload.then(|| RawKey::parse(&event.key).ok()).flatten()
    }

    /// Creates an event about this version of an upload's raw object, or about whichever version is
    /// current if `version` is `None`. With `force`, the upload is rendered even if its outcome is
    /// current.
    pub fn event(&self, key: &RawKey, version: Option<ObjectVersion>, force: bool) -> ObjectEvent {
        let (size, etag, version_id) = match version {
            Some(version) => (Some(version.size), version.etag, version.version_id),
            None => (None, None, None),
        };
        ObjectEvent {
            size,
            etag,
            version_id,
            force,
            ..ObjectEvent::created(self.parts.raw.name(), key.to_string())
        }
    }

    /// Returns the number of events that wait in the queue, about: those that can be received, and
    /// those whose delay has not passed.
    ///
    /// # Errors
    /// The error of the request to SQS.
    pub async fn waiting_events(&self) -> Result<u64, CloudError> {
        let depth = self.parts.events.depth().await?;
        Ok(depth.visible + depth.delayed)
    }

    /// Enqueues events. At most `max_waiting` messages wait in the queue at any time. With `None`,
    /// enqueues all of them at once.
    ///
    /// # Errors
    /// The error of the request to the store, or of the first message that was not accepted. Events
    /// that were enqueued before stay in the queue.
    pub async fn requeue_within(
        &self,
        mut events: &[ObjectEvent],
        max_waiting: Option<u64>,
    ) -> Result<(), CloudError> {
        let Some(max_waiting) = max_waiting else {
            return self.requeue(events).await;
        };
        while !events.is_empty() {
            let room = max_waiting.saturating_sub(self.waiting_events().await?);
            let count = usize::try_from(room)
                .unwrap_or(usize::MAX)
                .min(events.len());
            let (now, later) = events.split_at(count);
            if !now.is_empty() {
                self.requeue(now).await?;
            }
            events = later;
            sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Queues events.
    ///
    /// # Errors
    /// The error of the request to the store, or of the first message that was not accepted.
    pub async fn requeue(&self, events: &[ObjectEvent]) -> Result<(), CloudError> {
        let bodies: Vec<String> = events.iter().map(notification_body).collect();
        self.parts.events.send(&bodies).await
    }
}

#[cfg(test)]
mod tests {
    use darkroom_contract::Notification;

    use super::*;
    use crate::MemoryStore;

    #[tokio::test]
    async fn a_requeued_upload_arrives_as_the_event_of_its_object() {
        let test = MemoryStore::new();
        let key = MemoryStore::new_key();
        let info = test.put(&key, "bytes");
        let event = test.store.event(&key, Some((&info).into()), true);
        test.store
            .requeue(std::slice::from_ref(&event))
            .await
            .unwrap();
        let body = test.events.bodies().remove(0);
        assert_eq!(
            Notification::parse(&body),
            Ok(Notification::Records(vec![Ok(event.clone())]))
        );
        assert_eq!(test.store.upload_of(&event), Some(key));
    }

    #[test]
    fn events_of_removals_other_buckets_and_invalid_keys_are_about_no_upload() {
        let test = MemoryStore::new();
        let event = test.store.event(&MemoryStore::new_key(), None, false);
        let others = [
            ObjectEvent {
                kind: EventKind::Removed,
                ..event.clone()
            },
            ObjectEvent {
                bucket: "other".to_owned(),
                ..event.clone()
            },
            ObjectEvent {
                key: "raw/avatar/u1/x".to_owned(),
                ..event
            },
        ];
        for event in others {
            assert_eq!(test.store.upload_of(&event), None, "{event:?}");
        }
    }
}
