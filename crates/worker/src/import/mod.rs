//! Import: objects of another bucket become uploads.

mod mapping;
mod owner_pattern;

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::{Bucket, CloudError, CopySource, ListedObject};
use darkroom_contract::{Attachment, ProfileName, RawKey};
use darkroom_uploads::UploadStore;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::time::{Instant, sleep_until};

pub use mapping::{ImportMapping, ImportedObject};
pub use owner_pattern::{OwnerPattern, OwnerPatternError};

/// The number of objects that are copied concurrently.
const CONCURRENT_COPIES: usize = 16;
/// The name under which the metadata of an upload contains the key that it was imported from.
const IMPORTED_FROM: &str = "imported_from";

/// An import, which copies the objects of another bucket as raw objects under new ids. Workers then
/// process them like any other upload. S3 makes the copies, so no image passes through this
/// process.
#[derive(Debug, Clone)]
pub struct Import<'a> {
    /// The store of uploads.
    pub store: UploadStore,
    /// The bucket to import from.
    pub source: Arc<dyn Bucket>,
    /// The beginning of the keys to import.
    pub prefix: &'a str,
    /// The profile of the uploads.
    pub profile: &'a ProfileName,
    /// The pattern that finds the owner of an object.
    pub owners: &'a OwnerPattern,
    /// If `true`, objects are only counted.
    pub dry_run: bool,
    /// If `true`, uploads are enqueued, for stores that send no events.
    pub enqueues: bool,
    /// If set, the maximum number of objects per second.
    pub rate: Option<NonZeroU32>,
}

/// The progress of an import.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportProgress {
    /// The number of listed objects.
    pub listed: u64,
    /// The number of objects that were copied, or that would be copied in a dry run.
    pub imported: u64,
    /// The number of objects that an earlier run has copied.
    pub skipped: u64,
    /// The number of objects whose key has no owner.
    pub without_owner: u64,
    /// The number of objects that are empty or larger than the profile accepts.
    pub unacceptable: u64,
}

/// The reason why an import stopped.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The profile does not exist.
    #[error("there is no profile {0}")]
    UnknownProfile(ProfileName),
    /// A call to the store failed.
    #[error(transparent)]
    Cloud(#[from] CloudError),
    /// The mapping cannot be written.
    #[error("cannot write the mapping: {0}")]
    Mapping(#[from] std::io::Error),
}

impl Import<'_> {
    /// Lists the source and copies its objects. Reports the progress after every batch.
    ///
    /// # Errors
    /// [`ImportError`]. Another run with the same mapping continues the import.
    pub async fn run(
        &self,
        mapping: &mut ImportMapping,
        mut report: impl FnMut(&ImportProgress),
    ) -> Result<ImportProgress, ImportError> {
        let profile = self.store.profile(self.profile);
        let profile = profile.ok_or_else(|| ImportError::UnknownProfile(self.profile.clone()))?;
        let max_bytes = profile.max_bytes.as_u64();
        let mut progress = ImportProgress::default();
        let mut after = None;
        loop {
            let page = self.source.list(self.prefix, after).await?;
            progress.listed += page.objects.len() as u64;
            let mut selected = Vec::new();
            for object in page.objects {
                let planned = mapping.get(&object.key);
                let owner = self.owners.owner(&object.key);
                if planned.is_some_and(|planned| planned.copied) {
                    progress.skipped += 1;
                } else if !(1..=max_bytes).contains(&object.size) {
                    progress.unacceptable += 1;
                } else if let Some(owner) = owner {
                    let upload = planned.map(|planned| planned.upload.clone());
                    let new = || RawKey::new(self.profile.clone(), owner);
                    selected.push((object, upload.unwrap_or_else(new)));
                } else {
                    progress.without_owner += 1;
                }
            }
            for batch in selected.chunks(self.batch()) {
                self.import(batch, mapping).await?;
                progress.imported += batch.len() as u64;
                report(&progress);
            }
            after = page.next;
            if after.is_none() {
                return Ok(progress);
            }
        }
    }

    /// Returns the number of objects in a batch: at most those of one second.
    fn batch(&self) -> usize {
        let rate = self.rate.map_or(usize::MAX, |rate| {
            usize::try_from(rate.get()).unwrap_or(usize::MAX)
        });
        rate.min(CONCURRENT_COPIES)
    }

    /// Copies a batch of objects. Takes at least as long as the rate requires.
    async fn import(
        &self,
        batch: &[(ListedObject, RawKey)],
        mapping: &mut ImportMapping,
    ) -> Result<(), ImportError> {
        if self.dry_run {
            return Ok(());
        }
        let end = Instant::now() + self.duration(batch.len());
        let entries = |copied: bool| {
            let entries = batch.iter().map(|(object, upload)| ImportedObject {
                key: object.key.clone(),
                upload: upload.clone(),
                copied,
            });
            entries.collect()
        };
        mapping.add(entries(false))?;
        stream::iter(batch)
            .map(|(object, upload)| self.copy(object, upload))
            .buffer_unordered(CONCURRENT_COPIES)
            .try_collect::<Vec<()>>()
            .await?;
        if self.enqueues {
            let uploads = batch.iter();
            let events = uploads.map(|(_, upload)| self.store.event(upload, None, false));
            self.store.requeue(&events.collect::<Vec<_>>()).await?;
        }
        mapping.add(entries(true))?;
        sleep_until(end).await;
        Ok(())
    }

    fn duration(&self, objects: usize) -> Duration {
        let objects = u32::try_from(objects).unwrap_or(u32::MAX);
        self.rate.map_or(Duration::ZERO, |rate| {
            Duration::from_secs(u64::from(objects)) / rate.get()
        })
    }

    async fn copy(&self, object: &ListedObject, upload: &RawKey) -> Result<(), CloudError> {
        let source = CopySource {
            bucket: self.source.name(),
            key: &object.key,
            etag: object.etag.as_deref(),
        };
        let metadata = [(IMPORTED_FROM.to_owned(), object.key.clone())];
        let attachment = Attachment {
            metadata: BTreeMap::from(metadata),
            ..Attachment::default()
        };
        // A very long key does not fit. The mapping contains it in any case.
        let attachment = attachment.to_header().ok();
        let copied = self
            .store
            .import_source(upload, source, attachment.as_deref());
        copied.await
    }
}

#[cfg(test)]
mod tests;
