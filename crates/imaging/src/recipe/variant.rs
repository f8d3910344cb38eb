//! Variants.

use serde::{Deserialize, Serialize};

use super::encoding::Encoding;
use super::resize::Resize;

/// An image to render.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// The name within the profile, such as `"thumb"`.
    pub name: String,
    /// The target size; `None` keeps the size of the upright image, or of the crop if there is one.
    pub resize: Option<Resize>,
    /// The encoding of the file.
    pub encoding: Encoding,
    /// `true` to keep an animated source animated if the encoding supports animation. Otherwise,
    /// the variant shows the first frame.
    pub animated: bool,
    /// The treatment of a color profile.
    pub icc: IccPolicy,
}

impl Variant {
    /// Returns whether the variant of a source with `frames` frames is animated.
    pub(crate) const fn is_animated(&self, frames: u32) -> bool {
        frames > 1 && self.animated && self.encoding.supports_animation()
    }

    /// Returns the variant with `map` applied to its quality, if its encoding has a quality.
    pub(crate) fn map_quality(&self, map: impl Fn(u8) -> u8) -> Self {
        Self {
            encoding: self.encoding.map_quality(map),
            ..self.clone()
        }
    }
}

/// The treatment of a source's color profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IccPolicy {
    /// Pixels are converted to sRGB, and the profile is dropped.
    #[default]
    ConvertToSrgb,
    /// Pixels and an RGB profile are kept unchanged, which preserves a wide gamut.
    Keep,
}
