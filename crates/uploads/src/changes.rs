//! Notification of the tasks that wait for an outcome in the same process that writes it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use darkroom_contract::RawKey;
use tokio::sync::watch;

/// The uploads that someone in this process waits for.
#[derive(Debug, Default)]
pub(crate) struct ChangeListeners(Mutex<HashMap<RawKey, watch::Sender<()>>>);

impl ChangeListeners {
    /// Returns a listener for an upload.
    pub(crate) fn listen(self: &Arc<Self>, key: &RawKey) -> ChangeListener {
        let mut senders = self.senders();
        let sender = senders.entry(key.clone()).or_default();
        ChangeListener {
            key: key.clone(),
            listeners: Arc::clone(self),
            changes: sender.subscribe(),
        }
    }

    /// Notifies all listeners of an upload.
    pub(crate) fn notify(&self, key: &RawKey) {
        if let Some(sender) = self.senders().get(key) {
            sender.send_replace(());
        }
    }

    fn senders(&self) -> MutexGuard<'_, HashMap<RawKey, watch::Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A listener for the outcome and the deletion of one upload, as far as this process causes them.
///
/// Other processes cause changes too, so a listener saves time but does not replace polling.
#[derive(Debug)]
pub struct ChangeListener {
    key: RawKey,
    listeners: Arc<ChangeListeners>,
    changes: watch::Receiver<()>,
}

impl ChangeListener {
    /// Waits for the next change since the last call, or since the listener was created.
    pub async fn changed(&mut self) {
        if self.changes.changed().await.is_err() {
            // The sender lives as long as its listeners, so this is never reached.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for ChangeListener {
    fn drop(&mut self) {
        let mut senders = self.listeners.senders();
        let is_last = |sender: &watch::Sender<()>| sender.receiver_count() <= 1;
        if senders.get(&self.key).is_some_and(is_last) {
            senders.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Duration, timeout};

    use super::*;
    use crate::MemoryStore;
    use crate::testing::ready;

    const MINUTE: Duration = Duration::from_secs(60);

    async fn is_notified(listener: &mut ChangeListener) -> bool {
        timeout(MINUTE, listener.changed()).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn an_outcome_and_a_deletion_notify_the_listeners_of_their_upload_only() {
        let test = MemoryStore::new();
        let [key, other] = [(); 2].map(|()| MemoryStore::new_key());
        let mut listeners = [&key, &key, &other].map(|key| test.store.listen(key));
        let source = test.put(&key, "bytes");
        let manifest = ready(&key, &source, &[]);
        test.store.write_manifest(&manifest).await.unwrap();
        for (listener, is_concerned) in listeners.iter_mut().zip([true, true, false]) {
            assert_eq!(is_notified(listener).await, is_concerned);
        }
        assert!(
            !is_notified(&mut listeners[0]).await,
            "one change, one notification"
        );
        test.store.delete(&key).await.unwrap();
        assert!(is_notified(&mut listeners[0]).await);
    }

    #[tokio::test]
    async fn the_last_listener_of_an_upload_leaves_nothing_behind() {
        let test = MemoryStore::new();
        let key = MemoryStore::new_key();
        let [first, second] = [(); 2].map(|()| test.store.listen(&key));
        let count = || test.store.listeners.senders().len();
        drop(first);
        assert_eq!(count(), 1);
        drop(second);
        assert_eq!(count(), 0);
    }
}
