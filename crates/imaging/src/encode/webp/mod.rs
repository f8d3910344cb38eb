//! WebP (RFC 9649), by libwebp.

mod affordable;
mod animation;
mod flatness;
mod frame_mask;
mod libwebp;
mod still;

pub(crate) use animation::AnimationEncoder;
pub(super) use still::{WebpOptions, encode, encode_yuv, is_tried_without_loss};
