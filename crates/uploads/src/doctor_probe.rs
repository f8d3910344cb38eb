//! The worker's part of the round trip by which `darkroom doctor` tests the notification.

use darkroom_cloud::CloudError;
use darkroom_contract::{EventKind, ObjectEvent, ProbeId};

use crate::UploadStore;

impl UploadStore {
    /// Returns the probe whose raw object an event is about.
    pub fn probe_of(&self, event: &ObjectEvent) -> Option<ProbeId> {
        let is_new = event.kind == EventKind::Created && event.bucket == self.source_bucket();
        is_new.then(|| ProbeId::from_raw_key(&event.key)).flatten()
    }

    /// Deletes the raw object of a probe, which shows `darkroom doctor` that its event has arrived.
    ///
    /// # Errors
    /// The error of the request to the store.
    pub async fn acknowledge_probe(&self, probe: ProbeId) -> Result<(), CloudError> {
        self.parts.raw.delete(&[probe.raw_key()]).await
    }
}

#[cfg(test)]
mod tests {
    use darkroom_cloud::UploadOptions;

    use super::*;
    use crate::MemoryStore;

    #[tokio::test]
    async fn only_the_raw_object_of_a_probe_is_deleted() {
        let test = MemoryStore::new();
        let key = MemoryStore::new_key();
        test.put(&key, "bytes");
        let probe = ProbeId::generate();
        let options = UploadOptions::default();
        test.raw.upload(&probe.raw_key(), "".into(), options);
        let event = ObjectEvent::created("raw", probe.raw_key());
        let elsewhere = ObjectEvent::created("other", probe.raw_key());
        let upload = ObjectEvent::created("raw", key.to_string());
        assert_eq!(test.store.probe_of(&elsewhere), None);
        assert_eq!(test.store.probe_of(&upload), None);
        let found = test.store.probe_of(&event).unwrap();
        test.store.acknowledge_probe(found).await.unwrap();
        assert_eq!(test.raw.keys(), [key.to_string()]);
    }
}
