//! The rendering pipeline, from a file to its variants.

mod animated_source;
mod animation;
mod output_tally;
mod outputs;
mod pipeline;
mod placeholder;
mod plan;
mod plane_path;
mod preview;
mod resize_cache;
mod source_file;
mod split;
mod still;
mod still_image;
mod thumbnails;
mod view;

pub use pipeline::{estimated_memory, render, render_within};
