//! The list of uploads in review.

use std::sync::Arc;

use darkroom_cloud::CloudError;
use darkroom_contract::{Manifest, ProfileName, REVIEW_COPY_PREFIX, RawKey};
use futures_util::stream::{self, StreamExt, TryStreamExt};

use crate::UploadStore;

/// The number of manifests that are read concurrently.
const CONCURRENT_READS: usize = 16;

impl UploadStore {
    /// Returns the manifests of up to `limit` uploads of a profile that are in review and come after
    /// the upload `after`, sorted by owner and then by time.
    ///
    /// Finds the uploads by their review copies, so the cost does not depend on the number of
    /// uploads that were reviewed before.
    ///
    /// # Errors
    /// The error of the request to the store.
    pub async fn list_in_review(
        &self,
        profile: &ProfileName,
        after: Option<&RawKey>,
        limit: usize,
    ) -> Result<Vec<Arc<Manifest>>, CloudError> {
        let prefix = format!("{REVIEW_COPY_PREFIX}{profile}/");
        // No digest sorts after this character, so the copies of `after` itself are skipped.
        let mut cursor = after.map(|key| format!("{}~", key.review_copies_prefix()));
        let mut found = Vec::new();
        loop {
            let page = self.parts.raw.list(&prefix, cursor).await?;
            let objects = page.objects.iter();
            let mut keys: Vec<RawKey> = objects
                .filter_map(|object| RawKey::parse_review_copy(&object.key))
                .collect();
            keys.dedup();
            for keys in keys.chunks(CONCURRENT_READS) {
                found.extend(self.in_review(keys).await?);
                if found.len() >= limit {
                    found.truncate(limit);
                    return Ok(found);
                }
            }
            // The last upload of a page may have more copies on the next page. They are skipped.
            cursor = match (page.next, keys.last()) {
                (None, _) => return Ok(found),
                (Some(_), Some(last)) => Some(format!("{}~", last.review_copies_prefix())),
                (next, None) => next,
            };
        }
    }

    async fn in_review(&self, keys: &[RawKey]) -> Result<Vec<Arc<Manifest>>, CloudError> {
        let reads = stream::iter(keys.to_vec())
            .map(|key| async move { self.manifest(&key).await })
            .buffered(CONCURRENT_READS);
        let manifests: Vec<Option<Arc<Manifest>>> = reads.try_collect().await?;
        let manifests = manifests.into_iter().flatten();
        Ok(manifests.filter(|it| it.outcome.is_in_review()).collect())
    }
}
