//! What a PNG says about its colours other than by an ICC profile.

use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile,
    MatrixCoefficients, ToneReprCurve, TransferCharacteristics, XyY,
};
use png::{CodingIndependentCodePoints, SourceChromaticities};

use super::Ignored;
use super::engine::Engine;
use crate::decode::{Channels, Decoded};

/// Decoding exponents that are believed; others are damage or a joke.
const GAMMAS: std::ops::RangeInclusive<f32> = 0.1..=10.0;

/// The transform that a cICP chunk calls for (ITU-T H.273); `None` if it is sRGB's.
///
/// Transfer functions of HDR would need to be mapped to the range of a screen by taste, so they
/// are left to the chunks that say less, which such files carry for this purpose.
pub(super) fn code_points(
    points: CodingIndependentCodePoints,
    decoded: &Decoded,
) -> Result<Option<Engine>, Ignored> {
    use TransferCharacteristics as Transfer;
    let primaries = CicpColorPrimaries::try_from(points.color_primaries);
    let transfer = Transfer::try_from(points.transfer_function);
    let (Ok(color_primaries), Ok(transfer_characteristics)) = (primaries, transfer) else {
        return Err(Ignored::CodePoints);
    };
    let is_hdr = matches!(
        transfer_characteristics,
        Transfer::Smpte2084 | Transfer::Hlg
    );
    if is_hdr || !points.is_video_full_range_image || points.matrix_coefficients != 0 {
        return Err(Ignored::CodePoints);
    }
    let profile = ColorProfile::new_from_cicp(CicpProfile {
        color_primaries,
        transfer_characteristics,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    });
    let Some(curve) = profile.red_trc.clone() else {
        return Err(Ignored::CodePoints);
    };
    through(profile, curve, decoded).map_err(|_| Ignored::CodePoints)
}

/// The transform that gAMA, with cHRM or the primaries of sRGB, calls for; `None` if there is an
/// sRGB chunk, no gAMA, or nothing to do.
pub(super) fn gamma(decoded: &Decoded) -> Option<Engine> {
    let declared = &decoded.declared;
    let exponent = 1.0 / declared.gamma.filter(|_| !declared.srgb)?;
    if !GAMMAS.contains(&exponent) {
        return None;
    }
    let mut profile = ColorProfile::new_srgb();
    profile.cicp = None;
    if let Some(chromaticities) = declared.chromaticities {
        let (white, primaries) = primaries(chromaticities)?;
        profile.update_rgb_colorimetry(white, primaries);
    }
    // Primaries that make no space give no transform, and are not followed.
    through(profile, ToneReprCurve::Parametric(vec![exponent]), decoded)
        .ok()
        .flatten()
}

/// Grey has no primaries, only the curve.
fn through(
    mut profile: ColorProfile,
    curve: ToneReprCurve,
    decoded: &Decoded,
) -> Result<Option<Engine>, Ignored> {
    if matches!(decoded.channels, Channels::Grey | Channels::GreyAlpha) {
        let mut grey = ColorProfile::new_gray_with_gamma(1.0);
        grey.gray_trc = Some(curve);
        return Engine::through(&grey, decoded);
    }
    profile.red_trc = Some(curve.clone());
    profile.green_trc = Some(curve.clone());
    profile.blue_trc = Some(curve);
    let colorants = [
        profile.red_colorant,
        profile.green_colorant,
        profile.blue_colorant,
    ];
    let finite = colorants
        .iter()
        .all(|xyz| xyz.x.is_finite() && xyz.y.is_finite() && xyz.z.is_finite());
    if !finite {
        return Err(Ignored::NoTransform);
    }
    Engine::through(&profile, decoded)
}

fn primaries(stated: SourceChromaticities) -> Option<(XyY, ColorPrimaries)> {
    let point = |(x, y): (png::ScaledFloat, png::ScaledFloat)| {
        let (x, y) = (x.into_value(), y.into_value());
        (y > 0.0).then_some(Chromaticity { x, y })
    };
    let white = point(stated.white)?;
    let primaries = ColorPrimaries {
        red: point(stated.red)?,
        green: point(stated.green)?,
        blue: point(stated.blue)?,
    };
    let white = XyY {
        x: f64::from(white.x),
        y: f64::from(white.y),
        yb: 1.0,
    };
    Some((white, primaries))
}
