//! The list of uploads in review.

use std::sync::Arc;

use darkroom_cloud::CloudError;
use darkroom_contract::{Manifest, Owner, ProfileName, REVIEW_COPY_PREFIX, RawKey};
use futures_util::stream::{self, StreamExt, TryStreamExt};

use crate::UploadStore;

/// The number of manifests that are read concurrently.
const CONCURRENT_READS: usize = 16;

/// A request for a page of the uploads in review.
#[derive(Debug, Clone, Copy)]
pub struct ReviewListRequest<'a> {
    /// The profile of the uploads.
    pub profile: &'a ProfileName,
    /// If set, only uploads of this owner are listed.
    pub owner: Option<&'a Owner>,
    /// If set, the page begins after this upload.
    pub after: Option<&'a RawKey>,
    /// The maximum number of uploads.
    pub limit: usize,
}

impl UploadStore {
    /// Returns the manifests of a page of the uploads in review, sorted by owner and then by time.
    /// Only the last page is shorter than the limit.
    ///
    /// Finds the uploads by their review copies, so the cost does not depend on the number of
    /// uploads that were reviewed before.
    ///
    /// # Errors
    /// The error of the request to the store.
    pub async fn list_in_review(
        &self,
        request: ReviewListRequest<'_>,
    ) -> Result<Vec<Arc<Manifest>>, CloudError> {
        let ReviewListRequest {
            profile,
            owner,
            after,
            limit,
        } = request;
        let owner = owner.map_or_else(String::new, |owner| format!("{owner}/"));
        let prefix = format!("{REVIEW_COPY_PREFIX}{profile}/{owner}");
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
