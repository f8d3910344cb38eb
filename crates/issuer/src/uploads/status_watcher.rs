//! Shared polling of the store for all clients that wait for the same upload.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use darkroom_cloud::CloudError;
use darkroom_contract::{PendingStatus, RawKey, UploadStatus};
use darkroom_uploads::{StatusReading, UploadStore};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::forecast::Forecast;
use super::poll_schedule::PollSchedule;

/// The maximum number of polls per second for all uploads together, not counting the first poll of
/// each upload, which happens at once. If clients wait for many uploads, the watcher polls each
/// upload less often.
const MAX_POLL_RATE: u32 = 500;
/// The result of the latest poll, or `None` before the first poll.
pub(crate) type StatusUpdate = Option<Result<UploadStatus, CloudError>>;

/// A watcher of all uploads that clients wait for. All clients that wait for an upload share its
/// polls. If a worker in the same process writes the outcome, it is polled at once.
#[derive(Debug)]
pub(crate) struct StatusWatcher {
    store: UploadStore,
    watched: Mutex<HashMap<RawKey, watch::Sender<StatusUpdate>>>,
    forecast: Mutex<Forecast>,
}

impl StatusWatcher {
    pub(crate) fn new(store: UploadStore) -> Self {
        Self {
            store,
            watched: Mutex::default(),
            forecast: Mutex::default(),
        }
    }

    /// Waits until the upload's status is final, `deadline` has passed or `stop` is cancelled, and
    /// returns the status.
    ///
    /// # Errors
    /// The error of the latest poll.
    pub(crate) async fn wait(
        self: &Arc<Self>,
        key: &RawKey,
        deadline: Instant,
        stop: &CancellationToken,
    ) -> Result<UploadStatus, CloudError> {
        let mut updates = self.subscribe(key);
        tokio::select! {
            _ = updates.wait_for(is_final) => {}
            () = tokio::time::sleep_until(deadline) => {}
            () = stop.cancelled() => {}
        }
        self.latest(key, &updates).await
    }

    /// Waits until the status of at least one upload is final, `deadline` has passed or `stop` is
    /// cancelled, and returns the status of every upload in the order of `keys`.
    ///
    /// # Errors
    /// The error of the latest poll of the first upload that has one.
    pub(crate) async fn wait_for_any(
        self: &Arc<Self>,
        keys: &[RawKey],
        deadline: Instant,
        stop: &CancellationToken,
    ) -> Result<Vec<UploadStatus>, CloudError> {
        let mut updates: Vec<_> = keys.iter().map(|key| self.subscribe(key)).collect();
        let mut waits = FuturesUnordered::new();
        for updates in &mut updates {
            waits.push(updates.wait_for(is_final));
        }
        tokio::select! {
            _ = waits.next() => {}
            () = tokio::time::sleep_until(deadline) => {}
            () = stop.cancelled() => {}
        }
        drop(waits);
        let mut statuses = Vec::with_capacity(keys.len());
        for (key, updates) in keys.iter().zip(&updates) {
            statuses.push(self.latest(key, updates).await?);
        }
        Ok(statuses)
    }

    /// Returns the result of the latest poll. Reads the status from the store if there was no poll
    /// yet.
    async fn latest(
        &self,
        key: &RawKey,
        updates: &watch::Receiver<StatusUpdate>,
    ) -> Result<UploadStatus, CloudError> {
        let latest = updates.borrow().clone();
        match latest {
            Some(update) => update,
            None => self.store.status(key).await,
        }
    }

    /// Returns a receiver of the updates of an upload. Polling continues until the status is final
    /// or no receiver is left.
    pub(crate) fn subscribe(self: &Arc<Self>, key: &RawKey) -> watch::Receiver<StatusUpdate> {
        let mut watched = self.watched();
        if let Some(sender) = watched.get(key) {
            return sender.subscribe();
        }
        let (sender, receiver) = watch::channel(None);
        watched.insert(key.clone(), sender);
        tokio::spawn(Arc::clone(self).poll_loop(key.clone()));
        receiver
    }

