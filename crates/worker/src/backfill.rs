//! Queuing of raw objects that have no current outcome.

use std::sync::Arc;

use darkroom_cloud::{CloudError, ListedObject};
use darkroom_contract::{Manifest, ObjectEvent, ProfileName, RawKey};
use darkroom_uploads::{ObjectVersion, UploadStore};
use futures_util::stream::{self, StreamExt};

/// The number of manifests that are read concurrently.
const CONCURRENT_LOOKUPS: usize = 16;

/// A run that queues raw objects without a current outcome: the outcome is missing, is a failure,
/// or comes from an older object or another recipe.
#[derive(Debug, Clone)]
pub struct Backfill<'a> {
    /// The store of uploads.
    pub store: UploadStore,
    /// If set, only uploads of this profile are queued.
    pub profile: Option<&'a ProfileName>,
    /// If `true`, objects with a current outcome are queued too.
    pub force: bool,
    /// If `true`, objects are only counted.
    pub dry_run: bool,
}

/// Progress of a backfill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BackfillProgress {
    /// The number of listed objects: all objects under the prefix of raw objects, or only those
    /// under the prefix of one profile.
    pub listed: u64,
    /// The number of objects that were queued, or that would be queued in a dry run.
    pub enqueued: u64,
    /// The number of objects that were skipped because their outcome is current.
    pub current: u64,
    /// The number of objects that were skipped because they are not uploads of a known profile.
    pub foreign: u64,
}

/// The action that one raw object needs.
enum Action {
    Work(ObjectEvent),
    Nothing,
    Foreign,
}

impl Backfill<'_> {
    /// Lists the raw bucket and queues uploads. Reports the progress after every page.
    ///
    /// # Errors
    /// The error of the first call that failed. Objects that were queued stay queued. A second run
    /// starts from the beginning and queues every object that has no current outcome by then.
    pub async fn run(
        &self,
        mut report: impl FnMut(BackfillProgress),
    ) -> Result<BackfillProgress, CloudError> {
        let mut progress = BackfillProgress::default();
        let mut cursor = None;
        loop {
            let page = self.store.list_sources(self.profile, cursor).await?;
            self.enqueue(page.objects, &mut progress).await?;
            report(progress);
            cursor = page.next;
            if cursor.is_none() {
                return Ok(progress);
            }
        }
    }

    async fn enqueue(
        &self,
        objects: Vec<ListedObject>,
        progress: &mut BackfillProgress,
    ) -> Result<(), CloudError> {
        let actions: Vec<Result<Action, CloudError>> = stream::iter(objects)
            .map(|object| self.action(object))
            .buffered(CONCURRENT_LOOKUPS)
            .collect()
            .await;
        let mut events = Vec::new();
        for need in actions {
            progress.listed += 1;
            match need? {
                Action::Work(event) => events.push(event),
                Action::Nothing => progress.current += 1,
                Action::Foreign => progress.foreign += 1,
            }
        }
        if !self.dry_run {
            self.store.requeue(&events).await?;
        }
        progress.enqueued += events.len() as u64;
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
        let is_current = manifest.is_some_and(|manifest: Arc<Manifest>| {
            let recipe = profile.recipe(manifest.crop).digest();
            is_current(&manifest, &version, &recipe)
        });
        if is_current {
            return Ok(Action::Nothing);
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
    use tokio::time::sleep;

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
        }
    }

    const PROGRESS: BackfillProgress = BackfillProgress {
        listed: 4,
        enqueued: 2,
        current: 1,
        foreign: 1,
    };

    #[tokio::test(start_paused = true)]
    async fn uploads_without_a_current_outcome_are_queued_and_become_ready() {
        let (test, keys) = store().await;
        let mut reported = Vec::new();
        let run = backfill(&test);
        let progress = run.run(|progress| reported.push(progress)).await.unwrap();
        assert_eq!((progress, &*reported), (PROGRESS, &[PROGRESS][..]));
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
        assert_eq!(run.run(|_| {}).await.unwrap(), PROGRESS);
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
}
