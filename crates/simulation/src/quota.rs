//! The URLs that issuers have handed out, and the bound on the uploads of an owner.

use std::time::Duration;

use darkroom_contract::RawKey;
use tokio::time::Instant;

use crate::issuers::Issuer;
use crate::world::World;

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
    /// Adds a URL, which was requested at this time. Returns the end of its validity.
    pub(crate) fn add(&mut self, key: &RawKey, issuer: &Issuer, requested_at: Instant) -> Instant {
        let is_unknown = |grant: &&Grant| {
            grant.key.owner == key.owner
                && grant.issuer != issuer.number
                && grant.valid_until >= requested_at
        };
        let unknown = self.0.iter().filter(is_unknown).count() as u64;
        let valid_until = Instant::now() + LIFETIME;
        self.0.push(Grant {
            unknown,
            key: key.clone(),
            issuer: issuer.number,
            valid_until,
        });
        valid_until
    }

    /// Returns the number of uploads by which an owner may exceed the quota. `stored` are the
    /// uploads that exist.
    fn excess(&self, stored: &[RawKey]) -> u64 {
        let mut latest_first = self.0.iter().rev();
        let latest = latest_first.find(|grant| stored.contains(&grant.key));
        latest.map_or(0, |latest| latest.unknown)
    }
}

/// Checks, after a file has arrived, that its owner does not have more uploads than the quota, and
/// those that the issuer of the latest URL could not know of (invariant 7).
pub(crate) fn check(world: &World, arrived: &RawKey) {
    let Some(quota) = world.quota else {
        return;
    };
    let keys = world.raw.keys();
    let uploads = keys.iter().filter_map(|key| RawKey::parse(key).ok());
    let stored: Vec<_> = uploads.filter(|key| key.owner == arrived.owner).collect();
    let excess = world.state().grants.excess(&stored);
    if stored.len() as u64 > quota + excess {
        world.violate(format!(
            "{}: {} uploads exceed the quota of {quota}, although at most {excess} URLs were unknown",
            arrived.owner,
            stored.len()
        ));
    }
}