    async fn poll_loop(self: Arc<Self>, key: RawKey) {
        let mut changes = self.store.listen(&key);
        let mut schedule = PollSchedule::new();
        let mut last = None;
        let mut is_changed = false;
        while self.is_watched(&key) {
            let now = Instant::now();
            let is_full = schedule.begin_poll(now) || is_changed;
            let result = self
                .store
                .next_status(&key, last.filter(|_| !is_full))
                .await;
            match &result {
                Ok(reading) => last = self.learn(&key, reading, &mut schedule, now),
                Err(error) => tracing::warn!(%error, "cannot read an upload's status"),
            }
            if self.send(&key, result.map(|reading| reading.status)) {
                return;
            }
            let next = schedule.next(now, last);
            let next = next.max(now + min_interval(self.watched().len()));
            is_changed = tokio::select! {
                () = changes.changed() => true,
                () = tokio::time::sleep_until(next) => false,
            };
        }
    }

    /// Learns from a poll at `now` when the file of an upload has arrived, or how long its processing
    /// took. Returns the status if it is not an outcome.
    fn learn(
        &self,
        key: &RawKey,
        reading: &StatusReading,
        schedule: &mut PollSchedule,
        now: Instant,
    ) -> Option<PendingStatus> {
        let bytes = reading.source_bytes.unwrap_or_default();
        match &reading.status {
            UploadStatus::Pending { status, .. } => {
                if *status == PendingStatus::Processing {
                    let estimate = self.forecast().estimate(&key.profile, bytes);
                    schedule.saw_file(now, estimate);
                }
                Some(*status)
            }
            UploadStatus::Done(manifest) => {
                let render_time = Duration::from_millis(manifest.render_ms);
                if let Some(took) = schedule.processing_time(render_time, now) {
                    self.forecast().record(&key.profile, bytes, took);
                }
                None
            }
        }
    }

    fn forecast(&self) -> MutexGuard<'_, Forecast> {
        self.forecast.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns `true` if the upload still has a receiver. Otherwise removes the upload, so that the
    /// next subscription starts a new loop.
    fn is_watched(&self, key: &RawKey) -> bool {
        let mut watched = self.watched();
        let is_watched = watched
            .get(key)
            .is_some_and(|sender| sender.receiver_count() > 0);
        if !is_watched {
            watched.remove(key);
        }
        is_watched
    }

    /// Sends the result of a poll to all receivers. Returns `true` if the status is final: the next
    /// subscription then starts a new loop.
    fn send(&self, key: &RawKey, result: Result<UploadStatus, CloudError>) -> bool {
        let mut watched = self.watched();
        let update = Some(result);
        let is_final = is_final(&update);
        if let Some(sender) = watched.get(key) {
            sender.send_replace(update);
        }
        if is_final {
            watched.remove(key);
        }
        is_final
    }

