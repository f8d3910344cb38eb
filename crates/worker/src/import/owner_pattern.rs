//! Patterns that find the owner of an object in its key.

use std::str::FromStr;

use darkroom_contract::Owner;

/// The placeholder of the owner.
const OWNER: &str = "{owner}";

/// A pattern such as `users/{owner}/photos/*` that matches whole keys. `{owner}` and `*` match one or
/// more characters except slashes, and `**` matches any characters. If a key can be matched in several
/// ways, each part matches as little as possible, from left to right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerPattern(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    /// `*`
    Segment,
    /// `**`
    Anything,
    Owner,
}

/// The error for a text that is not a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must contain {{owner}} once, such as users/{{owner}}/*")]
pub struct OwnerPatternError;

impl FromStr for OwnerPattern {
    type Err = OwnerPatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (before, after) = text.split_once(OWNER).ok_or(OwnerPatternError)?;
        if after.contains(OWNER) {
            return Err(OwnerPatternError);
        }
        let mut parts = parts(before);
        parts.push(Part::Owner);
        parts.extend(self::parts(after));
        Ok(Self(parts))
    }
}

impl OwnerPattern {
    /// Returns the owner of a key. A text that is not a valid owner is encoded as the subject of a
    /// token is, see [`Owner::from_subject`]. Returns `None` if the pattern does not match.
    pub fn owner(&self, key: &str) -> Option<Owner> {
        let mut found = None;
        if !matches(&self.0, key, &mut found) {
            return None;
        }
        found.and_then(|owner| Owner::from_subject(owner).ok())
    }
}

/// Splits a text without `{owner}` into its parts.
fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('*') {
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        rest = after.strip_prefix('*').unwrap_or(after);
        parts.push(match rest.len() < after.len() {
            true => Part::Anything,
            false => Part::Segment,
        });
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    parts
}

/// Returns `true` if the parts match the whole text, and sets `owner`.
fn matches<'a>(parts: &[Part], text: &'a str, owner: &mut Option<&'a str>) -> bool {
    let Some((first, rest)) = parts.split_first() else {
        return text.is_empty();
    };
    match first {
        Part::Text(literal) => text
            .strip_prefix(literal.as_str())
            .is_some_and(|text| matches(rest, text, owner)),
        Part::Anything => {
            let mut ends = text.char_indices().map(|(end, _)| end).chain([text.len()]);
            ends.any(|end| matches(rest, &text[end..], owner))
        }
        Part::Segment | Part::Owner => {
            let length = text.find('/').unwrap_or(text.len());
            let ends = text.char_indices().map(|(end, _)| end).chain([text.len()]);
            let mut ends = ends.filter(|end| (1..=length).contains(end));
            let end = ends.find(|end| matches(rest, &text[*end..], owner));
            if let (Some(end), Part::Owner) = (end, first) {
                *owner = Some(&text[..end]);
            }
            end.is_some()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_is_the_part_of_the_key_in_the_place_of_the_placeholder() {
        for (pattern, key, expected) in [
            ("users/{owner}/*", "users/u1/a.jpg", Some("u1")),
            ("users/{owner}/*", "users/u1/2024/a.jpg", None),
            ("users/{owner}/**", "users/u1/2024/a.jpg", Some("u1")),
            ("users/{owner}/*", "users//a.jpg", None),
            ("users/{owner}/*", "other/u1/a.jpg", None),
            ("{owner}_*.jpg", "u1_b_c.jpg", Some("u1")),
            ("**/{owner}.png", "a/b/u1.png", Some("u1")),
            (
                "a/{owner}/*",
                "a/me@example.org/x",
                Some("b64-bWVAZXhhbXBsZS5vcmc"),
            ),
            ("ä*/{owner}", "äöü/u1", Some("u1")),
        ] {
            let pattern: OwnerPattern = pattern.parse().unwrap();
            let owner = pattern.owner(key);
            assert_eq!(owner.as_ref().map(Owner::as_str), expected, "{key}");
        }
    }

    #[test]
    fn a_pattern_without_exactly_one_owner_is_an_error() {
        for text in ["", "users/*", "{owner}/{owner}"] {
            assert_eq!(
                text.parse::<OwnerPattern>(),
                Err(OwnerPatternError),
                "{text}"
            );
        }
    }
}
