//! The cost of rendering the most expensive sources that a profile accepts.
//!
//! Each source is a file that code generates, as large as the limits of the profile allow. It is
//! rendered in a real render process, with its sandbox and its limits.

mod bounds;
mod crowds;
mod gif;
mod heif;
mod jpeg;
mod jxl;
mod measure;
mod pixels;
mod png;
mod source;
mod webp;

pub use bounds::Bounds;
pub use measure::{RenderCost, measure};
pub use source::CostlySource;

/// Returns all kinds of costly sources.
pub fn costly_sources() -> Vec<CostlySource> {
    [
        jpeg::sources(),
        png::sources(),
        gif::sources(),
        webp::sources(),
        heif::sources(),
        jxl::sources(),
        crowds::sources(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
