//! WebP (RFC 9649): opaque images with loss by `vp8_keyframe`, all others by libwebp.

mod affordable;
mod animation;
mod flatness;
mod frame_mask;
mod libwebp;
mod lossy;
mod still;

pub(crate) use animation::AnimationEncoder;
pub(super) use still::{WebpOptions, encode, encode_yuv, is_tried_without_loss};
