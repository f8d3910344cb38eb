//! The rendering pipeline, from a file to its variants.

mod animation;
mod pipeline;
mod placeholder;
mod plan;
mod resize_cache;
mod still;
mod view;

pub use pipeline::render;
