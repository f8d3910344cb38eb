//! A limit per owner on the number of responses that wait for an outcome.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use darkroom_contract::Owner;
use http::StatusCode;

use crate::problem::Problem;

/// The number of seconds after which a client that is over the limit should try again.
const RETRY_AFTER_SECONDS: u64 = 1;

/// A count of the long polls and event streams of every owner. They are limited, because the
/// service polls the store for every upload that a client waits for.
#[derive(Debug, Clone)]
pub(crate) struct OwnerWaits {
    waits: Arc<Mutex<HashMap<Owner, u32>>>,
    /// The limit for one owner, or `None` for no limit.
    max: Option<u32>,
}

/// A guard that counts one long poll or event stream until it is dropped.
#[derive(Debug)]
pub(crate) struct WaitGuard {
    owner: Owner,
    waits: OwnerWaits,
}

impl OwnerWaits {
    pub(crate) fn new(max: Option<u32>) -> Self {
        Self {
            waits: Arc::default(),
            max,
        }
    }

    /// Counts a wait for an upload of this owner.
    ///
    /// # Errors
    /// `too_many_requests`.
    pub(crate) fn start(&self, owner: &Owner) -> Result<WaitGuard, Problem> {
        let mut waits = self.waits();
        let count = waits.entry(owner.clone()).or_default();
        if self.max.is_some_and(|max| *count >= max) {
            return Err(too_many_waits());
        }
        *count += 1;
        Ok(WaitGuard {
            owner: owner.clone(),
            waits: self.clone(),
        })
    }

    fn waits(&self) -> MutexGuard<'_, HashMap<Owner, u32>> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for WaitGuard {
    fn drop(&mut self) {
        if let Entry::Occupied(mut entry) = self.waits.waits().entry(self.owner.clone()) {
            match entry.get() {
                0 | 1 => drop(entry.remove()),
                count => *entry.get_mut() = count - 1,
            }
        }
    }
}

fn too_many_waits() -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_requests",
        "too many requests are waiting for uploads of this owner; wait for some of them to finish",
    )
    .with_retry_after(RETRY_AFTER_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_has_a_limited_number_of_waits_at_once() {
        let waits = OwnerWaits::new(Some(2));
        let (busy, quiet): (Owner, Owner) = ("u1".parse().unwrap(), "u2".parse().unwrap());
        let first = waits.start(&busy).unwrap();
        let _second = waits.start(&busy).unwrap();
        assert_eq!(waits.start(&busy).unwrap_err().code, "too_many_requests");
        let other = waits.start(&quiet).unwrap();
        drop((first, other));
        let _third = waits.start(&busy).unwrap();
        assert_eq!(waits.waits().len(), 1);
    }

    #[test]
    fn without_a_limit_every_wait_is_allowed() {
        let waits = OwnerWaits::new(None);
        let owner: Owner = "u1".parse().unwrap();
        let guards: Vec<_> = (0..1000).map(|_| waits.start(&owner).unwrap()).collect();
        drop(guards);
        assert!(waits.waits().is_empty());
    }
}
