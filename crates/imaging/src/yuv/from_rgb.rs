//! Conversion of RGB to YCbCr.

use super::chroma_axis::ChromaAxis;
use super::image::YuvImage;
use super::rows::{ChannelRows, chroma_u, chroma_v, luma};
use super::upright_writer::UprightWriter;
use crate::Rejection;
use crate::geometry::Orientation;
use crate::pixels::Pixels;

impl YuvImage {
    /// Converts a stored image without alpha, and turns it upright.
    ///
    /// Each chroma sample is computed from the mean of the sRGB values of 2 x 2 pixels, as in JPEG.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn from_rgb(stored: &Pixels, orientation: Orientation) -> Result<Self, Rejection> {
        let mut writer = UprightWriter::new(stored.size(), orientation)?;
        let (columns, rows) = (writer.columns(false), writer.rows(false));
        let last = stored.height as usize - 1;
        let width = stored.width as usize;
        let mut converter = PairConverter::new(width, columns);
        let mut next = 0;
        for index in 0..writer.chroma_rows() {
            let (first, second) = rows.sources(index);
            let pair = [first, second.min(last)];
            for (slot, row) in pair.into_iter().enumerate() {
                let start = row * stored.stride();
                let channels = &mut converter.channels[slot];
                channels.split(&stored.data[start..start + stored.stride()]);
                if row == next {
                    writer.add_luma(|to| luma(channels, to));
                    next += 1;
                }
            }
            converter.add_chroma(&mut writer);
        }
        Ok(writer.finish())
    }
}

/// A converter of two rows of pixels to one row of chroma.
struct PairConverter {
    columns: ChromaAxis,
    channels: [ChannelRows; 2],
    /// The sums of both rows.
    sums: Vec<u16>,
    /// The sums of 2 x 2 pixels in red, green and blue.
    squares: [Vec<u16>; 3],
}

impl PairConverter {
    fn new(width: usize, columns: ChromaAxis) -> Self {
        Self {
            columns,
            channels: [ChannelRows::new(width), ChannelRows::new(width)],
            sums: vec![0; width],
            squares: std::array::from_fn(|_| vec![0; width.div_ceil(2)]),
        }
    }

    fn add_chroma(&mut self, writer: &mut UprightWriter) {
        let [above, below] = &self.channels;
        let channels = above.channels().into_iter().zip(below.channels());
        for ((above, below), squares) in channels.zip(&mut self.squares) {
            for (sum, (above, below)) in self.sums.iter_mut().zip(above.iter().zip(below)) {
                *sum = u16::from(*above) + u16::from(*below);
            }
            self.columns
                .halve(&self.sums, squares, |left, right| left + right);
        }
        let [red, green, blue] = &self.squares;
        writer.add_chroma(0, |to| chroma_u(red, green, blue, to));
        writer.add_chroma(1, |to| chroma_v(red, green, blue, to));
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::geometry::Size;
    use crate::pixels::{Layout, to_upright};

    fn noise(size: Size) -> Pixels {
        let mut pixels = Pixels::zeroed(size, Layout::Rgb).unwrap();
        for (at, byte) in (0_u32..).zip(&mut pixels.data) {
            *byte = (at.wrapping_mul(2_654_435_761) >> 23) as u8;
        }
        pixels
    }

    /// Returns luma and both chromas of a color by the definition of BT.601.
    fn exact([red, green, blue]: [f64; 3]) -> [f64; 3] {
        let luma = 0.299 * red + 0.587 * green + 0.114 * blue;
        [
            16.0 + 219.0 / 255.0 * luma,
            128.0 + 224.0 / 255.0 * (blue - luma) / 1.772,
            128.0 + 224.0 / 255.0 * (red - luma) / 1.402,
        ]
    }

    fn color(pixels: &Pixels, x: u32, y: u32) -> [f64; 3] {
        let (x, y) = (x.min(pixels.width - 1), y.min(pixels.height - 1));
        let start = (y * pixels.width + x) as usize * 3;
        [0, 1, 2].map(|channel| f64::from(pixels.data[start + channel]))
    }

    #[test]
    fn luma_and_chroma_are_the_definition_rounded() {
        for size in [(1, 1), (2, 1), (3, 5), (97, 64), (64, 33)] {
            let pixels = noise(Size::new(size.0, size.1));
            let image = YuvImage::from_rgb(&pixels, Orientation::UPRIGHT).unwrap();
            for (at, luma) in (0..).zip(&image.y.samples) {
                let [exact, ..] = exact(color(&pixels, at % size.0, at / size.0));
                assert!((f64::from(*luma) - exact).abs() <= 0.52, "{size:?} {at}");
            }
            for (at, (u, v)) in (0..).zip(image.u.samples.iter().zip(&image.v.samples)) {
                let (x, y) = (at % image.u.width * 2, at / image.u.width * 2);
                let square = [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)];
                let colors = square.map(|(x, y)| color(&pixels, x, y));
                let mean = [0, 1, 2].map(|at| colors.iter().map(|it| it[at]).sum::<f64>() / 4.0);
                let [_, exact_u, exact_v] = exact(mean);
                for (ours, exact) in [(*u, exact_u), (*v, exact_v)] {
                    assert!((f64::from(ours) - exact).abs() <= 0.52, "{size:?} {at}");
                }
            }
        }
    }

    #[test]
    fn grays_have_neutral_chroma() {
        for gray in 0..=255 {
            let pixels = Pixels {
                width: 2,
                height: 2,
                layout: Layout::Rgb,
                data: vec![gray; 12],
            };
            let image = YuvImage::from_rgb(&pixels, Orientation::UPRIGHT).unwrap();
            assert_eq!(
                (&*image.u.samples, &*image.v.samples),
                (&[128][..], &[128][..])
            );
            let exact = 16.0 + 219.0 / 255.0 * f64::from(gray);
            assert_eq!(image.y.samples, [exact.round() as u8; 4]);
        }
    }

    #[test]
    fn turning_while_converting_equals_turning_first() {
        for size in [(1, 1), (5, 4), (4, 7), (37, 41), (64, 66)] {
            let stored = noise(Size::new(size.0, size.1));
            for exif in 1..=8 {
                let orientation = Orientation::from_exif(exif);
                let upright = to_upright(Cow::Borrowed(&stored), orientation).unwrap();
                let expected = YuvImage::from_rgb(&upright, Orientation::UPRIGHT).unwrap();
                let turned = YuvImage::from_rgb(&stored, orientation).unwrap();
                assert!(turned == expected, "{size:?} {exif}");
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn channels_are_the_same_with_and_without_processor_extensions() {
        for width in 1..200_u8 {
            let pixels: Vec<u8> = (0..usize::from(width) * 3)
                .map(|at| (at * 31) as u8)
                .collect();
            let mut row = ChannelRows::new(width.into());
            row.split(&pixels);
            for (channel, samples) in row.channels().into_iter().enumerate() {
                let expected: Vec<_> = pixels.iter().skip(channel).step_by(3).copied().collect();
                assert_eq!(samples, expected);
            }
        }
    }
}
