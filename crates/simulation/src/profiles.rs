//! The profiles of the simulation.

use darkroom_contract::{Profile, ProfileName, Profiles, RawKey};

/// The profile whose uploads need a review. Half of the clients use it.
pub(crate) const REVIEWED_PROFILE: &str = "reviewed";
/// The prefix of the variants of this profile.
pub(crate) const REVIEWED_PREFIX: &str = "reviewed/";

/// Returns the default profiles and the profile whose uploads need a review, all with a quota for
/// uploads.
pub(crate) fn profiles(quota_uploads: Option<u64>) -> Profiles {
    let defaults = Profiles::default();
    let reviewed = Profile {
        prefix: REVIEWED_PREFIX.trim_end_matches('/').to_owned(),
        review: true,
        ..Profile::default()
    };
    let name: Option<ProfileName> = REVIEWED_PROFILE.parse().ok();
    let profiles = defaults.iter();
    let profiles = profiles.map(|(name, profile)| (name.clone(), profile.clone()));
    let profiles = profiles.chain(name.map(|name| (name, reviewed)));
    let with_quota = profiles.map(|(name, profile)| {
        let profile = Profile {
            quota_uploads,
            ..profile
        };
        (name, profile)
    });
    with_quota.collect()
}

/// Returns `true` for an upload that needs a review.
pub(crate) fn is_reviewed(key: &RawKey) -> bool {
    key.profile.as_str() == REVIEWED_PROFILE
}
