//! The representations of CMYK in JPEG files.

use zune_jpeg::zune_core::colorspace::ColorSpace;

/// Converts CMYK and YCCK pixels to amounts of ink in place; other color spaces are left unchanged.
///
/// Adobe's software stores inverted CMYK (255 is no ink) and adds a marker to its files. YCCK exists
/// only with that marker. Its YCbCr part encodes the complement of the inverted inks (Adobe Technical
/// Note 5116), so the plain conversion to RGB yields amounts of ink.
pub(super) fn to_ink_amounts(data: &mut [u8], stored: ColorSpace, has_adobe_marker: bool) {
    match stored {
        ColorSpace::YCCK => {
            for [y, cb, cr, black] in data.as_chunks_mut::<4>().0 {
                [*y, *cb, *cr] = ycbcr_to_rgb(*y, *cb, *cr);
                *black = u8::MAX - *black;
            }
        }
        ColorSpace::CMYK if has_adobe_marker => {
            for sample in data {
                *sample = u8::MAX - *sample;
            }
        }
        _ => {}
    }
}

/// Converts YCbCr to RGB as JFIF defines it, in fixed-point arithmetic with 16 fractional bits.
fn ycbcr_to_rgb(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    let (y, cb, cr) = (i32::from(y) << 16, i32::from(cb) - 128, i32::from(cr) - 128);
    [
        y + 91_881 * cr,
        y - 22_554 * cb - 46_802 * cr,
        y + 116_130 * cb,
    ]
    .map(|value| u8::try_from(((value + 32_768) >> 16).clamp(0, 255)).unwrap_or(u8::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cmyk_is_inverted_only_with_adobes_marker() {
        let mut data = [0, 10, 245, 255];
        to_ink_amounts(&mut data, ColorSpace::CMYK, false);
        assert_eq!(data, [0, 10, 245, 255]);
        to_ink_amounts(&mut data, ColorSpace::CMYK, true);
        assert_eq!(data, [255, 245, 10, 0]);
    }

    #[test]
    fn ycck_becomes_amounts_of_ink() {
        // JFIF's pure red encodes full cyan; black is inverted.
        let mut data = [76, 85, 255, 0];
        to_ink_amounts(&mut data, ColorSpace::YCCK, true);
        assert_eq!(data, [254, 0, 0, 255]);
    }
}
