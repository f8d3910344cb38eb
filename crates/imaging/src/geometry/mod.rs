//! Sizes, rectangles, orientations and placements: pure functions of numbers, without pixels.
//!
//! All lengths are in pixels. The origin is the top left corner; `x` grows to the right, `y`
//! downward. There are two coordinate systems:
//!
//! - *stored*: the order in which a file stores its pixels;
//! - *upright*: the image as it is meant to be seen.
//!
//! An [`Orientation`] maps one to the other. Crop boxes and [`Placement`]s are upright.

mod area;
mod attention;
mod crop;
mod fit;
mod gravity;
mod orientation;
mod placement;
mod rect;
mod scaling;
mod size;

pub(crate) use area::Area;
pub(crate) use attention::AttentionProfile;
pub(crate) use crop::crop_rect;
pub(crate) use orientation::Orientation;
pub(crate) use placement::Placement;
pub(crate) use rect::Rect;
pub(crate) use scaling::Scaling;
pub(crate) use size::Size;
