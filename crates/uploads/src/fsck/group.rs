//! Profiles whose variants are listed together.

use std::collections::{BTreeMap, BTreeSet};

use darkroom_contract::{ProfileName, RawKey};

use super::position::{ObjectKind, Position};
use crate::UploadStore;

/// Profiles with the same prefix, whose variants cannot be distinguished by their keys.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Group {
    /// The names, sorted. There is at least one.
    pub(super) profiles: Vec<ProfileName>,
    /// The prefix of the variants, with a slash at the end. It is unknown for a profile that is not
    /// configured.
    pub(super) media_prefix: Option<String>,
}

impl Group {
    /// Returns the groups of these profiles, sorted by their first profiles.
    pub(super) fn all(store: &UploadStore, profiles: &BTreeSet<ProfileName>) -> Vec<Self> {
        let mut by_prefix: BTreeMap<&str, Vec<ProfileName>> = BTreeMap::new();
        let mut groups = Vec::new();
        for name in profiles {
            match store.profile(name) {
                Some(profile) => by_prefix
                    .entry(&profile.prefix)
                    .or_default()
                    .push(name.clone()),
                None => groups.push(Self {
                    profiles: vec![name.clone()],
                    media_prefix: None,
                }),
            }
        }
        groups.extend(by_prefix.into_iter().map(|(prefix, profiles)| Self {
            profiles,
            media_prefix: Some(format!("{prefix}/")),
        }));
        groups.sort_by(|a, b| a.profiles.cmp(&b.profiles));
        groups
    }

    pub(super) fn contains(&self, profile: &ProfileName) -> bool {
        self.profiles.contains(profile)
    }

    /// Returns `true` if the listing of this group's variants contains this key at the position of
    /// the upload.
    pub(super) fn lists(&self, variant: &str, upload: &RawKey) -> bool {
        let prefix = self.media_prefix.as_deref();
        let rest = prefix.and_then(|prefix| variant.strip_prefix(prefix));
        let position = rest.and_then(|rest| Position::parse(ObjectKind::Variant, rest));
        position.is_some_and(|it| it.owner == upload.owner && it.id == upload.id)
    }

    /// Returns the raw key at a position, in the first profile of this group. A check can begin
    /// after it.
    pub(super) fn key_at(&self, position: &Position) -> Option<RawKey> {
        self.profiles.first().map(|first| position.raw_key(first))
    }
}

#[cfg(test)]
mod tests {
    use darkroom_contract::Profile;

    use super::*;
    use crate::MemoryStore;

    #[test]
    fn profiles_with_the_same_prefix_form_a_group() {
        let profile = |prefix: &str| Profile {
            prefix: prefix.to_owned(),
            ..Profile::default()
        };
        let profiles = [("c", "x"), ("b", "y"), ("a", "x")];
        let profiles = profiles.map(|(name, prefix)| (name.parse().unwrap(), profile(prefix)));
        let test = MemoryStore::with_profiles(profiles.into_iter().collect());
        let names = ["a", "b", "c", "removed"].map(|name| name.parse().unwrap());
        let groups = Group::all(&test.store, &names.into());
        let groups: Vec<_> = groups
            .iter()
            .map(|group| {
                let names = group.profiles.iter().map(ProfileName::as_str);
                (names.collect::<Vec<_>>(), group.media_prefix.as_deref())
            })
            .collect();
        let expected = [
            (vec!["a", "c"], Some("x/")),
            (vec!["b"], Some("y/")),
            (vec!["removed"], None),
        ];
        assert_eq!(groups, expected);
    }
}
