//! The distance of a variant from its source.

mod image;
mod metrics;
pub mod webp;

pub use image::Image;
pub use metrics::{QualitySummary, Scores, ssimulacra2};
