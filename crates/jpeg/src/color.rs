//! Color models, and the conversion of rows of samples to pixels.

/// The meaning of the components.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorModel {
    /// One component of luminance.
    Gray,
    /// YCbCr as JFIF defines it.
    YCbCr,
    /// Red, green and blue.
    Rgb,
    /// Four inks, as stored. In nearly all files, 255 means no ink, as in Adobe's software.
    Cmyk,
    /// The complements of cyan, magenta and yellow, coded as YCbCr, plus black as stored.
    Ycck,
}

impl ColorModel {
    /// Returns the number of samples per pixel.
    pub const fn samples_per_pixel(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::YCbCr | Self::Rgb => 3,
            Self::Cmyk | Self::Ycck => 4,
        }
    }
}

/// Adobe's APP14 segment (Adobe Technical Note 5116).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Adobe {
    /// The color transform: 0 for none, 1 for YCbCr, 2 for YCCK. Some files omit it.
    pub(crate) transform: Option<u8>,
}

/// The application segments that state the color model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ColorHints {
    pub(crate) is_jfif: bool,
    pub(crate) adobe: Option<Adobe>,
}

impl ColorHints {
    /// Returns the color model of components with these identifiers. Like libjpeg, this method
    /// treats an unknown transform as the usual one for the number of components.
    pub(crate) fn color_model(&self, identifiers: &[u8]) -> ColorModel {
        let transform = self.adobe.and_then(|adobe| adobe.transform);
        match (identifiers.len(), transform) {
            (1, _) => ColorModel::Gray,
            (4, None | Some(0)) => ColorModel::Cmyk,
            (4, _) => ColorModel::Ycck,
            _ if self.is_jfif => ColorModel::YCbCr,
            (_, Some(0)) => ColorModel::Rgb,
            (_, None) if identifiers == b"RGB" => ColorModel::Rgb,
            _ => ColorModel::YCbCr,
        }
    }
}

/// Converts a row of samples to pixels. `rows` has one row per component, and each row has at least as
/// many samples as there are pixels.
pub(crate) fn convert_row(model: ColorModel, rows: &[&[u8]], pixels: &mut [u8]) {
    match (model, rows) {
        (ColorModel::Gray, [gray]) => pixels.copy_from_slice(&gray[..pixels.len()]),
        (ColorModel::YCbCr, [y, cb, cr]) => ycbcr_to_rgb(y, cb, cr, pixels),
        (ColorModel::Rgb, [red, green, blue]) => {
            let samples = red.iter().zip(*green).zip(*blue);
            for (pixel, ((red, green), blue)) in pixels.as_chunks_mut().0.iter_mut().zip(samples) {
                *pixel = [*red, *green, *blue];
            }
        }
        (ColorModel::Cmyk, [cyan, magenta, yellow, black]) => {
            let samples = cyan.iter().zip(*magenta).zip(*yellow).zip(*black);
            let pixels = pixels.as_chunks_mut().0.iter_mut();
            for (pixel, (((cyan, magenta), yellow), black)) in pixels.zip(samples) {
                *pixel = [*cyan, *magenta, *yellow, *black];
            }
        }
        (ColorModel::Ycck, [y, cb, cr, black]) => {
            let samples = y.iter().zip(*cb).zip(*cr).zip(*black);
            let pixels = pixels.as_chunks_mut().0.iter_mut();
            for (pixel, (((y, cb), cr), black)) in pixels.zip(samples) {
                let [red, green, blue] = rgb(*y, *cb, *cr);
                *pixel = [255 - red, 255 - green, 255 - blue, *black];
            }
        }
        _ => {}
    }
}

/// The number of pixels that are converted at once.
const LANES: usize = 16;

fn ycbcr_to_rgb(y: &[u8], cb: &[u8], cr: &[u8], pixels: &mut [u8]) {
    let (groups, last) = pixels.as_chunks_mut::<{ 3 * LANES }>();
    let start = groups.len() * LANES;
    let samples = y.as_chunks::<LANES>().0.iter();
    let samples = samples
        .zip(cb.as_chunks::<LANES>().0)
        .zip(cr.as_chunks::<LANES>().0);
    for (group, ((y, cb), cr)) in groups.iter_mut().zip(samples) {
        let mut planes = [[0; LANES]; 3];
        for lane in 0..LANES {
            let pixel = rgb(y[lane], cb[lane], cr[lane]);
            planes[0][lane] = pixel[0];
            planes[1][lane] = pixel[1];
            planes[2][lane] = pixel[2];
        }
        for (lane, pixel) in group.as_chunks_mut().0.iter_mut().enumerate() {
            *pixel = [planes[0][lane], planes[1][lane], planes[2][lane]];
        }
    }
    for (lane, pixel) in last.as_chunks_mut().0.iter_mut().enumerate() {
        *pixel = rgb(y[start + lane], cb[start + lane], cr[start + lane]);
    }
}

