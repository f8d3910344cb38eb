//! Transforms from color information other than ICC profiles: code points, gamma, chromaticities.

use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile,
    MatrixCoefficients, ToneReprCurve, TransferCharacteristics, XyY,
};
use png::{CodingIndependentCodePoints, SourceChromaticities};

use super::ignored::Ignored;
use super::transform::Transform;
use crate::decoded::SampleSpec;

/// The decoding exponents that are applied. Exponents outside this range are implausible and
/// ignored.
const GAMMAS: std::ops::RangeInclusive<f32> = 0.1..=10.0;

/// The gAMA value of sRGB, and the relative difference up to which a gAMA value without cHRM means
/// sRGB. libpng has the same threshold.
const SRGB_GAMMA: f32 = 1.0 / 2.2;
const GAMMA_TOLERANCE: f32 = 0.05;

/// Creates the transform for code points (ITU-T H.273); `None` if they mean sRGB.
///
/// HDR transfer functions are not supported, because there is no single correct tone mapping. HDR
/// files contain less specific color information as a fallback.
pub(super) fn from_code_points(
    points: CodingIndependentCodePoints,
    spec: &SampleSpec,
) -> Result<Option<Transform>, Ignored> {
    let primaries = CicpColorPrimaries::try_from(points.color_primaries);
    let transfer = TransferCharacteristics::try_from(points.transfer_function);
    let (Ok(color_primaries), Ok(transfer_characteristics)) = (primaries, transfer) else {
        return Err(Ignored::UnsupportedCodePoints);
    };
    let is_hdr = matches!(
        transfer_characteristics,
        TransferCharacteristics::Smpte2084 | TransferCharacteristics::Hlg
    );
    if is_hdr || !points.is_video_full_range_image || points.matrix_coefficients != 0 {
        return Err(Ignored::UnsupportedCodePoints);
    }
    let profile = ColorProfile::new_from_cicp(CicpProfile {
        color_primaries,
        transfer_characteristics,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    });
    let Some(curve) = profile.red_trc.clone() else {
        return Err(Ignored::UnsupportedCodePoints);
    };
    from_curve(profile, curve, spec).map_err(|_| Ignored::UnsupportedCodePoints)
}

/// Creates the transform from gAMA and cHRM. Without cHRM, the primaries are those of sRGB. Returns
/// `None` if there is an sRGB chunk, if there is no gAMA, or if the values are invalid or mean
/// sRGB.
///
/// A gAMA of 45455 alone means sRGB, as in Chromium: writers add it for readers that do not know the sRGB
/// chunk (PNG, section 11.3.2.5). The samples then follow the sRGB curve, not a power of 2.2. With
/// cHRM, any gAMA is applied as a power, even if both chunks have the values of sRGB. Chromium and
/// Firefox show such files this way.
pub(super) fn from_gamma(spec: &SampleSpec) -> Option<Transform> {
    let declared = &spec.declared_color;
    let gamma = declared.gamma.filter(|_| !declared.is_srgb)?;
    let is_srgb_gamma = (gamma / SRGB_GAMMA - 1.0).abs() <= GAMMA_TOLERANCE;
    if is_srgb_gamma && declared.chromaticities.is_none() {
        return None;
    }
    let exponent = 1.0 / gamma;
    if !GAMMAS.contains(&exponent) {
        return None;
    }
    let mut profile = ColorProfile::new_srgb();
    profile.cicp = None;
    if let Some(chromaticities) = declared.chromaticities {
        let (white, primaries) = primaries(chromaticities)?;
        profile.update_rgb_colorimetry(white, primaries);
    }
    // Degenerate primaries do not yield a transform and are ignored.
    from_curve(profile, ToneReprCurve::Parametric(vec![exponent]), spec)
        .ok()
        .flatten()
}

/// Creates the transform of `profile` with `curve` as its tone curve. A gray image has no
/// primaries, so only the curve counts for it.
fn from_curve(
    mut profile: ColorProfile,
    curve: ToneReprCurve,
    spec: &SampleSpec,
) -> Result<Option<Transform>, Ignored> {
    if spec.channels.is_gray() {
        let mut gray = ColorProfile::new_gray_with_gamma(1.0);
        gray.gray_trc = Some(curve);
        return Transform::from_profile(&gray, spec);
    }
    profile.red_trc = Some(curve.clone());
    profile.green_trc = Some(curve.clone());
    profile.blue_trc = Some(curve);
    let colorants = [
        profile.red_colorant,
        profile.green_colorant,
        profile.blue_colorant,
    ];
    let is_finite = colorants
        .iter()
        .all(|xyz| xyz.x.is_finite() && xyz.y.is_finite() && xyz.z.is_finite());
    if !is_finite {
        return Err(Ignored::NoTransform);
    }
    Transform::from_profile(&profile, spec)
}

/// Returns the white point and the primaries; `None` if one of them is invalid.
fn primaries(chromaticities: SourceChromaticities) -> Option<(XyY, ColorPrimaries)> {
    let point = |(x, y): (png::ScaledFloat, png::ScaledFloat)| {
        let (x, y) = (x.into_value(), y.into_value());
        (y > 0.0).then_some(Chromaticity { x, y })
    };
    let white = point(chromaticities.white)?;
    let primaries = ColorPrimaries {
        red: point(chromaticities.red)?,
        green: point(chromaticities.green)?,
        blue: point(chromaticities.blue)?,
    };
    let white = XyY {
        x: f64::from(white.x),
        y: f64::from(white.y),
        yb: 1.0,
    };
    Some((white, primaries))
}
