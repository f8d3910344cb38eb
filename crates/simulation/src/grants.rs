//! The URLs that issuers have handed out.

use std::time::Duration;

use darkroom_contract::RawKey;
use tokio::time::Instant;

/// The time for which clients use a URL: its lifetime, and the five minutes by which the clock of
/// the issuer may be ahead of the store's.
const LIFETIME: Duration = Duration::from_secs(900 + 300);

/// All URLs that were handed out, in order.
#[derive(Debug, Default)]
pub(crate) struct Grants(Vec<Grant>);

/// A URL.
#[derive(Debug)]
struct Grant {
    key: RawKey,
    /// The number of the process that has handed it out.
    issuer: u64,
    valid_until: Instant,
    /// The number of uploads with a URL of another process that was valid at that time.
    unknown: u64,
}

impl Grants {
    /// Adds a URL of the process with the number `issuer`, which was requested at this time. Returns the end of its validity.
    pub(crate) fn add(&mut self, key: &RawKey, issuer: u64, requested_at: Instant) -> Instant {
        let is_unknown = |grant: &&Grant| {
            is_counted_with(&grant.key, key)
                && grant.issuer != issuer
                && grant.valid_until >= requested_at
        };
        let unknown = self.0.iter().filter(is_unknown).count() as u64;
        let valid_until = Instant::now() + LIFETIME;
        self.0.push(Grant {
            unknown,
            key: key.clone(),
            issuer,
            valid_until,
        });
        valid_until
    }

    /// Returns the number of uploads by which an owner may exceed the quota of a profile. `stored` are
    /// the uploads that exist there.
    pub(crate) fn excess(&self, stored: &[RawKey]) -> u64 {
        let mut latest_first = self.0.iter().rev();
        let latest = latest_first.find(|grant| stored.contains(&grant.key));
        latest.map_or(0, |latest| latest.unknown)
    }
}

/// Returns `true` if the same quota counts both uploads.
pub(crate) fn is_counted_with(key: &RawKey, other: &RawKey) -> bool {
    (&key.profile, &key.owner) == (&other.profile, &other.owner)
}