/// Converts a pixel from YCbCr to RGB by the formula of JFIF. Rounds like libjpeg: 16 fractional
/// bits, half up.
///
/// A factor that exceeds 15 bits is split into a whole number and a remainder. So every product is
/// of two 16-bit numbers, which processors multiply fastest.
#[inline(always)]
fn rgb(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    const HALF: i32 = 1 << 15;
    let product = |a: i16, b: i16| i32::from(a) * i32::from(b);
    let (y, cb, cr) = (i16::from(y), i16::from(cb) - 128, i16::from(cr) - 128);
    let sample = |value: i16| value.clamp(0, 255) as u8;
    // 1.402 = 1 + 0.402; -0.71414 = 0.28586 - 1; 1.772 = 2 - 0.228. -0.34414 is not split.
    let red = ((product(cr, 26_345) + HALF) >> 16) as i16;
    let green = ((product(cb, -22_554) + product(cr, 18_734) + HALF) >> 16) as i16;
    let blue = ((product(cb, -14_942) + HALF) >> 16) as i16;
    [
        sample(y + cr + red),
        sample(y - cr + green),
        sample(y + cb + cb + blue),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    const YCBCR: [u8; 3] = [1, 2, 3];

    fn model(is_jfif: bool, transform: Option<Option<u8>>, identifiers: &[u8]) -> ColorModel {
        let adobe = transform.map(|transform| Adobe { transform });
        ColorHints { is_jfif, adobe }.color_model(identifiers)
    }

    #[test]
    fn the_color_model_follows_from_segments_and_identifiers() {
        assert_eq!(model(false, None, &YCBCR), ColorModel::YCbCr);
        assert_eq!(model(false, None, b"RGB"), ColorModel::Rgb);
        assert_eq!(model(true, None, b"RGB"), ColorModel::YCbCr);
        assert_eq!(model(false, Some(Some(0)), &YCBCR), ColorModel::Rgb);
        assert_eq!(model(true, Some(Some(0)), &YCBCR), ColorModel::YCbCr);
        for transform in 1..=255 {
            assert_eq!(
                model(false, Some(Some(transform)), b"RGB"),
                ColorModel::YCbCr
            );
            assert_eq!(
                model(false, Some(Some(transform)), b"CMYK"),
                ColorModel::Ycck
            );
        }
        assert_eq!(model(false, Some(None), &YCBCR), ColorModel::YCbCr);
        assert_eq!(model(false, Some(None), b"CMYK"), ColorModel::Cmyk);
        assert_eq!(model(true, None, b"CMYK"), ColorModel::Cmyk);
        assert_eq!(model(true, Some(Some(2)), &[1]), ColorModel::Gray);
    }

    #[test]
    fn every_color_equals_the_definition_rounded_half_up() {
        for (cb, cr) in (0..=255).flat_map(|cb| (0..=255).map(move |cr| (cb, cr))) {
            let (blue, red) = (f64::from(cb) - 128.0, f64::from(cr) - 128.0);
            for y in [0, 1, 100, 127, 254, 255_u8] {
                let exact = [1.402 * red, -0.344_14 * blue - 0.714_14 * red, 1.772 * blue]
                    .map(|offset| (f64::from(y) + offset).clamp(0.0, 255.0));
                for (exact, ours) in exact.into_iter().zip(rgb(y, cb, cr)) {
                    assert!((exact - f64::from(ours)).abs() < 0.51, "{y} {cb} {cr}");
                }
            }
        }
    }

    #[test]
    fn groups_of_pixels_equal_single_pixels() {
        let plane =
            |factor: usize| -> Vec<u8> { (0..45).map(|at| (at * factor % 256) as u8).collect() };
        let (y, cb, cr) = (plane(37), plane(91), plane(11));
        let mut pixels = vec![0; 3 * 45];
        convert_row(ColorModel::YCbCr, &[&y, &cb, &cr], &mut pixels);
        for (at, pixel) in pixels.as_chunks::<3>().0.iter().enumerate() {
            assert_eq!(*pixel, rgb(y[at], cb[at], cr[at]));
        }
    }
}
