//! Conversion of YCbCr to RGB.

use super::image::YuvImage;
use super::resample::resampled_chroma;
use crate::Rejection;
use crate::geometry::{Rect, Size};
use crate::pixels::{Layout, Pixels};

/// The weights of BT.601 with 16 fractional bits: of luma; of red-difference chroma in red and in
/// green; and of blue-difference chroma in green and in blue.
const LUMA: i32 = 76_309;
const V_IN_RED: i32 = 104_597;
const V_IN_GREEN: i32 = -53_279;
const U_IN_GREEN: i32 = -25_675;
const U_IN_BLUE: i32 = 132_201;

impl YuvImage {
    /// Converts a rectangle of the image to RGB pixels, scaled to `size`.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn to_rgb(&self, source: Rect, size: Size) -> Result<Pixels, Rejection> {
        let y = self.resampled_luma(source, size)?;
        let u = resampled_chroma(&self.u, source, size)?;
        let v = resampled_chroma(&self.v, source, size)?;
        let mut pixels = Pixels::zeroed(size, Layout::Rgb)?;
        let samples = y.samples.iter().zip(&u.samples).zip(&v.samples);
        let targets = pixels.data.as_chunks_mut::<3>().0;
        for (pixel, ((y, u), v)) in targets.iter_mut().zip(samples) {
            *pixel = rgb(*y, *u, *v);
        }
        Ok(pixels)
    }
}

fn rgb(y: u8, u: u8, v: u8) -> [u8; 3] {
    let [u, v] = [u, v].map(|chroma| i32::from(chroma) - 128);
    let luma = (i32::from(y) - 16) * LUMA + (1 << 15);
    let differences = [V_IN_RED * v, U_IN_GREEN * u + V_IN_GREEN * v, U_IN_BLUE * u];
    differences.map(|difference| ((luma + difference) >> 16).clamp(0, 255) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_white_and_primaries_are_those_of_bt_601() {
        assert_eq!(rgb(16, 128, 128), [0, 0, 0]);
        assert_eq!(rgb(235, 128, 128), [255, 255, 255]);
        for (yuv, expected) in [
            ([81, 90, 240], [255, 0, 0]),
            ([145, 54, 34], [0, 255, 0]),
            ([41, 240, 110], [0, 0, 255]),
        ] {
            let [y, u, v] = yuv;
            let off = rgb(y, u, v).into_iter().zip(expected);
            let off = off.map(|(a, b): (u8, u8)| a.abs_diff(b)).max();
            assert!(off <= Some(2), "{yuv:?}");
        }
    }
}
