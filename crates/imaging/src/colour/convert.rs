//! Carries samples through the colour engine, a strip at a time.

use moxcms::TransformExecutor;

use super::engine::Engine;
use crate::Rejection;
use crate::decode::{Channels, Decoded, Samples};
use crate::pixels::{Layout, Pixels, buffer};

/// Pixels that are converted at a time: their source and result stay in the cache.
const STRIP_PIXELS: usize = 4096;

/// A sample of 8 or 16 bits.
trait Sample: Copy + Default + Into<u32> {
    const MAX: u32;

    /// The nearest value of 8 bits.
    fn to_eight(self) -> u8 {
        let rounded = (self.into() * 255 + Self::MAX / 2) / Self::MAX;
        // At most 255, since no sample is over MAX.
        u8::try_from(rounded).unwrap_or(u8::MAX)
    }
}

impl Sample for u8 {
    const MAX: u32 = 255;

    fn to_eight(self) -> u8 {
        self
    }
}

impl Sample for u16 {
    const MAX: u32 = 65_535;
}

/// Where the result of a conversion goes.
struct Target {
    layout: Layout,
    data: Vec<u8>,
}

/// The picture at 8 bits, carried through an engine of its own depth if there is one.
pub(super) fn convert(decoded: Decoded, engine: Option<&Engine>) -> Result<Pixels, Rejection> {
    let (width, height) = (decoded.width, decoded.height);
    let count = u64::from(width) * u64::from(height);
    let channels = decoded.channels;
    let target = match (decoded.samples, engine) {
        (Samples::Eight(data), None) if is_colour(channels) => Target {
            layout: layout_of(channels),
            data,
        },
        (Samples::Eight(data), Some(Engine::Eight(transform))) if is_colour(channels) => {
            in_place(data, channels, transform.as_ref())
        }
        (Samples::Eight(data), Some(Engine::Eight(transform))) => {
            through(&data, channels, count, transform.as_ref())?
        }
        (Samples::Sixteen(data), Some(Engine::Sixteen(transform))) => {
            through(&data, channels, count, transform.as_ref())?
        }
        (Samples::Eight(data), _) => spread(&data, channels, count)?,
        (Samples::Sixteen(data), _) => spread(&data, channels, count)?,
    };
    Ok(Pixels {
        width,
        height,
        layout: target.layout,
        data: target.data,
    })
}

const fn is_colour(channels: Channels) -> bool {
    matches!(channels, Channels::Rgb | Channels::Rgba)
}

const fn layout_of(channels: Channels) -> Layout {
    match channels {
        Channels::Grey | Channels::Rgb | Channels::Cmyk => Layout::Rgb,
        Channels::GreyAlpha | Channels::Rgba => Layout::Rgba,
    }
}

/// As many bytes come out as go in, so a large picture is not held twice.
fn in_place(
    mut data: Vec<u8>,
    channels: Channels,
    transform: &(impl TransformExecutor<u8> + ?Sized),
) -> Target {
    let mut strip = vec![0; STRIP_PIXELS * channels.count()];
    for part in data.chunks_mut(STRIP_PIXELS * channels.count()) {
        let result = &mut strip[..part.len()];
        if transform.transform(part, result).is_ok() {
            part.copy_from_slice(result);
        }
    }
    Target {
        layout: layout_of(channels),
        data,
    }
}

fn through<S: Sample>(
    samples: &[S],
    channels: Channels,
    count: u64,
    transform: &(impl TransformExecutor<S> + ?Sized),
) -> Result<Target, Rejection> {
    let layout = layout_of(channels);
    let mut data = buffer(count * layout.channels() as u64)?;
    let mut strip = vec![S::default(); STRIP_PIXELS * layout.channels()];
    for (from, to) in samples
        .chunks(STRIP_PIXELS * channels.count())
        .zip(data.chunks_mut(STRIP_PIXELS * layout.channels()))
    {
        let result = &mut strip[..to.len()];
        if transform.transform(from, result).is_ok() {
            for (byte, sample) in to.iter_mut().zip(result) {
                *byte = sample.to_eight();
            }
        }
    }
    Ok(Target { layout, data })
}

/// Samples that need no colour engine, brought to 8 bits and to the channels of the target.
fn spread<S: Sample>(samples: &[S], channels: Channels, count: u64) -> Result<Target, Rejection> {
    let layout = layout_of(channels);
    let mut data = buffer(count * layout.channels() as u64)?;
    for (from, to) in samples
        .chunks_exact(channels.count())
        .zip(data.chunks_exact_mut(layout.channels()))
    {
        match channels {
            Channels::Grey => to.fill(from[0].to_eight()),
            Channels::GreyAlpha => {
                to[..3].fill(from[0].to_eight());
                to[3] = from[1].to_eight();
            }
            Channels::Rgb | Channels::Rgba => {
                for (byte, sample) in to.iter_mut().zip(from) {
                    *byte = sample.to_eight();
                }
            }
            Channels::Cmyk => to.copy_from_slice(&ink_on_white(from)),
        }
    }
    Ok(Target { layout, data })
}

/// What browsers show of CMYK without a profile: every ink takes its share of the light.
fn ink_on_white<S: Sample>(inks: &[S]) -> [u8; 3] {
    let light = |ink: S| 255 - u32::from(ink.to_eight());
    let black = light(inks[3]);
    [0, 1, 2].map(|ink| {
        let product = light(inks[ink]) * black;
        u8::try_from((product + 127) / 255).unwrap_or(u8::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bits_are_rounded_to_the_nearest_eight() {
        assert_eq!(0_u16.to_eight(), 0);
        assert_eq!(128_u16.to_eight(), 0);
        assert_eq!(129_u16.to_eight(), 1);
        assert_eq!(65_535_u16.to_eight(), 255);
        assert_eq!((0x1234_u16).to_eight(), 0x12);
    }

    #[test]
    fn inks_take_light_from_white_paper() {
        assert_eq!(ink_on_white(&[0_u8, 0, 0, 0]), [255, 255, 255]);
        assert_eq!(ink_on_white(&[255_u8, 0, 0, 0]), [0, 255, 255]);
        assert_eq!(ink_on_white(&[0_u8, 0, 0, 255]), [0, 0, 0]);
    }
}
