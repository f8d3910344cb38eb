//! The deployment that is checked.

use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::{Connection, S3Bucket};
use darkroom_contract::{Profiles, QueueSettings, StorageSettings};
use darkroom_render::RenderPool;

use crate::Role;

/// The deployment that is checked: its settings, and the connection with the credentials of a role.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// The connection. Permissions are checked for its credentials.
    pub connection: Connection,
    /// The buckets.
    pub storage: StorageSettings,
    /// The queues.
    pub queues: QueueSettings,
    /// The profiles, whose prefixes workers write to.
    pub profiles: Profiles,
    /// `true` if outcomes are delivered to a webhook.
    pub has_webhook: bool,
    /// `true` if clients report their uploads, because the store sends no events.
    pub completes_uploads: bool,
    /// The pool whose render processes must be sandboxed.
    pub renderers: Arc<RenderPool>,
    /// The roles whose permissions are checked.
    pub roles: Vec<Role>,
    /// The longest time that the event of a new object may take.
    pub max_wait: Duration,
}

impl Deployment {
    /// Returns `true` if a role is checked.
    pub(crate) fn has(&self, role: Role) -> bool {
        self.roles.contains(&role) && (role != Role::Webhooks || self.has_webhook)
    }

    pub(crate) fn raw(&self) -> S3Bucket {
        self.connection.bucket(&self.storage.raw_bucket)
    }

    pub(crate) fn media(&self) -> S3Bucket {
        self.connection.bucket(&self.storage.media_bucket)
    }

    /// Returns `true` if the issuer is checked, and enforces a quota.
    pub(crate) fn has_quota(&self) -> bool {
        let mut profiles = self.profiles.iter();
        self.has(Role::Issuer) && profiles.any(|(_, profile)| profile.has_quota())
    }

    /// Returns `true` if a profile requires reviews.
    pub(crate) fn has_reviews(&self) -> bool {
        self.profiles.iter().any(|(_, profile)| profile.review)
    }

    /// Returns the prefixes of variants, without duplicates, each with a slash at the end.
    pub(crate) fn variant_prefixes(&self) -> Vec<String> {
        let profiles = self.profiles.iter();
        let mut prefixes: Vec<String> = profiles
            .map(|(_, profile)| format!("{}/", profile.prefix))
            .collect();
        prefixes.sort();
        prefixes.dedup();
        prefixes
    }
}
