//! The owner of canaries.

use crate::Owner;

/// The owner of the uploads by which issuers test the service. No webhook reports their outcomes.
const CANARY_OWNER: &str = "darkroom-canary";

/// Returns the owner of canaries.
#[expect(clippy::expect_used, reason = "the name is a valid owner")]
pub fn canary_owner() -> Owner {
    CANARY_OWNER.parse().expect("an owner")
}

/// Returns `true` for the owner of canaries.
pub fn is_canary(owner: &Owner) -> bool {
    owner.as_str() == CANARY_OWNER
}
