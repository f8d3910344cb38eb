//! Backfill: raw objects that have no current outcome are enqueued.

use std::sync::Arc;

use darkroom_cloud::{CloudError, ListedObject};
use darkroom_contract::{Manifest, ObjectEvent, ProfileName, RawKey};
use darkroom_uploads::{ObjectVersion, StoreError, UploadStore};
use futures_util::stream::{self, StreamExt};

use crate::review::is_review_obsolete;

/// The number of manifests that are read concurrently.
const CONCURRENT_LOOKUPS: usize = 64;
/// The largest number of objects in a batch.
const MAX_BATCH: usize = 1000;

/// A run that enqueues raw objects without a current outcome: the outcome is missing, is a failure,
/// or comes from an older object or another recipe.
#[derive(Debug, Clone)]
pub struct Backfill<'a> {
    /// The store of uploads.
    pub store: UploadStore,
    /// If set, only uploads of this profile are enqueued.
    pub profile: Option<&'a ProfileName>,
    /// If `true`, objects with a current outcome are enqueued too.
    pub force: bool,
    /// If `true`, objects are only counted.
    pub dry_run: bool,
    /// If set, the run begins after this key, the [`BackfillProgress::last_key`] of an earlier run.
    pub after: Option<String>,
    /// If set, nothing is enqueued while this many messages wait in the queue. New uploads then
    /// wait only for this many messages of the backfill, and a backlog of uploads stops the
    /// backfill.
    pub max_waiting: Option<u64>,
}

/// Progress of a backfill.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BackfillProgress {
    /// The number of listed objects: all objects under the prefix of raw objects, or only those
    /// under the prefix of one profile.
    pub listed: u64,
    /// The number of objects that were enqueued, or that would be enqueued in a dry run.
    pub enqueued: u64,
    /// The number of objects that were skipped because their outcome is current.
    pub current: u64,
    /// The number of objects that were skipped because they are not uploads of a known profile.
    pub foreign: u64,
    /// The last key up to which all objects are done.
    pub last_key: Option<String>,
}

/// The action that one raw object needs.
enum Action {
    Work(ObjectEvent),
    Nothing,
    Foreign,
}

impl Backfill<'_> {
    /// Lists the raw bucket and enqueues uploads. Reports the progress after every batch.
    ///
    /// # Errors
    /// The error of the first call that failed. Objects that were enqueued stay in the queue.
    /// Another run may begin after [`BackfillProgress::last_key`] of the last report. A run from
    /// the beginning enqueues every object that has no current outcome by then.
    pub async fn run(
        &self,
        mut report: impl FnMut(&BackfillProgress),
    ) -> Result<BackfillProgress, CloudError> {
        let mut progress = BackfillProgress {
            last_key: self.after.clone(),
            ..BackfillProgress::default()
        };
        let max_waiting = self.max_waiting.and_then(|max| usize::try_from(max).ok());
        let batch = max_waiting.unwrap_or(MAX_BATCH).clamp(1, MAX_BATCH);
        let mut after = self.after.clone();
        loop {
            let page = self.store.list_sources(self.profile, after).await?;
            for objects in page.objects.chunks(batch) {
                self.enqueue(objects, &mut progress).await?;
                report(&progress);
            }
            after = page.next;
            if after.is_none() {
                return Ok(progress);
            }
        }
    }

    async fn enqueue(
        &self,
        objects: &[ListedObject],
        progress: &mut BackfillProgress,
    ) -> Result<(), CloudError> {
        let actions: Vec<Result<Action, CloudError>> = stream::iter(objects.to_vec())
            .map(|object| self.action(object))
            .buffered(CONCURRENT_LOOKUPS)
            .collect()
            .await;
        let mut events = Vec::new();
        let (mut current, mut foreign) = (0, 0);
        for action in actions {
            match action? {
                Action::Work(event) => events.push(event),
                Action::Nothing => current += 1,
                Action::Foreign => foreign += 1,
            }
        }
        if !self.dry_run {
            let max_waiting = self.max_waiting;
            self.store.requeue_within(&events, max_waiting).await?;
        }
        progress.listed += objects.len() as u64;
        progress.enqueued += events.len() as u64;
        progress.current += current;
        progress.foreign += foreign;
        if let Some(last) = objects.last() {
            progress.last_key = Some(last.key.clone());
        }
        Ok(())
    }

    async fn action(&self, object: ListedObject) -> Result<Action, CloudError> {
        let Ok(key) = RawKey::parse(&object.key) else {
            return Ok(Action::Foreign);
        };
        let Some(profile) = self.store.profile(&key.profile) else {
            return Ok(Action::Foreign);
        };
        let manifest = if self.force {
            None
        } else {
            self.store.manifest(&key).await?
        };
        let version = ObjectVersion::from(&object);
        let is_current = |manifest: &Arc<Manifest>| {
            let recipe = profile.recipe(manifest.crop).digest();
            is_current(manifest, &version, &recipe) && !is_review_obsolete(manifest, profile)
        };
        if let Some(manifest) = manifest.filter(is_current) {
            // The event of a decision is lost if whoever decided stopped before queuing it. An
            // unreadable decision becomes a dead letter, where an operator sees it.
            match self.store.unapplied_review(&manifest).await {
                Ok(None) => return Ok(Action::Nothing),
                Err(StoreError::Cloud(error)) => return Err(error),
                Ok(Some(_)) | Err(_) => {}
            }
        }
        Ok(Action::Work(self.store.event(
            &key,
            Some(version),
            self.force,
        )))
    }
}

