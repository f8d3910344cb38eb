//! `/v1/owners`: everything that the store holds about an owner.

pub(crate) mod erase;
pub(crate) mod usage;
