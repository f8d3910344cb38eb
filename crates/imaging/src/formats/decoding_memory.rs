//! The memory that decoding needs, according to the header.

use crate::decoded::Channels;

/// The memory for decoding a still image, or the first frame of an animation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DecodingMemory {
    channels: Channels,
    /// The bytes of the decoded samples.
    samples: u64,
    /// The bytes that the decoder needs in addition, and frees when it finishes.
    scratch: u64,
}

impl DecodingMemory {
    /// Creates the estimate for `pixels` pixels with samples of `sample_bytes` bytes. The decoder
    /// needs `scratch` bytes in addition.
    pub(super) const fn new(
        pixels: u64,
        channels: Channels,
        sample_bytes: u64,
        scratch: u64,
    ) -> Self {
        let per_pixel = channels.count() as u64 * sample_bytes;
        Self {
            channels,
            samples: pixels.saturating_mul(per_pixel),
            scratch,
        }
    }

    /// Creates the estimate for decoding `pixels` pixels to planes, which are never converted. The
    /// decoder needs `scratch` bytes in addition.
    pub(super) const fn planes(pixels: u64, scratch: u64) -> Self {
        Self {
            // This makes the estimate for converted samples 0.
            channels: Channels::Rgb,
            samples: pixels.saturating_mul(3) / 2,
            scratch,
        }
    }

    /// Returns the bytes in use at the peak of decoding a file and converting it to `pixels` pixels
    /// in sRGB.
    ///
    /// RGB samples are converted in place. Other samples are converted into a new buffer.
    pub(crate) fn peak(self, pixels: u64) -> u64 {
        let converted = match self.channels.is_rgb() {
            true => 0,
            false => pixels.saturating_mul(3),
        };
        self.samples.saturating_add(self.scratch.max(converted))
    }
}
