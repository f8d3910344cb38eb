//! Conversion of libheif's images to samples.

use libheif_rs::{Image, Plane};

use crate::Rejection;
use crate::decoded::{Channels, Samples};
use crate::pixels::zeroed_buffer;

/// Returns the interleaved samples of an image, at 8 or 16 bits and with straight alpha.
pub(super) fn samples(image: &Image, channels: Channels) -> Result<Samples, Rejection> {
    let planes = image.planes();
    let plane = planes
        .interleaved
        .ok_or_else(|| Rejection::corrupt("the image has no pixels"))?;
    let row = image.width() as usize * channels.count();
    let count = row as u64 * u64::from(image.height());
    let bits = plane.bits_per_pixel;
    let is_premultiplied = image.is_premultiplied_alpha();
    if plane.storage_bits_per_pixel / 8 == u8::try_from(channels.count()).unwrap_or(u8::MAX) {
        let mut samples = zeroed_buffer(count)?;
        for (to, from) in samples.chunks_exact_mut(row).zip(rows(&plane)) {
            to.copy_from_slice(from.get(..row).ok_or_else(truncated)?);
        }
        if is_premultiplied {
            divide_by_alpha(&mut samples, u8::MAX);
        }
        return Ok(Samples::Eight(samples));
    }
    let mut samples = zeroed_buffer(count)?;
    for (to, from) in samples.chunks_exact_mut(row).zip(rows(&plane)) {
        let from = from.as_chunks::<2>().0.get(..row).ok_or_else(truncated)?;
        for (sample, bytes) in to.iter_mut().zip(from) {
            *sample = widen(u16::from_le_bytes(*bytes), bits);
        }
    }
    if is_premultiplied {
        divide_by_alpha(&mut samples, u16::MAX);
    }
    Ok(Samples::Sixteen(samples))
}

fn rows<'a>(plane: &Plane<&'a [u8]>) -> impl Iterator<Item = &'a [u8]> {
    plane.data.chunks(plane.stride)
}

/// Scales a sample of `bits`, at most 16, to the range of 16 bits.
fn widen(sample: u16, bits: u8) -> u16 {
    let max = (1_u32 << bits.clamp(1, 16)) - 1;
    let wide = (u32::from(sample) * u32::from(u16::MAX) + max / 2) / max;
    u16::try_from(wide).unwrap_or(u16::MAX)
}

/// Converts premultiplied alpha to straight alpha.
fn divide_by_alpha<S: Copy + Into<u32> + TryFrom<u32>>(samples: &mut [S], max: S) {
    for pixel in samples.as_chunks_mut::<4>().0 {
        let alpha: u32 = pixel[3].into();
        for channel in &mut pixel[..3] {
            let straight = ((*channel).into() * max.into() + alpha / 2).checked_div(alpha);
            let sample = straight.unwrap_or_default().try_into();
            *channel = sample.unwrap_or(max);
        }
    }
}

fn truncated() -> Rejection {
    Rejection::corrupt("the image is truncated")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_of_ten_bits_fill_the_range_of_sixteen() {
        assert_eq!(
            [0, 512, 1023].map(|sample| widen(sample, 10)),
            [0, 32_800, 65_535]
        );
    }

    #[test]
    fn premultiplied_colors_are_divided_by_their_alpha() {
        let mut samples = [64_u8, 128, 0, 128, 9, 9, 9, 0];
        divide_by_alpha(&mut samples, 255);
        assert_eq!(samples, [128, 255, 0, 128, 0, 0, 0, 0]);
    }
}
