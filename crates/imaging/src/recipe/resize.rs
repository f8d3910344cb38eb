//! Target sizes.

use serde::{Deserialize, Serialize};

use super::color::Color;

/// The target size of a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resize {
    /// The width of the box in pixels. If it is `None`, it follows from the height and the aspect
    /// ratio.
    pub width: Option<u32>,
    /// The height of the box in pixels. If it is `None`, it follows from the width and the aspect
    /// ratio.
    pub height: Option<u32>,
    /// The way the image is fitted into the box.
    pub fit: Fit,
    /// `true` to enlarge an image that is smaller than the box.
    pub enlarge: bool,
}

/// The way an image is fitted into a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// The whole image fits inside the box. Each side is at most as long as the same side of the
    /// box.
    Inside,
    /// The image covers the whole box, and the parts outside the box are cut off. The gravity
    /// decides which part is kept.
    Cover(Gravity),
    /// The whole image fits inside the box, and the rest of the box is filled.
    Pad {
        /// The position of the image in the box.
        gravity: Gravity,
        /// The color of the padding. `None` means transparent, or the encoding's background if the
        /// encoding has no alpha.
        background: Option<Color>,
    },
}

/// The part of an image that is kept when it is cut, or the position of an image in a larger box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names of the nine positions say it all")]
pub enum Gravity {
    #[default]
    Center,
    North,
    NorthEast,
    East,
    SouthEast,
    South,
    SouthWest,
    West,
    NorthWest,
    /// The most salient part: edges, saturated colors and skin tones.
    Attention,
}
