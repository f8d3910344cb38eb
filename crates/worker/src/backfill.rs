//! Putting raw objects without a current outcome back on the queue.

use darkroom_cloud::{Bucket, CloudError, ListedObject, Queue, S3Bucket, SqsQueue};
use darkroom_contract::{
    Manifest, ObjectEvent, ProfileName, Profiles, RAW_PREFIX, RawKey, notification_body,
};
use futures_util::stream::{self, StreamExt};

use crate::publish::current_manifest;

/// Manifests that are looked up at the same time.
const LOOKUPS: usize = 16;

/// Finds and enqueues raw objects whose outcome is missing, failed, or of another recipe.
#[derive(Debug, Clone)]
pub struct Backfill<'a> {
    /// Where raw objects are.
    pub raw: S3Bucket,
    /// Where manifests are.
    pub media: S3Bucket,
    /// What is made of them.
    pub profiles: &'a Profiles,
    /// Where work is queued.
    pub events: SqsQueue,
    /// Only this profile.
    pub profile: Option<&'a ProfileName>,
    /// Also those whose outcome is current.
    pub force: bool,
    /// Only count.
    pub dry_run: bool,
}

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BackfillProgress {
    /// Objects under the prefix of raw uploads.
    pub listed: u64,
    /// Those that were put on the queue, or in a dry run would have been.
    pub enqueued: u64,
    /// Those passed over because their outcome is current.
    pub current: u64,
    /// Those passed over because they are no upload of a profile there is.
    pub not_ours: u64,
}

/// What is to be done about a raw object.
enum Need {
    Work(String),
    Nothing,
    NotOurs,
}

impl Backfill<'_> {
    /// Goes through the raw bucket, telling how far it has come after every page of it.
    ///
    /// # Errors
    /// The first call that failed; what was enqueued stays so, and a second run goes on from what
    /// is still missing.
    pub async fn run(
        &self,
        mut tell: impl FnMut(BackfillProgress),
    ) -> Result<BackfillProgress, CloudError> {
        let prefix = match self.profile {
            Some(profile) => format!("{RAW_PREFIX}{profile}/"),
            None => RAW_PREFIX.to_owned(),
        };
        let mut progress = BackfillProgress::default();
        let mut from = None;
        loop {
            let page = self.raw.list(&prefix, from).await?;
            self.enqueue(page.objects, &mut progress).await?;
            tell(progress);
            from = page.next;
            if from.is_none() {
                return Ok(progress);
            }
        }
    }

    async fn enqueue(
        &self,
        objects: Vec<ListedObject>,
        progress: &mut BackfillProgress,
    ) -> Result<(), CloudError> {
        let needs: Vec<Result<Need, CloudError>> = stream::iter(objects)
            .map(|object| self.need(object))
            .buffered(LOOKUPS)
            .collect()
            .await;
        let mut bodies = Vec::new();
        for need in needs {
            progress.listed += 1;
            match need? {
                Need::Work(body) => bodies.push(body),
                Need::Nothing => progress.current += 1,
                Need::NotOurs => progress.not_ours += 1,
            }
        }
        if !self.dry_run {
            self.events.send(&bodies).await?;
        }
        progress.enqueued += bodies.len() as u64;
        Ok(())
    }

    async fn need(&self, object: ListedObject) -> Result<Need, CloudError> {
        let Ok(upload) = RawKey::parse(&object.key) else {
            return Ok(Need::NotOurs);
        };
        let Some(profile) = self.profiles.get(&upload.profile) else {
            return Ok(Need::NotOurs);
        };
        if !self.force
            && let Some(manifest) = current_manifest(&self.media, &upload).await?
        {
            let etag = object.etag.as_deref().unwrap_or_default();
            let recipe = profile.recipe(manifest.crop).digest();
            if is_current(&manifest, etag, &recipe) {
                return Ok(Need::Nothing);
            }
        }
        Ok(Need::Work(self.body(object)))
    }

    fn body(&self, object: ListedObject) -> String {
        notification_body(&ObjectEvent {
            size: Some(object.size),
            etag: object.etag,
            force: self.force,
            ..ObjectEvent::created(self.raw.name(), object.key)
        })
    }
}

/// A listing does not tell versions, so the manifest's own is taken for granted.
fn is_current(manifest: &Manifest, etag: &str, recipe: &str) -> bool {
    manifest.is_current(etag, manifest.source.version_id.as_deref(), recipe)
}
