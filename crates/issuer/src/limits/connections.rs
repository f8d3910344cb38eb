//! Limits on the connections of a listener.

use std::net::IpAddr;
use std::sync::Arc;

use rustix::process::{Resource, getrlimit};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::keyed_limit::{KeyedLimit, KeyedPermit};
use super::settings::LimitSettings;
use crate::peer_address::PeerAddress;

/// The number of file descriptors to reserve for calls to the store, temporary files and render
/// processes.
const RESERVED_DESCRIPTORS: u64 = 512;

/// The limits on all connections, and on the connections from one address.
#[derive(Debug)]
pub(crate) struct ConnectionLimits {
    permits: Arc<Semaphore>,
    addresses: KeyedLimit<IpAddr>,
}

/// A guard that counts one connection until it is dropped.
#[derive(Debug)]
pub(crate) struct ConnectionGuard {
    _permit: OwnedSemaphorePermit,
    _address: KeyedPermit<IpAddr>,
}

impl ConnectionLimits {
    /// Creates the limits from settings. If the process may not open enough files for
    /// `limits.max_connections`, applies lower limits and logs a warning.
    pub(crate) fn new(settings: &LimitSettings) -> Self {
        Self::with_descriptors(settings, getrlimit(Resource::Nofile).current)
    }

    fn with_descriptors(settings: &LimitSettings, descriptors: Option<u64>) -> Self {
        let max = max_connections(settings.max_connections, descriptors);
        let max_per_address = max_per_address(settings, max);
        if max < settings.max_connections {
            tracing::warn!(
                max_connections = max,
                max_connections_per_address = max_per_address,
                "serving fewer connections than limits.max_connections, because the process may \
                 not open enough files; raise its limit (ulimit -n)"
            );
        }
        Self {
            permits: Arc::new(Semaphore::new(max)),
            addresses: KeyedLimit::new(Some(max_per_address as u64)),
        }
    }

    /// Waits until the service may accept one more connection.
    pub(crate) async fn acquire(&self) -> OwnedSemaphorePermit {
        match Arc::clone(&self.permits).acquire_owned().await {
            Ok(permit) => permit,
            // The semaphore is never closed.
            Err(_) => std::future::pending().await,
        }
    }

    /// Counts a connection, or returns `None` if its address already has too many connections.
    pub(crate) fn count(
        &self,
        permit: OwnedSemaphorePermit,
        peer: PeerAddress,
    ) -> Option<ConnectionGuard> {
        Some(ConnectionGuard {
            _permit: permit,
            _address: self.addresses.try_acquire(peer.0)?,
        })
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

/// Returns the number of connections that one address may have. If `max` is lower than
/// `limits.max_connections`, this number shrinks in proportion. Otherwise, one address could take
/// all of the remaining connections.
fn max_per_address(settings: &LimitSettings, max: usize) -> usize {
    let requested = settings.max_connections.max(1);
    let share = settings.max_connections_per_address.min(requested);
    let scaled = share as u128 * max as u128 / requested as u128;
    usize::try_from(scaled).unwrap_or(max).max(1)
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

    #[test]
    fn the_limit_per_address_shrinks_with_the_limit_on_all_connections() {
        let settings = |max_connections_per_address| LimitSettings {
            max_connections: 10_000,
            max_connections_per_address,
            ..LimitSettings::default()
        };
        assert_eq!(max_per_address(&settings(5000), 10_000), 5000);
        assert_eq!(max_per_address(&settings(5000), 512), 256);
        assert_eq!(max_per_address(&settings(20_000), 512), 512);
        assert_eq!(max_per_address(&settings(1), 512), 1);
    }

    #[tokio::test]
    async fn an_address_has_a_limited_number_of_connections() {
        let settings = LimitSettings {
            max_connections_per_address: 1,
            ..LimitSettings::default()
        };
        let limits = ConnectionLimits::with_descriptors(&settings, None);
        let peer = |address: &str| PeerAddress::new(address.parse().unwrap());
        let busy = peer("10.0.0.1");
        let guard = limits.count(limits.acquire().await, busy).unwrap();
        let mapped = peer("::ffff:10.0.0.1");
        assert!(limits.count(limits.acquire().await, mapped).is_none());
        let other = peer("10.0.0.2");
        assert!(limits.count(limits.acquire().await, other).is_some());
        drop(guard);
        assert!(limits.count(limits.acquire().await, busy).is_some());
    }
}
