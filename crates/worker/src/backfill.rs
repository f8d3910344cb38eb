//! Putting raw objects without a current outcome back on the queue.

use darkroom_cloud::{Bucket, CloudError, ListedObject, Queue};
use darkroom_contract::{
    EventKind, Manifest, ObjectEvent, ProfileName, Profiles, RAW_PREFIX, RawKey, notification_body,
};
use futures_util::stream::{self, StreamExt};

use crate::publish::current_manifest;

/// Manifests that are looked up at the same time.
const LOOKUPS: usize = 16;

/// Finds and enqueues raw objects whose outcome is missing, failed, or of another recipe.
#[derive(Debug, Clone)]
pub struct Backfill<'a> {
    /// Where raw objects are.
    pub raw: Bucket,
    /// Where manifests are.
    pub media: Bucket,
    /// What is made of them.
    pub profiles: &'a Profiles,
    /// Where work is queued.
    pub events: Queue,
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
    /// Raw objects looked at.
    pub seen: u64,
    /// Those that were put on the queue, or in a dry run would have been.
    pub enqueued: u64,
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
            progress.seen += page.objects.len() as u64;
            progress.enqueued += self.enqueue(page.objects).await?;
            tell(progress);
            from = page.next;
            if from.is_none() {
                return Ok(progress);
            }
        }
    }

    async fn enqueue(&self, objects: Vec<ListedObject>) -> Result<u64, CloudError> {
        let needed: Vec<Result<Option<String>, CloudError>> = stream::iter(objects)
            .map(|object| async move {
                let needs_work = self.needs_work(&object).await?;
                Ok(needs_work.then(|| self.body(object)))
            })
            .buffered(LOOKUPS)
            .collect()
            .await;
        let needed: Result<Vec<_>, _> = needed.into_iter().collect();
        let bodies: Vec<String> = needed?.into_iter().flatten().collect();
        if !self.dry_run {
            self.events.send(&bodies).await?;
        }
        Ok(bodies.len() as u64)
    }

    async fn needs_work(&self, object: &ListedObject) -> Result<bool, CloudError> {
        let Ok(upload) = RawKey::parse(&object.key) else {
            return Ok(false);
        };
        let Some(profile) = self.profiles.get(&upload.profile) else {
            return Ok(false);
        };
        if self.force {
            return Ok(true);
        }
        let manifest = current_manifest(&self.media, &upload).await?;
        Ok(manifest.is_none_or(|manifest| {
            let etag = object.etag.as_deref().unwrap_or_default();
            let recipe = profile.recipe(manifest.crop).digest();
            !is_current(&manifest, etag, &recipe)
        }))
    }

    fn body(&self, object: ListedObject) -> String {
        notification_body(&ObjectEvent {
            kind: EventKind::Created,
            bucket: self.raw.name().to_owned(),
            key: object.key,
            size: Some(object.size),
            etag: object.etag,
            version_id: None,
            sequencer: None,
            force: self.force,
        })
    }
}

/// A listing does not tell versions, so the manifest's own is taken for granted.
fn is_current(manifest: &Manifest, etag: &str, recipe: &str) -> bool {
    manifest.settles(etag, manifest.source.version_id.as_deref(), recipe)
}
