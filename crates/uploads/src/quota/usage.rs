//! The usage of an owner.

use darkroom_cloud::CloudError;
use darkroom_contract::{Owner, ProfileName, RawKey, UploadId, Usage};

use crate::UploadStore;

/// The maximum number of objects in a page of S3.
pub(super) const MAX_KEYS: usize = 1000;

impl UploadStore {
    /// Counts the uploads of an owner in one profile whose raw object is in the store. Makes one call
    /// to S3 for every 1,000 of them.
    ///
    /// # Errors
    /// The error of the request to the store. S3 responds `403` to a role without `s3:ListBucket`.
    pub async fn usage(&self, profile: &ProfileName, owner: &Owner) -> Result<Usage, CloudError> {
        let prefix = RawKey::owner_prefix(profile, owner);
        let mut usage = Usage::default();
        self.visit_uploads(&prefix, "", |_, bytes| usage.add(bytes))
            .await?;
        Ok(usage)
    }

    /// Visits the raw objects of an owner after the key `after`, with their sizes, in the order of
    /// their ids. Objects that are not uploads are left out. Returns the number of calls to S3.
    pub(super) async fn visit_uploads(
        &self,
        prefix: &str,
        after: &str,
        mut visit: impl FnMut(UploadId, u64) + Send,
    ) -> Result<usize, CloudError> {
        let mut after = after.to_owned();
        let mut calls = 0;
        loop {
            let page = self.parts.raw.list_after(prefix, &after, MAX_KEYS).await?;
            calls += 1;
            for object in &page.objects {
                if let Ok(key) = RawKey::parse(&object.key) {
                    visit(key.id, object.size);
                }
            }
            match page.next {
                Some(last) => after = last,
                None => return Ok(calls),
            }
        }
    }
}
