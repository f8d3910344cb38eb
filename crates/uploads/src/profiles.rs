//! The profiles of stored uploads.

use std::collections::BTreeSet;

use darkroom_cloud::CloudError;
use darkroom_contract::{
    MANIFEST_PREFIX, ProfileName, RAW_PREFIX, REVIEW_COPY_PREFIX, REVIEW_DECISION_PREFIX,
    TOMBSTONE_PREFIX,
};

use crate::UploadStore;

impl UploadStore {
    /// Returns all profiles that are configured, and all that the raw bucket holds objects of.
    ///
    /// # Errors
    /// The error of the request to the store.
    pub(crate) async fn stored_profiles(&self) -> Result<BTreeSet<ProfileName>, CloudError> {
        let configured = self.profiles().iter();
        let mut profiles: BTreeSet<_> = configured.map(|(name, _)| name.clone()).collect();
        for prefix in [
            RAW_PREFIX,
            MANIFEST_PREFIX,
            TOMBSTONE_PREFIX,
            REVIEW_COPY_PREFIX,
            REVIEW_DECISION_PREFIX,
        ] {
            let folders = self.parts.raw.list_folders(prefix).await?;
            profiles.extend(folders.iter().filter_map(|name| name.parse().ok()));
        }
        Ok(profiles)
    }
}
