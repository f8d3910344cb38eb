//! The meaning of an image's samples as code points (ITU-T H.273).

use png::CodingIndependentCodePoints;

use crate::formats::fields::Fields;

/// The code point "unspecified".
const UNSPECIFIED: u8 = 2;
/// The transfer function of sRGB.
const SRGB_TRANSFER: u8 = 13;
/// The primaries of BT.709 and sRGB.
const BT_709: u8 = 1;

/// Code points and range of coded samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Signal {
    primaries: u8,
    transfer: u8,
    /// The matrix that converted red, green and blue to luma and chroma.
    pub(super) matrix: u8,
    pub(super) is_full_range: bool,
}

impl Signal {
    /// Creates a signal from the code points of primaries, transfer function and matrix.
    pub(super) const fn new([primaries, transfer, matrix]: [u8; 3], is_full_range: bool) -> Self {
        Self {
            primaries,
            transfer,
            matrix,
            is_full_range,
        }
    }

    /// The signal of a bitstream that states none. For such a bitstream, HEVC specifies the limited
    /// range.
    pub(super) const UNSPECIFIED: Self = Self {
        primaries: UNSPECIFIED,
        transfer: UNSPECIFIED,
        matrix: UNSPECIFIED,
        is_full_range: false,
    };

    /// Reads the body of a `colr` box; `None` if it is not a complete `nclx` box.
    pub(super) fn from_nclx(colr: &[u8]) -> Option<Self> {
        let mut fields = Fields(colr.strip_prefix(b"nclx")?);
        let mut code = || Some(u8::try_from(fields.u16()?).unwrap_or(UNSPECIFIED));
        let points = [code()?, code()?, code()?];
        Some(Self::new(points, fields.u8()? & 0x80 != 0))
    }

    /// Returns the code points of the decoded image, which is RGB in full range; `None` if they
    /// describe sRGB.
    ///
    /// Like browsers and phones, this function treats the transfer functions of television as that
    /// of sRGB, and unspecified primaries as those of BT.709.
    pub(super) const fn code_points(self) -> Option<CodingIndependentCodePoints> {
        let primaries = match self.primaries {
            UNSPECIFIED => BT_709,
            primaries => primaries,
        };
        let transfer = match self.transfer {
            1 | UNSPECIFIED | 6 | 14 | 15 => SRGB_TRANSFER,
            transfer => transfer,
        };
        if primaries == BT_709 && transfer == SRGB_TRANSFER {
            return None;
        }
        Some(CodingIndependentCodePoints {
            color_primaries: primaries,
            transfer_function: transfer,
            matrix_coefficients: 0,
            is_video_full_range_image: true,
        })
    }

    /// Returns the weights of red and blue in luma.
    pub(super) const fn luma_weights(self) -> (f32, f32) {
        match self.matrix {
            1 => (0.2126, 0.0722),
            4 => (0.30, 0.11),
            7 => (0.212, 0.087),
            9 | 10 => (0.2627, 0.0593),
            // BT.601, also for an unspecified matrix.
            _ => (0.299, 0.114),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn signal(primaries: u8, transfer: u8) -> Signal {
        Signal {
            primaries,
            transfer,
            ..Signal::UNSPECIFIED
        }
    }

    #[test]
    fn a_signal_that_is_displayed_like_srgb_has_no_code_points() {
        for (primaries, transfer) in [(1, 13), (2, 2), (1, 1), (2, 6)] {
            assert_eq!(signal(primaries, transfer).code_points(), None);
        }
    }

    #[test]
    fn wide_primaries_and_an_hdr_transfer_stay_in_the_code_points() {
        let points = |primaries, transfer| {
            let points = signal(primaries, transfer).code_points().unwrap();
            (points.color_primaries, points.transfer_function)
        };
        assert_eq!(points(12, 1), (12, 13));
        assert_eq!(points(9, 16), (9, 16));
    }

    #[test]
    fn an_nclx_box_states_code_points_and_range() {
        let signal = Signal::from_nclx(b"nclx\0\x0c\0\x0d\0\x06\x80").unwrap();
        assert_eq!(
            (signal.primaries, signal.transfer, signal.matrix),
            (12, 13, 6)
        );
        assert!(signal.is_full_range);
        assert_eq!(Signal::from_nclx(b"nclx\0\x0c"), None);
        assert_eq!(Signal::from_nclx(b"prof\0\0\0\0\0\0\0"), None);
    }
}
