//! The ways in which JPEG files store cyan, magenta, yellow and black.

use zune_jpeg::zune_core::colorspace::ColorSpace;

/// Brings stored components, four a pixel, to amounts of ink; others are left as they are.
///
/// Adobe's software stores inks inverted, 255 for none, and marks its files. In YCCK, which only
/// exists with that mark, YCbCr stands for what inks of that sort let through (Adobe Technical
/// Note 5116), so that the plain conversion to RGB gives the amounts.
pub(super) fn to_amounts(data: &mut [u8], stored: ColorSpace, has_adobe: bool) {
    match stored {
        ColorSpace::YCCK => {
            for [y, cb, cr, black] in data.as_chunks_mut::<4>().0 {
                [*y, *cb, *cr] = rgb(*y, *cb, *cr);
                *black = u8::MAX - *black;
            }
        }
        ColorSpace::CMYK if has_adobe => {
            for ink in data {
                *ink = u8::MAX - *ink;
            }
        }
        _ => {}
    }
}

/// YCbCr to RGB as JFIF defines it, in 16 bits of fraction.
fn rgb(y: u8, cb: u8, cr: u8) -> [u8; 3] {
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
    fn adobe_stores_inks_inverted_and_others_do_not() {
        let mut data = [0, 10, 245, 255];
        to_amounts(&mut data, ColorSpace::CMYK, false);
        assert_eq!(data, [0, 10, 245, 255]);
        to_amounts(&mut data, ColorSpace::CMYK, true);
        assert_eq!(data, [255, 245, 10, 0]);
    }

    #[test]
    fn ycck_gives_amounts_of_ink() {
        // Pure red of JFIF stands for full cyan; black is inverted.
        let mut data = [76, 85, 255, 0];
        to_amounts(&mut data, ColorSpace::YCCK, true);
        assert_eq!(data, [254, 0, 0, 255]);
    }
}
