//! A limit on the amount that each key may hold at once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A limit on the amount of something, such as connections or bytes, that each key may hold at
/// once. Clones share their counts. Keys that hold nothing take no memory.
#[derive(Debug, Clone)]
pub(crate) struct KeyedLimit<K> {
    held: Arc<Mutex<HashMap<K, u64>>>,
    /// The limit for one key, or `None` for no limit.
    max: Option<u64>,
}

/// An amount that counts against the limit of a key until this value is dropped.
#[derive(Debug)]
pub(crate) struct KeyedPermit<K: Eq + Hash> {
    key: K,
    amount: u64,
    limit: KeyedLimit<K>,
}

impl<K: Clone + Eq + Hash> KeyedLimit<K> {
    pub(crate) fn new(max: Option<u64>) -> Self {
        Self {
            held: Arc::default(),
            max,
        }
    }

    /// Returns a permit of amount 0, which may [grow](KeyedPermit::try_grow).
    pub(crate) fn permit(&self, key: K) -> KeyedPermit<K> {
        KeyedPermit {
            key,
            amount: 0,
            limit: self.clone(),
        }
    }

    /// Returns a permit of amount 1, or `None` if the key would exceed its limit.
    pub(crate) fn try_acquire(&self, key: K) -> Option<KeyedPermit<K>> {
        let mut permit = self.permit(key);
        permit.try_grow(1).then_some(permit)
    }
}

impl<K> KeyedLimit<K> {
    fn held(&self) -> MutexGuard<'_, HashMap<K, u64>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Clone + Eq + Hash> KeyedPermit<K> {
    /// Adds to the amount. Returns `false` and changes nothing if the key would exceed its limit.
    pub(crate) fn try_grow(&mut self, amount: u64) -> bool {
        let mut held = self.limit.held();
        let total = held.get(&self.key).copied().unwrap_or_default();
        let total = total.saturating_add(amount);
        if self.limit.max.is_some_and(|max| total > max) {
            return false;
        }
        held.insert(self.key.clone(), total);
        self.amount += amount;
        true
    }
}

impl<K: Eq + Hash> Drop for KeyedPermit<K> {
    fn drop(&mut self) {
        let mut held = self.limit.held();
        let Some(total) = held.get_mut(&self.key) else {
            return;
        };
        *total = total.saturating_sub(self.amount);
        if *total == 0 {
            held.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_holds_a_limited_amount_at_once() {
        let limit = KeyedLimit::new(Some(3));
        let mut first = limit.permit("a");
        assert!(first.try_grow(2));
        let second = limit.try_acquire("a").unwrap();
        assert!(limit.try_acquire("a").is_none());
        assert!(!first.try_grow(1));
        assert!(
            limit.try_acquire("b").is_some(),
            "another key has its own limit"
        );
        drop(second);
        assert!(first.try_grow(1));
        assert!(!first.try_grow(1));
        drop(first);
        assert!(limit.try_acquire("a").is_some());
    }

    #[test]
    fn without_a_limit_every_amount_is_allowed() {
        let limit = KeyedLimit::new(None);
        let permits: Vec<_> = (0..1000).map(|_| limit.try_acquire("a").unwrap()).collect();
        assert_eq!(limit.held()["a"], 1000);
        drop(permits);
    }

    #[test]
    fn keys_that_hold_nothing_take_no_memory() {
        let limit = KeyedLimit::new(Some(1));
        let unused = limit.permit("a");
        let used = limit.try_acquire("b").unwrap();
        assert!(limit.try_acquire("b").is_none());
        drop((unused, used));
        assert!(limit.held().is_empty());
    }
}