/// Returns `true` if the manifest is the outcome of this object and recipe. Version ids are not
/// compared, because a listing contains none.
fn is_current(manifest: &Manifest, version: &ObjectVersion, recipe: &str) -> bool {
    let etag = version.etag.as_deref().unwrap_or_default();
    manifest.is_current(etag, manifest.source.version_id.as_deref(), recipe)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use darkroom_cloud::UploadOptions;
    use darkroom_uploads::MemoryStore;
    use tokio::time::{Instant, sleep};

    use super::*;
    use crate::StandInRenderer;
    use crate::testing::TestStore;

    const HOUR: Duration = Duration::from_secs(3600);

    /// Creates a store with a current upload, a failed one, one without an outcome, and a foreign
    /// object.
    async fn store() -> (TestStore, [RawKey; 2]) {
        let test = TestStore::new();
        let (current, failed, missing) = (
            MemoryStore::new_key(),
            MemoryStore::new_key(),
            MemoryStore::new_key(),
        );
        let failed_key = failed.to_string();
        let forbidden = darkroom_cloud::CloudErrorKind::Forbidden;
        test.raw.faults().fail("GetObject", &failed_key, forbidden);
        test.upload(&current, "image").await.unwrap();
        test.upload(&failed, "image").await.unwrap();
        let worker = test.start(StandInRenderer::default()).await;
        sleep(HOUR).await;
        worker.stop().await;
        test.raw.succeed();
        test.put(&missing, "image");
        let options = UploadOptions::default();
        test.raw.upload("raw/notes.txt", Bytes::new(), options);
        (test, [failed, missing])
    }

    fn backfill(test: &TestStore) -> Backfill<'static> {
        Backfill {
            store: test.store.clone(),
            profile: None,
            force: false,
            dry_run: false,
            after: None,
            max_waiting: None,
        }
    }

    /// Returns the progress of a whole run on [`store`].
    fn progress() -> BackfillProgress {
        BackfillProgress {
            listed: 4,
            enqueued: 2,
            current: 1,
            foreign: 1,
            last_key: Some("raw/notes.txt".to_owned()),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn uploads_without_a_current_outcome_are_queued_and_become_ready() {
        let (test, keys) = store().await;
        let mut reported = Vec::new();
        let run = backfill(&test);
        let report = |progress: &BackfillProgress| reported.push(progress.clone());
        let last = run.run(report).await.unwrap();
        assert_eq!((last, &*reported), (progress(), &[progress()][..]));
        assert_eq!(test.events.len(), 2);
        let _worker = test.start(StandInRenderer::default()).await;
        sleep(HOUR).await;
        for key in &keys {
            test.assert_ready(key).await;
        }
        let second = backfill(&test).run(|_| {}).await.unwrap();
        assert_eq!((second.enqueued, second.current), (0, 3));
    }

    #[tokio::test(start_paused = true)]
    async fn a_dry_run_counts_objects_but_queues_none() {
        let (test, _) = store().await;
        let dry_run = true;
        let run = Backfill {
            dry_run,
            ..backfill(&test)
        };
        assert_eq!(run.run(|_| {}).await.unwrap(), progress());
        assert!(test.events.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn with_force_current_uploads_are_rendered_again() {
        let (test, _) = store().await;
        let force = true;
        let run = Backfill {
            force,
            ..backfill(&test)
        };
        assert_eq!(run.run(|_| {}).await.unwrap().enqueued, 3);
        let renderer = StandInRenderer::default();
        let _worker = test.start(renderer.clone()).await;
        sleep(HOUR).await;
        assert_eq!(renderer.rendered(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_backfill_of_one_profile_lists_no_uploads_of_other_profiles() {
        let (test, _) = store().await;
        let profile = "photo".parse().unwrap();
        let profile = Some(&profile);
        let run = Backfill {
            profile,
            ..backfill(&test)
        };
        let progress = run.run(|_| {}).await.unwrap();
        assert_eq!(progress, BackfillProgress::default());
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_continues_after_the_last_key_of_an_earlier_run() {
        let test = TestStore::new();
        for _ in 0..25 {
            test.put(&MemoryStore::new_key(), "image");
        }
        let mut stops = Vec::new();
        let mut run = backfill(&test);
        run.max_waiting = Some(10);
        let worker = test.start(StandInRenderer::default()).await;
        let report = |progress: &BackfillProgress| stops.push(progress.clone());
        run.run(report).await.unwrap();
        sleep(HOUR).await;
        worker.stop().await;
        assert_eq!(stops.len(), 3);
        let rest = Backfill {
            after: stops[1].last_key.clone(),
            force: true,
            ..backfill(&test)
        };
        let last = rest.run(|_| {}).await.unwrap();
        assert_eq!((last.listed, last.enqueued), (5, 5));
        assert_eq!(last.last_key, stops[2].last_key);
    }

    /// Uploads one image during a backfill of 2,000 objects, which two render processes finish in
    /// 1,000 seconds. Returns the time until the upload is ready.
    async fn live_upload_during_a_backfill(max_waiting: u64) -> Duration {
        let test = TestStore::new();
        for _ in 0..2000 {
            test.put(&MemoryStore::new_key(), "image");
        }
        let renderer = StandInRenderer::with_duration(Duration::from_secs(1));
        let _worker = test.start(renderer).await;
        let run = Backfill {
            max_waiting: Some(max_waiting),
            ..backfill(&test)
        };
        let live = async {
            sleep(Duration::from_secs(100)).await;
            let started_at = Instant::now();
            let key = MemoryStore::new_key();
            test.upload(&key, "image").await.unwrap();
            while test.manifest(&key).await.is_none() {
                sleep(Duration::from_millis(100)).await;
            }
            started_at.elapsed()
        };
        let (ran, took) = tokio::join!(run.run(|_| {}), live);
        assert!(ran.unwrap().enqueued >= 2000);
        took
    }

    #[tokio::test(start_paused = true)]
    async fn an_upload_during_a_backfill_waits_for_few_of_its_objects() {
        let took = live_upload_during_a_backfill(10).await;
        assert!(took <= Duration::from_secs(30), "{took:?}");
    }
}
