//! The value of a perceptual hash.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The number of hex digits.
const DIGITS: usize = 16;

/// A 64-bit perceptual hash. Two images that look alike have hashes with few different bits.
///
/// Its text has 16 hex digits, as that of ImageHash.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(
    feature = "schema",
    schema(value_type = String, pattern = "^[0-9a-f]{16}$", description = "64 bits in hex.")
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PerceptualHash(u64);

/// The perceptual hashes of an image.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PerceptualHashes {
    /// The hash of the image.
    pub upright: PerceptualHash,
    /// The hashes of the image as it looks with the EXIF orientations 2 to 8, in this order: mirrored,
    /// turned, or both.
    pub turned: [PerceptualHash; 7],
}

/// The error for a text that is not a perceptual hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a perceptual hash must have 16 hex digits in lower case")]
pub struct PerceptualHashError;

impl PerceptualHash {
    /// Creates a hash from its bits. The highest bit belongs to the lowest frequency.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Returns the bits.
    pub const fn to_bits(self) -> u64 {
        self.0
    }

    /// Returns the number of different bits (the Hamming distance), 0 to 64.
    pub const fn distance(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }
}

impl fmt::Display for PerceptualHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0DIGITS$x}", self.0)
    }
}

impl FromStr for PerceptualHash {
    type Err = PerceptualHashError;

    fn from_str(text: &str) -> Result<Self, PerceptualHashError> {
        let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != DIGITS || !text.bytes().all(is_digit) {
            return Err(PerceptualHashError);
        }
        let bits = u64::from_str_radix(text, 16);
        bits.map(Self).map_err(|_| PerceptualHashError)
    }
}

impl From<PerceptualHash> for String {
    fn from(hash: PerceptualHash) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for PerceptualHash {
    type Error = PerceptualHashError;

    fn try_from(text: String) -> Result<Self, PerceptualHashError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_back_from_its_text() {
        for bits in [0, 1, 0x810e_3b7e_614f_5956, u64::MAX] {
            let hash = PerceptualHash::from_bits(bits);
            let text = serde_json::to_string(&hash).unwrap();
            assert_eq!(text.len(), DIGITS + 2);
            assert_eq!(serde_json::from_str::<PerceptualHash>(&text).unwrap(), hash);
        }
        let long = "0".repeat(17);
        for text in ["", "12", "810E3B7E614F5956", "+10e3b7e614f5956", &long] {
            assert_eq!(
                text.parse::<PerceptualHash>(),
                Err(PerceptualHashError),
                "{text}"
            );
        }
    }

    #[test]
    fn the_distance_is_the_number_of_different_bits() {
        let [a, b] = [0b1100, 0b1010].map(PerceptualHash::from_bits);
        assert_eq!((a.distance(b), a.distance(a)), (2, 0));
    }
}
