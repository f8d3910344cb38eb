//! Conversion of luma and chroma to red, green and blue.

use super::alpha::Alpha;
use super::chroma::ChromaRows;
use super::frame::Frame;
use super::geometry::Geometry;
use super::signal::Signal;
use crate::Rejection;
use crate::decoded::{Channels, Samples};
use crate::pixels::zeroed_buffer;

/// The matrix code of planes that contain green, blue and red themselves.
const IDENTITY: u8 = 0;
/// The matrix code of luma with a green and an orange difference.
const YCGCO: u8 = 8;

/// Converts the visible part of a frame to interleaved samples, without turning it upright. The
/// result has 8 bits per sample if all samples of the frame have 8 bits, and 16 bits otherwise.
///
/// # Errors
/// `out_of_memory`.
pub(super) fn interleaved(
    frame: &Frame,
    signal: Signal,
    geometry: &Geometry,
    alpha: Option<&Alpha>,
) -> Result<(Channels, Samples), Rejection> {
    let channels = match (frame.chroma_format, alpha) {
        (0, None) => Channels::Gray,
        (0, Some(_)) => Channels::GrayAlpha,
        (_, None) => Channels::Rgb,
        (_, Some(_)) => Channels::Rgba,
    };
    let conversion = Conversion {
        frame,
        signal,
        geometry,
        alpha,
        channels,
    };
    let samples = if frame.bit_depth == [8, 8] {
        Samples::Eight(conversion.samples()?)
    } else {
        Samples::Sixteen(conversion.samples()?)
    };
    Ok((channels, samples))
}

/// A sample of the result.
trait Sample: Copy + Default {
    const MAX: f32;
    /// Converts a value between 0 and [`Self::MAX`]. Values outside this range are clipped.
    fn from_float(value: f32) -> Self;
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the casts saturate at the ends of the range"
)]
mod samples {
    use super::Sample;

    impl Sample for u8 {
        const MAX: f32 = 255.0;

        fn from_float(value: f32) -> Self {
            (value + 0.5) as Self
        }
    }

    impl Sample for u16 {
        const MAX: f32 = 65_535.0;

        fn from_float(value: f32) -> Self {
            (value + 0.5) as Self
        }
    }
}

struct Conversion<'a> {
    frame: &'a Frame,
    signal: Signal,
    geometry: &'a Geometry,
    alpha: Option<&'a Alpha>,
    channels: Channels,
}

impl Conversion<'_> {
    fn samples<S: Sample>(&self) -> Result<Vec<S>, Rejection> {
        let size = self.geometry.size;
        let row_length = size.width as usize * self.channels.count();
        let mut samples = zeroed_buffer(size.area() * self.channels.count() as u64)?;
        let matrix = Matrix::new(self.frame, self.signal, S::MAX);
        let mut chroma = ChromaRows::new(self.frame);
        let frame_width = self.frame.widths[0] as usize;
        let left = self.geometry.origin.0 as usize;
        let rows = samples.chunks_exact_mut(row_length.max(1));
        for (y, row) in (self.geometry.origin.1 as usize..).zip(rows) {
            let luma = &self.frame.planes[0][y * frame_width..][..frame_width];
            let luma = &luma[left..][..size.width as usize];
            if self.channels.is_gray() {
                for (pixel, luma) in row.chunks_exact_mut(self.channels.count()).zip(luma) {
                    pixel[0] = S::from_float(matrix.luma(*luma));
                }
            } else {
                let (blue, red) = chroma.row(y);
                let chroma = blue[left..].iter().zip(&red[left..]);
                let pixels = row.chunks_exact_mut(self.channels.count());
                for ((pixel, luma), (blue, red)) in pixels.zip(luma).zip(chroma) {
                    let rgb = matrix.rgb(*luma, *blue, *red);
                    pixel[0] = S::from_float(rgb[0]);
                    pixel[1] = S::from_float(rgb[1]);
                    pixel[2] = S::from_float(rgb[2]);
                }
            }
            if let Some(alpha) = self.alpha {
                self.add_alpha(alpha, y, row);
            }
        }
        Ok(samples)
    }

    /// Sets the last sample of each pixel in a row to alpha. `y` is the number of the row in the frame.
    fn add_alpha<S: Sample>(&self, alpha: &Alpha, y: usize, row: &mut [S]) {
        let plane = &alpha.frame;
        let scale = S::MAX / max_of(plane.bit_depth[0]);
        let (width, height) = (plane.widths[0] as usize, plane.heights[0] as usize);
        let frame_width = self.frame.widths[0] as usize;
        let y = y * height / self.frame.heights[0] as usize;
        let source = &plane.planes[0][y * width..][..width];
        let count = self.channels.count();
        let left = self.geometry.origin.0 as usize;
        for (x, pixel) in (left..).zip(row.chunks_exact_mut(count)) {
            let value = f32::from(source[x * width / frame_width]) * scale;
            pixel[count - 1] = S::from_float(value);
        }
    }
}

