//! The quotas of all owners that a process has handed out URLs to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use darkroom_contract::{Owner, ProfileName};
use tokio::time::Instant;

use super::owner_quota::OwnerQuota;

/// The minimum number of owners between two sweeps for idle ones. A sweep visits every owner.
const MIN_SWEEP: usize = 1024;

/// The quotas of all owners with reservations. An idle owner takes no memory after the next sweep.
#[derive(Debug, Default)]
pub(crate) struct Quotas(Mutex<Owners>);

#[derive(Debug, Default)]
struct Owners {
    quotas: HashMap<(ProfileName, Owner), Arc<OwnerQuota>>,
    /// The number of owners at which the next sweep is due.
    sweep_at: usize,
}

impl Quotas {
    /// Returns the quota of an owner in one profile.
    pub(super) fn owner(&self, profile: &ProfileName, owner: &Owner) -> Arc<OwnerQuota> {
        let mut owners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if owners.quotas.len() >= owners.sweep_at {
            owners.sweep();
        }
        let key = (profile.clone(), owner.clone());
        Arc::clone(owners.quotas.entry(key).or_default())
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.lock().unwrap().quotas.len()
    }
}

impl Owners {
    fn sweep(&mut self) {
        let now = Instant::now();
        // A value that a request still uses must stay: a second one for the same owner would not
        // contain its reservations. Requests take their clone under this lock, so the count is
        // exact.
        self.quotas
            .retain(|_, quota| Arc::strong_count(quota) > 1 || !quota.is_idle(now));
        self.sweep_at = MIN_SWEEP.max(2 * self.quotas.len());
    }
}
