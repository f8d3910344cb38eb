//! The color space of decoded samples.

use jxl::api::{
    JxlColorEncoding, JxlColorProfile, JxlPrimaries, JxlTransferFunction, JxlWhitePoint,
};
use png::CodingIndependentCodePoints;

use super::decoder::Decoder;
use crate::decoded::DeclaredColor;

/// The code points of sRGB (ITU-T H.273): primaries and transfer function.
const SRGB: (u8, u8) = (1, 13);

/// Returns the color information of the samples, except an ICC profile. Call
/// [`Decoder::set_format`] first, because the format determines the color space into which the
/// samples are decoded.
pub(super) fn declared_color<I: jxl::api::JxlBitstreamInput>(
    decoder: &Decoder<I>,
) -> DeclaredColor {
    let points = code_points(decoder.output_profile());
    let has_icc = matches!(decoder.profile, JxlColorProfile::Icc(_));
    // Samples without any color information count as sRGB, so sRGB need not be declared. The
    // exception is a file with an ICC profile whose samples are decoded to sRGB: the declaration
    // prevents the profile from being applied.
    let points = points.filter(|points| has_icc || *points != SRGB);
    DeclaredColor {
        code_points: points.map(|(color_primaries, transfer_function)| {
            CodingIndependentCodePoints {
                color_primaries,
                transfer_function,
                matrix_coefficients: 0,
                is_video_full_range_image: true,
            }
        }),
        ..DeclaredColor::default()
    }
}

/// Returns an ICC profile for a color space that code points cannot express, such as one with a
/// gamma value or with custom primaries; `None` for any other color space.
pub(super) fn icc_of_encoding(profile: &JxlColorProfile) -> Option<Vec<u8>> {
    let is_expressed = code_points(profile).is_some();
    match profile {
        JxlColorProfile::Simple(JxlColorEncoding::XYB { .. }) | JxlColorProfile::Icc(_) => None,
        JxlColorProfile::Simple(_) if is_expressed => None,
        JxlColorProfile::Simple(_) => profile.try_as_icc().map(std::borrow::Cow::into_owned),
    }
}

/// Returns the code points of the primaries and the transfer function; `None` if the color space
/// has no code points.
fn code_points(profile: &JxlColorProfile) -> Option<(u8, u8)> {
    let JxlColorProfile::Simple(encoding) = profile else {
        return None;
    };
    match encoding {
        JxlColorEncoding::RgbColorSpace {
            white_point,
            primaries,
            transfer_function,
            ..
        } => {
            let primaries = match (primaries, white_point) {
                (JxlPrimaries::SRGB, JxlWhitePoint::D65) => 1,
                (JxlPrimaries::BT2100, JxlWhitePoint::D65) => 9,
                (JxlPrimaries::P3, JxlWhitePoint::DCI) => 11,
                (JxlPrimaries::P3, JxlWhitePoint::D65) => 12,
                _ => return None,
            };
            Some((primaries, transfer_code(transfer_function)?))
        }
        JxlColorEncoding::GrayscaleColorSpace {
            white_point: JxlWhitePoint::D65,
            transfer_function,
            ..
        } => Some((SRGB.0, transfer_code(transfer_function)?)),
        _ => None,
    }
}

const fn transfer_code(function: &JxlTransferFunction) -> Option<u8> {
    Some(match function {
        JxlTransferFunction::BT709 => 1,
        JxlTransferFunction::Linear => 8,
        JxlTransferFunction::SRGB => SRGB.1,
        JxlTransferFunction::PQ => 16,
        JxlTransferFunction::DCI => 17,
        JxlTransferFunction::HLG => 18,
        JxlTransferFunction::Gamma(_) => return None,
    })
}
