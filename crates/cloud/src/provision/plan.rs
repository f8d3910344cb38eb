//! The settings of one provisioning run.

use darkroom_contract::{Profiles, QueueSettings, StorageSettings};

/// The settings of one provisioning run.
#[derive(Debug, Clone, Copy)]
pub struct ProvisionPlan<'a> {
    /// The buckets.
    pub storage: &'a StorageSettings,
    /// The queues.
    pub queues: &'a QueueSettings,
    /// The profiles, whose prefixes show which objects are variants.
    pub profiles: &'a Profiles,
    /// If `true`, changes are only reported.
    pub dry_run: bool,
}

impl<'a> ProvisionPlan<'a> {
    /// Returns the names of the buckets, without duplicates.
    pub(super) fn buckets(&self) -> Vec<&'a str> {
        let mut names = vec![&*self.storage.raw_bucket, &*self.storage.media_bucket];
        names.dedup();
        names
    }

    /// Returns the names of the buckets that must not be public. A media bucket with a base URL is
    /// not one of them, because that URL may be the bucket's own.
    pub(super) fn private_buckets(&self) -> Vec<&'a str> {
        let mut names = self.buckets();
        if self.storage.media_base_url.is_some() {
            names.truncate(1);
        }
        names
    }
}
