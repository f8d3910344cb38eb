//! The last count and the reservations of one owner in one profile.

use std::sync::{Mutex, MutexGuard, PoisonError};

use darkroom_cloud::CloudError;
use tokio::time::Instant;

use super::count::Count;
use super::reservations::Reservations;

/// The last count and the reservations of one owner in one profile, as this process knows them.
#[derive(Debug, Default)]
pub(crate) struct OwnerQuota {
    /// The last listing. It is locked during a listing, so that concurrent requests share the next
    /// one.
    pub(super) listed: tokio::sync::Mutex<Listed>,
    reserved: Mutex<Reservations>,
}

/// The last count, and the error if the last listing failed.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub(super) count: Option<Count>,
    pub(super) failed: Option<(Instant, CloudError)>,
}

impl OwnerQuota {
    pub(super) fn reserved(&self) -> MutexGuard<'_, Reservations> {
        self.reserved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns `true` if there is nothing to remember.
    pub(super) fn is_idle(&self, now: Instant) -> bool {
        let mut reserved = self.reserved();
        reserved.drop_ended(now);
        reserved.is_empty()
    }
}

impl Listed {
    /// Returns the error of the last listing, if it began after `arrived_at` and failed.
    pub(super) fn failed_since(&self, arrived_at: Instant) -> Option<CloudError> {
        let failed = self.failed.as_ref();
        let failed = failed.filter(|(at, _)| *at > arrived_at);
        failed.map(|(_, error)| error.clone())
    }
}
