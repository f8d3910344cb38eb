//! Encoding of pixels. The files contain only pixels, timing and possibly a color profile.

mod bands;
mod jpeg;
mod memory;
mod png;
mod sample;
mod still;
mod webp;

pub(crate) use memory::encoding_peak;
pub(crate) use sample::Sample;
pub(crate) use still::{StillOptions, encode_still, encode_yuv};
pub(crate) use webp::AnimationEncoder;