/// Returns the largest value of a sample with this many bits.
fn max_of(bits: u8) -> f32 {
    f32::from(u16::MAX >> (16 - bits.clamp(1, 16)))
}

/// The conversion of one pixel.
struct Matrix {
    luma_scale: f32,
    luma_offset: f32,
    chroma_scale: f32,
    chroma_offset: f32,
    /// The contributions of chroma: the red difference to red, the blue and the red difference to green,
    /// and the blue difference to blue.
    factors: [f32; 4],
    matrix: u8,
}

impl Matrix {
    /// Creates the conversion to samples up to `max`.
    fn new(frame: &Frame, signal: Signal, max: f32) -> Self {
        let [luma_bits, chroma_bits] = frame.bit_depth;
        let (luma_max, chroma_max) = (max_of(luma_bits), max_of(chroma_bits));
        let unit = |bits: u8| f32::from(1_u16 << (bits.clamp(8, 16) - 8));
        let (luma_range, luma_low, chroma_range) = if signal.is_full_range {
            (luma_max, 0.0, chroma_max)
        } else {
            (
                219.0 * unit(luma_bits),
                16.0 * unit(luma_bits),
                224.0 * unit(chroma_bits),
            )
        };
        let (luma_scale, mut chroma_scale) = (max / luma_range, max / chroma_range);
        let mut chroma_offset = -((chroma_max + 1.0) / 2.0) * chroma_scale;
        if signal.matrix == IDENTITY {
            // All three planes are stored like luma.
            chroma_scale = luma_scale;
            chroma_offset = -luma_low * luma_scale;
        }
        let (red, blue) = signal.luma_weights();
        let green = 1.0 - red - blue;
        let factors = [
            2.0 * (1.0 - red),
            2.0 * (1.0 - blue) * blue / green,
            2.0 * (1.0 - red) * red / green,
            2.0 * (1.0 - blue),
        ];
        Self {
            luma_scale,
            luma_offset: -luma_low * luma_scale,
            chroma_scale,
            chroma_offset,
            factors,
            matrix: signal.matrix,
        }
    }

    fn luma(&self, luma: u16) -> f32 {
        f32::from(luma) * self.luma_scale + self.luma_offset
    }

    fn rgb(&self, luma: u16, blue: f32, red: f32) -> [f32; 3] {
        let luma = self.luma(luma);
        let blue = blue * self.chroma_scale + self.chroma_offset;
        let red = red * self.chroma_scale + self.chroma_offset;
        match self.matrix {
            IDENTITY => [red, luma, blue],
            // Here, `blue` is the green difference, and `red` is the orange difference.
            YCGCO => [luma - blue + red, luma + blue, luma - blue - red],
            _ => {
                let [red_red, green_blue, green_red, blue_blue] = self.factors;
                [
                    luma + red_red * red,
                    luma - green_blue * blue - green_red * red,
                    luma + blue_blue * blue,
                ]
            }
        }
    }
}
