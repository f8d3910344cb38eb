//! The listings that an owner's uploads are counted in.

use std::collections::BTreeMap;
use std::time::Duration;

use darkroom_cloud::CloudError;
use darkroom_contract::{UploadId, Usage};
use tokio::time::Instant;

use super::count::Count;
use crate::UploadStore;

/// The interval at which all uploads of an owner with more than one page are counted again. In
/// between, an upload whose transfer ended after its URL had expired may be missing from the count.
const MAX_AGE: Duration = Duration::from_secs(600);

impl Count {
    /// Counts all uploads below `prefix`. Makes one call to S3 for every 1,000 of them. Those from
    /// `recent_from` on, in milliseconds since 1970, are recent.
    pub(super) async fn complete(
        store: &UploadStore,
        prefix: &str,
        recent_from: u64,
    ) -> Result<Self, CloudError> {
        let now = Instant::now();
        let mut count = Self {
            started_at: now,
            complete_at: now,
            is_complete: true,
            has_pages: false,
            older: Usage::default(),
            recent_from,
            recent: BTreeMap::new(),
        };
        let visited = store.visit_uploads(prefix, "", |id, bytes| count.add(id, bytes));
        count.has_pages = visited.await? > 1;
        Ok(count)
    }

    /// Counts the uploads below `prefix` again. Lists only the recent ones if this is cheaper,
    /// which usually is one call to S3. The result may then be too large, but not too small.
    pub(super) async fn update(
        self,
        store: &UploadStore,
        prefix: &str,
        recent_from: u64,
    ) -> Result<Self, CloudError> {
        let now = Instant::now();
        // The wall clock may have been set back.
        let is_usable =
            self.has_pages && now < self.complete_at + MAX_AGE && recent_from >= self.recent_from;
        if !is_usable {
            return Self::complete(store, prefix, recent_from).await;
        }
        let after = format!("{prefix}{}", UploadId::prefix_at(self.recent_from));
        let mut count = Self {
            started_at: now,
            is_complete: false,
            recent_from,
            recent: BTreeMap::new(),
            ..self
        };
        let visited = store.visit_uploads(prefix, &after, |id, bytes| count.add(id, bytes));
        visited.await?;
        Ok(count)
    }
}
