//! The names that become part of a key.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const MAX_LENGTH: usize = 64;

/// The error for a text that cannot become part of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what} must be 1 to {MAX_LENGTH} characters of A-Z a-z 0-9 _ -")]
pub struct NameError {
    what: &'static str,
}

fn is_name(text: &str) -> bool {
    (1..=MAX_LENGTH).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $type(String);

        impl $type {
            /// Returns the name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                if is_name(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(NameError { what: $what })
                }
            }
        }

        impl TryFrom<String> for $type {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(name: $type) -> Self {
                name.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// The owner of an upload: `[A-Za-z0-9_-]{1,64}`.
    Owner,
    "an owner"
);

name!(
    /// The name of a profile: `[A-Za-z0-9_-]{1,64}`.
    ProfileName,
    "a profile's name"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_up_to_64_letters_digits_underscores_and_hyphens() {
        for text in ["u", "u123", "A_b-C", &"x".repeat(64)] {
            assert_eq!(text.parse::<Owner>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn a_text_that_could_leave_a_prefix_or_forge_a_header_is_not_a_name() {
        for text in [
            "",
            ".",
            "..",
            "a/b",
            "a b",
            "a\r\nb",
            "ü",
            "a%2fb",
            "a\0",
            &"x".repeat(65),
        ] {
            assert!(text.parse::<Owner>().is_err(), "{text:?}");
            assert!(text.parse::<ProfileName>().is_err(), "{text:?}");
        }
    }
}
