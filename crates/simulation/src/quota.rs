//! The bound on the uploads of an owner.

use darkroom_contract::RawKey;

use crate::grants::is_counted_with;
use crate::world::World;

/// Checks, after a file has arrived, that its owner does not have more uploads than the quota, and
/// those that the issuer of the latest URL could not know of (invariant 7).
pub(crate) fn check(world: &World, arrived: &RawKey) {
    let Some(quota) = world.quota else {
        return;
    };
    let keys = world.raw.keys();
    let uploads = keys.iter().filter_map(|key| RawKey::parse(key).ok());
    let stored: Vec<_> = uploads
        .filter(|key| is_counted_with(key, arrived))
        .collect();
    let excess = world.state().grants.excess(&stored);
    if stored.len() as u64 > quota + excess {
        world.violate(format!(
            "{}: {} uploads exceed the quota of {quota}, although at most {excess} URLs were unknown",
            arrived.owner,
            stored.len()
        ));
    }
}
