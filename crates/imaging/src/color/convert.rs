//! Conversion of samples, a chunk at a time.

use moxcms::{Transform16BitExecutor, TransformExecutor};

use super::transform::Transform;
use crate::Rejection;
use crate::decoded::{Channels, Decoded, Samples};
use crate::pixels::{Layout, Pixels, zeroed_buffer};

/// The number of pixels that are converted at a time. It is small enough for the source and the
/// result to stay in the cache.
const CHUNK_PIXELS: usize = 4096;

/// A sample of 8 or 16 bits.
trait Sample: Copy + Default + Into<u32> {
    const MAX: u32;

    /// Rounds to the nearest 8-bit value.
    fn to_eight_bits(self) -> u8 {
        let rounded = (self.into() * 255 + Self::MAX / 2) / Self::MAX;
        // At most 255, since no sample exceeds MAX.
        u8::try_from(rounded).unwrap_or(u8::MAX)
    }
}

impl Sample for u8 {
    const MAX: u32 = 255;

    fn to_eight_bits(self) -> u8 {
        self
    }
}

impl Sample for u16 {
    const MAX: u32 = 65_535;
}

/// Converts an image to 8 bits per sample, by `transform` if there is one.
pub(super) fn convert(
    decoded: Decoded,
    transform: Option<&Transform>,
) -> Result<Pixels, Rejection> {
    let size = decoded.size();
    let channels = decoded.channels;
    let count = size.area();
    let data = match (decoded.samples, transform) {
        (Samples::Eight(data), None) if channels.is_rgb() => data,
        (Samples::Eight(data), Some(Transform::Eight(transform))) if channels.is_rgb() => {
            transform_in_place(data, channels, transform.as_ref())
        }
        (Samples::Eight(data), Some(Transform::Eight(transform))) => {
            transform_to_new(&data, channels, count, transform.as_ref())?
        }
        (Samples::Sixteen(data), transform) if channels.is_rgb() => {
            let transform = transform.and_then(Transform::sixteen);
            narrow_in_place(data, channels, transform)?
        }
        (Samples::Sixteen(data), Some(Transform::Sixteen(transform))) => {
            transform_to_new(&data, channels, count, transform.as_ref())?
        }
        (Samples::Eight(data), _) => expand(&data, channels, count)?,
        (Samples::Sixteen(data), _) => expand(&data, channels, count)?,
    };
    Ok(Pixels {
        width: size.width,
        height: size.height,
        layout: layout(channels),
        data,
    })
}

/// Returns the layout of the result.
const fn layout(channels: Channels) -> Layout {
    match channels {
        Channels::Gray | Channels::Rgb | Channels::Cmyk => Layout::Rgb,
        Channels::GrayAlpha | Channels::Rgba => Layout::Rgba,
    }
}

/// Transforms samples in place, so that a large image is in memory only once. Input and output have
/// the same number of channels.
fn transform_in_place(
    mut data: Vec<u8>,
    channels: Channels,
    transform: &(impl TransformExecutor<u8> + ?Sized),
) -> Vec<u8> {
    let mut scratch = vec![0; CHUNK_PIXELS * channels.count()];
    for chunk in data.chunks_mut(CHUNK_PIXELS * channels.count()) {
        let result = &mut scratch[..chunk.len()];
        if transform.transform(chunk, result).is_ok() {
            chunk.copy_from_slice(result);
        }
    }
    data
}

/// Converts 16-bit samples to 8 bits in their own buffer. Cuts that buffer to half its size, and
/// then copies the result to a new buffer. So both buffers together never take more memory than the
/// 16-bit samples.
fn narrow_in_place(
    mut samples: Vec<u16>,
    channels: Channels,
    transform: Option<&Transform16BitExecutor>,
) -> Result<Vec<u8>, Rejection> {
    // Two 8-bit results are packed into one `u16`, so every chunk must begin at an even sample.
    const { assert!(CHUNK_PIXELS.is_multiple_of(2)) };
    let chunk_length = CHUNK_PIXELS * channels.count();
    let count = samples.len();
    let mut scratch = vec![0; chunk_length];
    for start in (0..count).step_by(chunk_length) {
        let chunk = start..count.min(start + chunk_length);
        let result = &mut scratch[..chunk.len()];
        let is_transformed = transform
            .is_some_and(|transform| transform.transform(&samples[chunk.clone()], result).is_ok());
        if !is_transformed {
            result.copy_from_slice(&samples[chunk]);
        }
        for (packed, pair) in samples[start / 2..].iter_mut().zip(result.chunks(2)) {
            let second = pair.get(1).map_or(0, |sample| sample.to_eight_bits());
            *packed = u16::from_ne_bytes([pair[0].to_eight_bits(), second]);
        }
    }
    samples.truncate(count.div_ceil(2));
    samples.shrink_to_fit();
    let mut data = zeroed_buffer(count as u64)?;
    for (bytes, packed) in data.chunks_mut(2).zip(samples) {
        bytes.copy_from_slice(&packed.to_ne_bytes()[..bytes.len()]);
    }
    Ok(data)
}