    fn watched(&self) -> MutexGuard<'_, HashMap<RawKey, watch::Sender<StatusUpdate>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the interval at which the polls of `watched` uploads reach [`MAX_POLL_RATE`] together.
fn min_interval(watched: usize) -> Duration {
    let watched = u32::try_from(watched).unwrap_or(u32::MAX);
    Duration::from_secs(1) * watched / MAX_POLL_RATE
}

fn is_final(update: &StatusUpdate) -> bool {
    matches!(update, Some(Ok(status)) if status.is_final())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use darkroom_cloud::{Bucket, PutOptions};
    use darkroom_uploads::MemoryStore;
    use serde_json::json;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn in_30_s() -> Instant {
        Instant::now() + Duration::from_secs(30)
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_without_an_outcome_ends_at_its_deadline_with_the_latest_status() {
        let test = MemoryStore::new();
        let watcher = Arc::new(StatusWatcher::new(test.store.clone()));
        let (key, stop) = (MemoryStore::new_key(), CancellationToken::new());
        test.put(&key, "bytes");
        let (started_at, deadline) = (Instant::now(), in_30_s());
        let status = watcher.wait(&key, deadline, &stop).await.unwrap();
        assert_eq!(status.name(), "processing");
        assert_eq!(started_at.elapsed(), Duration::from_secs(30));
    }

    #[tokio::test(start_paused = true)]
    async fn a_deletion_ends_every_wait() {
        for is_uploaded in [false, true] {
            let test = MemoryStore::new();
            let watcher = Arc::new(StatusWatcher::new(test.store.clone()));
            let (key, stop) = (MemoryStore::new_key(), CancellationToken::new());
            if is_uploaded {
                test.put(&key, "bytes");
            }
            let (store, deleted_key) = (test.store.clone(), key.clone());
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_secs(10)).await;
                store.delete(&deleted_key).await
            });
            let started_at = Instant::now();
            let status = watcher.wait(&key, in_30_s(), &stop).await.unwrap();
            assert_eq!(status.name(), "deleted");
            assert!(started_at.elapsed() <= Duration::from_secs(15));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_for_many_uploads_ends_with_the_first_outcome() {
        let test = MemoryStore::new();
        let watcher = Arc::new(StatusWatcher::new(test.store.clone()));
        let stop = CancellationToken::new();
        let keys: Vec<_> = (0..5).map(|_| MemoryStore::new_key()).collect();
        for key in &keys {
            test.put(key, "bytes");
        }
        let started_at = Instant::now();
        let wait = watcher.wait_for_any(&keys, in_30_s(), &stop);
        let deletion = async {
            tokio::time::sleep(9 * SECOND).await;
            test.store.delete(&keys[3]).await.unwrap();
        };
        let (statuses, ()) = tokio::join!(wait, deletion);
        let names: Vec<_> = statuses.unwrap().iter().map(UploadStatus::name).collect();
        let expected = [
            "processing",
            "processing",
            "processing",
            "deleted",
            "processing",
        ];
        assert_eq!(names, expected);
        assert_eq!(started_at.elapsed(), 9 * SECOND);
        let pending = [keys[0].clone(), keys[1].clone()];
        watcher
            .wait_for_any(&pending, Instant::now() + 20 * SECOND, &stop)
            .await
            .unwrap();
        assert_eq!(started_at.elapsed(), 29 * SECOND);
        // A poll loop ends at its next poll.
        tokio::time::sleep(10 * SECOND).await;
        assert!(watcher.watched().is_empty(), "all poll loops have ended");
    }

    /// Writes the outcome of an upload as another process does, without notifying this one.
    async fn write_elsewhere(test: &MemoryStore, key: &RawKey, render_ms: u64) {
        let manifest = json!({
            "version": 1, "id": key.id, "profile": key.profile, "owner": key.owner,
            "status": "rejected", "error": {"code": "not_an_image", "message": "not an image"},
            "source": {"bucket": "raw", "key": key.to_string(), "etag": "e", "version_id": null,
                       "bytes": 5},
            "metadata": {}, "recipe": "00", "finished_at": "2026-11-21T12:00:00Z",
            "render_ms": render_ms,
        });
        let options = PutOptions {
            content_type: "application/json",
            cache_control: "no-cache",
        };
        let (key, manifest) = (key.manifest_key(), Bytes::from(manifest.to_string()));
        test.raw.put(&key, manifest, options).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn the_outcomes_of_other_processes_are_soon_noticed_early_and_with_few_calls() {
        let test = MemoryStore::new();
        let watcher = Arc::new(StatusWatcher::new(test.store.clone()));
        let stop = CancellationToken::new();
        let render = Duration::from_millis(310);
        for upload in 0..10 {
            let key = MemoryStore::new_key();
            test.put(&key, "bytes");
            let calls = || test.raw.faults().count("GetObject", "manifests/");
            let (before, started_at) = (calls(), Instant::now());
            let wait = watcher.wait(&key, in_30_s(), &stop);
            let outcome = async {
                tokio::time::sleep(render).await;
                write_elsewhere(&test, &key, 300).await;
            };
            let (status, ()) = tokio::join!(wait, outcome);
            assert_eq!(status.unwrap().name(), "rejected");
            let (delay, calls) = (started_at.elapsed() - render, calls() - before);
            let is_learned = upload >= 1;
            assert!(delay <= Duration::from_millis(100), "{upload}: {delay:?}");
            if is_learned {
                assert!(delay <= Duration::from_millis(50), "{upload}: {delay:?}");
                assert!(calls <= 4, "{upload}: {calls}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_outcome_and_the_deletion_of_this_process_are_noticed_at_once() {
        let test = MemoryStore::new();
        let watcher = Arc::new(StatusWatcher::new(test.store.clone()));
        let (key, stop) = (MemoryStore::new_key(), CancellationToken::new());
        for is_uploaded in [true, false] {
            if is_uploaded {
                test.put(&key, "bytes");
            }
            let started_at = Instant::now();
            let (wait, deleted) = (watcher.wait(&key, in_30_s(), &stop), async {
                tokio::time::sleep(9 * SECOND).await;
                test.store.delete(&key).await
            });
            let (status, deleted) = tokio::join!(wait, deleted);
            deleted.unwrap();
            assert_eq!(status.unwrap().name(), "deleted");
            assert_eq!(started_at.elapsed(), 9 * SECOND);
            test.raw.faults().clear();
            let tombstone = key.tombstone_key();
            test.raw.delete(&[tombstone]).await.unwrap();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_ends_every_wait() {
        let test = MemoryStore::new();
        let watcher = Arc::new(StatusWatcher::new(test.store.clone()));
        let stop = CancellationToken::new();
        stop.cancel();
        let started_at = Instant::now();
        let status = watcher
            .wait(&MemoryStore::new_key(), in_30_s(), &stop)
            .await
            .unwrap();
        assert_eq!(status.name(), "awaiting_upload");
        assert!(started_at.elapsed() < SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn the_poll_rate_is_bounded_for_any_number_of_uploads() {
        let test = MemoryStore::new();
        let watcher = Arc::new(StatusWatcher::new(test.store.clone()));
        let keys: Vec<_> = (0..2000).map(|_| MemoryStore::new_key()).collect();
        let updates: Vec<_> = keys.iter().map(|key| watcher.subscribe(key)).collect();
        let polls = || test.raw.faults().count("HeadObject", "raw/");
        // The first poll of every upload happens at once, so it does not count.
        tokio::time::sleep(SECOND).await;
        let before = polls();
        tokio::time::sleep(Duration::from_secs(40)).await;
        let rate = (polls() - before) / 40;
        let expected = MAX_POLL_RATE as usize;
        assert!((expected / 2..=expected).contains(&rate), "{rate}");
        drop(updates);
    }

    #[tokio::test(start_paused = true)]
    async fn a_final_status_ends_the_poll_loop_even_if_another_wait_begins_at_once() {
        let test = MemoryStore::new();
        let watcher = Arc::new(StatusWatcher::new(test.store.clone()));
        let (key, stop) = (MemoryStore::new_key(), CancellationToken::new());
        test.put(&key, "bytes");
        test.store.delete(&key).await.unwrap();
        watcher.wait(&key, in_30_s(), &stop).await.unwrap();
        // A deleted upload may be uploaded again while its URL is valid.
        test.put(&key, "bytes");
        let update = watcher.subscribe(&key);
        let polls = || test.raw.faults().count("HeadObject", "raw/");
        tokio::time::sleep(SECOND).await;
        let before = polls();
        tokio::time::sleep(10 * SECOND).await;
        // One loop makes a full poll every two seconds at most, and two loops make twice as many.
        assert!(polls() - before <= 5, "{}", polls() - before);
        drop(update);
    }

    #[tokio::test(start_paused = true)]
    async fn all_waits_for_an_upload_share_one_poll_loop_which_ends_with_them() {
        let test = MemoryStore::new();
        let watcher = Arc::new(StatusWatcher::new(test.store.clone()));
        let key = MemoryStore::new_key();
        let first = watcher.subscribe(&key);
        let second = watcher.subscribe(&key);
        assert!(first.same_channel(&second));
        drop((first, second));
        tokio::time::sleep(2 * SECOND).await;
        assert!(watcher.watched().is_empty());
    }
}
