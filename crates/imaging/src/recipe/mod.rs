//! Recipes: the limits on a source and the variants to render.

mod color;
mod crop;
mod digest;
mod encoding;
mod limits;
mod output;
mod resize;
mod variant;

pub use color::Color;
pub use crop::CropBox;
pub use encoding::{Encoding, OutputFormat, WebpMode};
pub use limits::Limits;
pub use output::OutputLimits;
pub use resize::{Fit, Gravity, Resize};
pub use variant::{IccPolicy, Variant};

use serde::{Deserialize, Serialize};

use crate::KeptMetadata;

/// Everything that determines the bytes of the variants of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    /// The limits on the source.
    pub limits: Limits,
    /// The part of the upright image to keep; `None` keeps all of it.
    pub crop: Option<CropBox>,
    /// The bounds on the variants.
    pub output: OutputLimits,
    /// The statements of rights that every variant keeps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keep: Vec<KeptMetadata>,
    /// The variants to render, in the order of the result.
    pub variants: Vec<Variant>,
}