/// Transforms samples into a new buffer, because the result has a different number of channels.
fn transform_to_new<S: Sample>(
    samples: &[S],
    channels: Channels,
    count: u64,
    transform: &(impl TransformExecutor<S> + ?Sized),
) -> Result<Vec<u8>, Rejection> {
    let channels_out = layout(channels).channels();
    let mut data = zeroed_buffer(count * channels_out as u64)?;
    let mut scratch = vec![S::default(); CHUNK_PIXELS * channels_out];
    for (from, to) in samples
        .chunks(CHUNK_PIXELS * channels.count())
        .zip(data.chunks_mut(CHUNK_PIXELS * channels_out))
    {
        let result = &mut scratch[..to.len()];
        if transform.transform(from, result).is_ok() {
            for (byte, sample) in to.iter_mut().zip(result) {
                *byte = sample.to_eight_bits();
            }
        }
    }
    Ok(data)
}

/// Expands samples without a transform to 8-bit RGB or RGBA.
fn expand<S: Sample>(samples: &[S], channels: Channels, count: u64) -> Result<Vec<u8>, Rejection> {
    let channels_out = layout(channels).channels();
    let mut data = zeroed_buffer(count * channels_out as u64)?;
    for (from, to) in samples
        .chunks_exact(channels.count())
        .zip(data.chunks_exact_mut(channels_out))
    {
        match channels {
            Channels::Gray => to.fill(from[0].to_eight_bits()),
            Channels::GrayAlpha => {
                to[..3].fill(from[0].to_eight_bits());
                to[3] = from[1].to_eight_bits();
            }
            Channels::Rgb | Channels::Rgba => {
                for (byte, sample) in to.iter_mut().zip(from) {
                    *byte = sample.to_eight_bits();
                }
            }
            Channels::Cmyk => to.copy_from_slice(&cmyk_to_rgb(from)),
        }
    }
    Ok(data)
}

/// Converts a CMYK pixel without a profile as browsers do: `rgb = (1 - cmy) * (1 - k)`.
fn cmyk_to_rgb<S: Sample>(cmyk: &[S]) -> [u8; 3] {
    let complement = |ink: S| 255 - u32::from(ink.to_eight_bits());
    let black = complement(cmyk[3]);
    [0, 1, 2].map(|channel| {
        let product = complement(cmyk[channel]) * black;
        u8::try_from((product + 127) / 255).unwrap_or(u8::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_16_bit_sample_is_rounded_to_the_nearest_8_bit_value() {
        assert_eq!(0_u16.to_eight_bits(), 0);
        assert_eq!(128_u16.to_eight_bits(), 0);
        assert_eq!(129_u16.to_eight_bits(), 1);
        assert_eq!(65_535_u16.to_eight_bits(), 255);
        assert_eq!((0x1234_u16).to_eight_bits(), 0x12);
    }

    #[test]
    fn narrow_in_place_rounds_every_sample_like_to_eight_bits() {
        for pixels in [1, 2, CHUNK_PIXELS - 1, CHUNK_PIXELS * 2 + 1] {
            let count = u32::try_from(pixels * 3).unwrap();
            let value = |index: u32| u16::try_from(index.wrapping_mul(2_654_435_761) >> 16);
            let samples: Vec<u16> = (0..count).map(|index| value(index).unwrap()).collect();
            let expected: Vec<u8> = samples
                .iter()
                .map(|sample| sample.to_eight_bits())
                .collect();
            let narrowed = narrow_in_place(samples, Channels::Rgb, None).unwrap();
            assert_eq!(narrowed, expected, "{pixels} pixels");
        }
    }

    #[test]
    fn ink_darkens_white() {
        assert_eq!(cmyk_to_rgb(&[0_u8, 0, 0, 0]), [255, 255, 255]);
        assert_eq!(cmyk_to_rgb(&[255_u8, 0, 0, 0]), [0, 255, 255]);
        assert_eq!(cmyk_to_rgb(&[0_u8, 0, 0, 255]), [0, 0, 0]);
    }
}
