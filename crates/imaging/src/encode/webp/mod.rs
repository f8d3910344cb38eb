//! WebP (RFC 9649), by libwebp.

mod animation;
mod flatness;
mod frame_mask;
mod libwebp;
mod still;

pub(crate) use animation::AnimationEncoder;
pub(super) use flatness::is_flat;
pub(super) use still::{WebpOptions, encode};
