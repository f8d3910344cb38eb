//! Encoding of pixels. The files contain pixels, timing and at most a color profile, nothing else.

mod jpeg;
mod png;
mod still;
mod webp;

pub(crate) use still::{StillOptions, encode_still};
pub(crate) use webp::AnimationEncoder;
