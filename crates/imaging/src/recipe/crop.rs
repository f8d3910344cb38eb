//! Crop boxes.

use serde::{Deserialize, Serialize};

/// A rectangle of the upright image, in pixels from its top left corner.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CropBox {
    /// The number of pixels left of the box.
    pub x: u32,
    /// The number of pixels above the box.
    pub y: u32,
    /// The width of the box in pixels, at least 1.
    #[cfg_attr(feature = "schema", schema(minimum = 1))]
    pub width: u32,
    /// The height of the box in pixels, at least 1.
    #[cfg_attr(feature = "schema", schema(minimum = 1))]
    pub height: u32,
}
