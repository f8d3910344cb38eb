//! Many who wait for one upload, one who asks the store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use darkroom_cloud::CloudError;
use darkroom_contract::{RawKey, UploadState};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::ledger::{Ledger, Standing};

/// An upload that someone waits for is looked up this often, however many wait.
const WHILE_IDLE: Duration = Duration::from_secs(1);
/// Once the file is there the outcome is near, and is to be told within a second.
const WHILE_PROCESSING: Duration = Duration::from_millis(500);

/// What was last seen of an upload; `None` before the first look-up.
pub(crate) type StatusUpdate = Option<Result<Standing, CloudError>>;

/// Everyone who waits, by the upload that they wait for.
#[derive(Debug)]
pub(crate) struct StatusWatcher {
    ledger: Ledger,
    watched: Mutex<HashMap<RawKey, watch::Sender<StatusUpdate>>>,
}

impl StatusWatcher {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self {
            ledger,
            watched: Mutex::default(),
        }
    }

    /// Where the upload stands once there is nothing more to wait for, or at `deadline`, or when
    /// the service stops.
    pub(crate) async fn wait(
        self: &Arc<Self>,
        key: &RawKey,
        deadline: Instant,
        stop: &CancellationToken,
    ) -> Result<Standing, CloudError> {
        let mut news = self.join(key);
        tokio::select! {
            _ = news.wait_for(is_final) => {}
            () = tokio::time::sleep_until(deadline) => {}
            () = stop.cancelled() => {}
        }
        let last = news.borrow().clone();
        match last {
            Some(news) => news,
            None => self.ledger.look(key).await,
        }
    }

    /// Everything that is seen of an upload from now on. The store is asked as long as anyone
    /// holds on to what this returns.
    pub(crate) fn join(self: &Arc<Self>, key: &RawKey) -> watch::Receiver<StatusUpdate> {
        let mut watched = self.watched();
        if let Some(sender) = watched.get(key) {
            return sender.subscribe();
        }
        let (sender, receiver) = watch::channel(None);
        watched.insert(key.clone(), sender);
        tokio::spawn(Arc::clone(self).keep_asking(key.clone()));
        receiver
    }

    async fn keep_asking(self: Arc<Self>, key: RawKey) {
        let mut last = None;
        while self.is_awaited(&key) {
            let looked_at = Instant::now();
            let news = self.ledger.look_on(&key, last).await;
            match &news {
                Ok(Standing::Pending(state)) => last = Some(*state),
                Ok(Standing::Done(_)) => {}
                Err(error) => tracing::warn!(%error, "an upload could not be looked up"),
            }
            self.tell(&key, news);
            let pause = match last {
                Some(UploadState::Processing) => WHILE_PROCESSING,
                _ => WHILE_IDLE,
            };
            tokio::time::sleep_until(looked_at + pause).await;
        }
    }

    /// Whether anyone is still there; whoever comes later starts over.
    fn is_awaited(&self, key: &RawKey) -> bool {
        let mut watched = self.watched();
        let is_awaited = watched
            .get(key)
            .is_some_and(|sender| sender.receiver_count() > 0);
        if !is_awaited {
            watched.remove(key);
        }
        is_awaited
    }

    fn tell(&self, key: &RawKey, news: Result<Standing, CloudError>) {
        let mut watched = self.watched();
        let news = Some(news);
        let is_final = is_final(&news);
        if let Some(sender) = watched.get(key) {
            sender.send_replace(news);
        }
        if is_final {
            watched.remove(key);
        }
    }

    fn watched(&self) -> MutexGuard<'_, HashMap<RawKey, watch::Sender<StatusUpdate>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_final(news: &StatusUpdate) -> bool {
    matches!(news, Some(Ok(standing)) if standing.is_final())
}
