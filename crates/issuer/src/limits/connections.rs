//! Limits on the connections of a listener.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::process::{Resource, getrlimit};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::settings::LimitSettings;

/// The number of file descriptors to reserve for calls to the store, temporary files and render
/// processes.
const RESERVED_DESCRIPTORS: u64 = 512;

/// The limits on all connections, and on the connections from one address.
#[derive(Debug, Clone)]
pub(crate) struct ConnectionLimits {
    permits: Arc<Semaphore>,
    addresses: Arc<Mutex<HashMap<IpAddr, usize>>>,
    max_per_address: usize,
}

/// A guard that counts one connection until it is dropped.
#[derive(Debug)]
pub(crate) struct ConnectionGuard {
    _permit: OwnedSemaphorePermit,
    address: IpAddr,
    limits: ConnectionLimits,
}

impl ConnectionLimits {
    /// Creates the limits from settings. If the process may not open enough files for
    /// `limits.max_connections`, a lower limit applies and a warning is logged.
    pub(crate) fn new(settings: &LimitSettings) -> Self {
        let max = max_connections(
            settings.max_connections,
            getrlimit(Resource::Nofile).current,
        );
        if max < settings.max_connections {
            tracing::warn!(
                max_connections = max,
                "serving fewer connections than limits.max_connections, because the process may \
                 not open enough files; raise its limit (ulimit -n)"
            );
        }
        Self {
            permits: Arc::new(Semaphore::new(max)),
            addresses: Arc::default(),
            max_per_address: settings.max_connections_per_address,
        }
    }

    /// Waits until the service may accept one more connection. Returns `None` only if the semaphore
    /// is closed, which never happens.
    pub(crate) async fn acquire(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).acquire_owned().await.ok()
    }

    /// Counts a connection, or returns `None` if its address already has too many connections.
    pub(crate) fn count(
        &self,
        permit: OwnedSemaphorePermit,
        address: IpAddr,
    ) -> Option<ConnectionGuard> {
        let address = address.to_canonical();
        let mut addresses = self.addresses();
        let count = addresses.entry(address).or_default();
        if *count >= self.max_per_address {
            return None;
        }
        *count += 1;
        Some(ConnectionGuard {
            _permit: permit,
            address,
            limits: self.clone(),
        })
    }

    fn addresses(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        if let Entry::Occupied(mut entry) = self.limits.addresses().entry(self.address) {
            match entry.get() {
                0 | 1 => drop(entry.remove()),
                count => *entry.get_mut() = count - 1,
            }
        }
    }
}

/// Returns the number of connections that leave enough descriptors for everything else.
/// `descriptors` is the process's limit on open files, if it has one.
fn max_connections(requested: usize, descriptors: Option<u64>) -> usize {
    let Some(descriptors) = descriptors else {
        return requested;
    };
    let left = descriptors - RESERVED_DESCRIPTORS.min(descriptors / 2);
    requested
        .min(usize::try_from(left).unwrap_or(usize::MAX))
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_descriptors_for_everything_else() {
        assert_eq!(max_connections(10_000, None), 10_000);
        assert_eq!(max_connections(10_000, Some(65_536)), 10_000);
        assert_eq!(max_connections(10_000, Some(4096)), 4096 - 512);
        assert_eq!(max_connections(10_000, Some(256)), 128);
        assert_eq!(max_connections(10_000, Some(1)), 1);
    }

    #[tokio::test]
    async fn an_address_has_a_limited_number_of_connections() {
        let limits = ConnectionLimits::new(&LimitSettings {
            max_connections_per_address: 1,
            ..LimitSettings::default()
        });
        let [first, second, third, fourth] = [
            limits.acquire().await.unwrap(),
            limits.acquire().await.unwrap(),
            limits.acquire().await.unwrap(),
            limits.acquire().await.unwrap(),
        ];
        let busy: IpAddr = "10.0.0.1".parse().unwrap();
        let guard = limits.count(first, busy).unwrap();
        let mapped = "::ffff:10.0.0.1".parse().unwrap();
        assert!(limits.count(second, mapped).is_none());
        assert!(limits.count(third, "10.0.0.2".parse().unwrap()).is_some());
        drop(guard);
        assert!(limits.count(fourth, busy).is_some());
        assert!(limits.addresses().is_empty());
    }
}
