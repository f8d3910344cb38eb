//! The order in which objects of both buckets are joined.

use std::cmp::Ordering;

use darkroom_contract::{Owner, ProfileName, RawKey, UploadId};

use crate::variants::variant_id;

/// The owner and the id in a key. Below their prefixes, the keys of all kinds of objects are sorted
/// by them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) owner: Owner,
    pub(super) id: UploadId,
}

/// A kind of object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ObjectKind {
    Raw,
    Manifest,
    Tombstone,
    ReviewCopy,
    ReviewDecision,
    Variant,
}

impl Position {
    /// Parses the rest of a key after the prefix of its kind and profile. Returns `None` if an
    /// object of this kind cannot have such a key.
    pub(super) fn parse(kind: ObjectKind, rest: &str) -> Option<Self> {
        let (owner, name) = rest.split_once('/')?;
        let id = match kind {
            ObjectKind::Raw | ObjectKind::Tombstone => name.parse().ok()?,
            ObjectKind::Manifest => name.strip_suffix(".json")?.parse().ok()?,
            ObjectKind::ReviewCopy | ObjectKind::ReviewDecision => {
                name.split_once('/')?.0.parse().ok()?
            }
            ObjectKind::Variant => variant_id(name)?,
        };
        Some(Self {
            owner: owner.parse().ok()?,
            id,
        })
    }

    pub(super) fn raw_key(&self, profile: &ProfileName) -> RawKey {
        RawKey {
            profile: profile.clone(),
            owner: self.owner.clone(),
            id: self.id,
        }
    }

    /// Returns the text that follows the prefix in the keys of all objects at this position.
    pub(super) fn text(&self) -> String {
        format!("{}/{}", self.owner, self.id)
    }
}

impl Ord for Position {
    /// Compares as S3 compares keys. Owners are followed by a slash, so `u1-x` precedes `u1`.
    fn cmp(&self, other: &Self) -> Ordering {
        let owner = |position: &'_ Self| {
            let bytes = position.owner.as_str().as_bytes().to_vec();
            bytes.into_iter().chain([b'/'])
        };
        let by_owner = match self.owner == other.owner {
            true => Ordering::Equal,
            false => owner(self).cmp(owner(other)),
        };
        by_owner.then_with(|| self.id.cmp(&other.id))
    }
}

impl PartialOrd for Position {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_sorted_like_keys() {
        let id = |digit: u8| format!("0192000{digit}-0000-7000-8000-000000000000");
        let mut texts = Vec::new();
        for owner in ["u", "u1", "u10", "u1-x", "u1_x", "U1", "-", "_", "9"] {
            texts.extend((0..3).map(|digit| format!("{owner}/{}", id(digit))));
        }
        let parse = |text: &String| Position::parse(ObjectKind::Raw, text).unwrap();
        let mut positions: Vec<Position> = texts.iter().map(parse).collect();
        positions.sort();
        texts.sort();
        let sorted: Vec<String> = positions.iter().map(Position::text).collect();
        assert_eq!(sorted, texts);
    }

    #[test]
    fn keys_of_others_have_no_position() {
        let id = "01920000-0000-7000-8000-000000000000";
        for (kind, rest) in [
            (ObjectKind::Raw, format!("u1/{id}.json")),
            (ObjectKind::Raw, id.to_owned()),
            (ObjectKind::Manifest, format!("u1/{id}")),
            (ObjectKind::ReviewCopy, format!("u1/{id}")),
            (ObjectKind::Variant, "u1/logo.svg".to_owned()),
            (ObjectKind::Variant, format!("u1/deeper/{id}.webp")),
            (ObjectKind::Variant, format!("u 1/{id}.webp")),
        ] {
            assert_eq!(Position::parse(kind, &rest), None, "{rest}");
        }
    }
}
