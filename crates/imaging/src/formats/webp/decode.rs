//! Decoding of a WebP.

use super::frames;
use super::riff::{chunks_of_file, is_animated};
use super::still::decode_image;
use crate::Rejection;
use crate::animation::AnimationDecoder;
use crate::decoded::Decoded;
use crate::formats::Header;

/// Decodes a still image, or the first frame of an animation.
pub(super) fn decode(bytes: &[u8], header: &Header) -> Result<Decoded, Rejection> {
    if is_animated(bytes) {
        let frames = frames::open(bytes)?;
        return AnimationDecoder::new(frames, header.size(), header.frames)?.into_first_frame();
    }
    decode_image(chunks_of_file(bytes))
}
