//! Black point compensation for profiles without a perceptual table of their own.
//!
//! A perceptual table maps full ink to black. Some profiles store the colorimetric table in its
//! place, or have only that table. A colorimetric table states how light full ink really is, so
//! dark parts would become gray. For such profiles, XYZ is scaled along the line from the profile's
//! black to white, so that the profile's black becomes black, as in Adobe's black point
//! compensation (ISO 18619).

use moxcms::{ColorProfile, Layout, RenderingIntent, ToneReprCurve, TransformOptions};

use crate::decoded::Channels;

/// The highest luminance of black that is fully compensated (L* 50). A lighter black is compensated
/// as if it had this luminance.
const MAX_BLACK: f32 = 0.184;
/// The highest luminance of black that does not need compensation. It is just below that of gray
/// level 1 of 255 in sRGB.
const MIN_BLACK: f32 = 0.0003;

/// The curve of sRGB (IEC 61966-2-1): its exponent, its slope and offset above the linear part, and the
/// slope and end of the linear part.
const EXPONENT: f32 = 2.4;
const SLOPE: f32 = 1.0 / 1.055;
const OFFSET: f32 = 0.055 / 1.055;
const LINEAR_SLOPE: f32 = 1.0 / 12.92;
const LINEAR_END: f32 = 0.040_45;

/// Copies the colorimetric table of a profile to the place of the perceptual table, if the profile
/// has no perceptual table.
pub(super) fn fill_perceptual_table(profile: &mut ColorProfile) {
    if profile.lut_a_to_b_perceptual.is_none() {
        profile.lut_a_to_b_perceptual = profile.lut_a_to_b_colorimetric.clone();
    }
}

/// Returns the target profile, which is sRGB. If the perceptual table of `source` equals its
/// colorimetric table, sRGB's black is raised to the black of `source`.
pub(super) fn target(source: &ColorProfile, channels: Channels) -> ColorProfile {
    let mut srgb = ColorProfile::new_srgb();
    let is_shared = source.lut_a_to_b_perceptual.is_some()
        && source.lut_a_to_b_perceptual == source.lut_a_to_b_colorimetric;
    let black = is_shared.then(|| black_of(source, channels)).flatten();
    if let Some(black) = black.filter(|black| *black > MIN_BLACK) {
        let curve = curve_from(black.min(MAX_BLACK));
        srgb.cicp = None;
        srgb.red_trc = Some(curve.clone());
        srgb.green_trc = Some(curve.clone());
        srgb.blue_trc = Some(curve);
    }
    srgb
}

/// Returns the curve of sRGB, scaled so that 0 has the luminance `black` and 1 stays white.
///
/// Mapping to a neutral black scales all three linear channels by the same amount, so their curves
/// can include the scaling.
fn curve_from(black: f32) -> ToneReprCurve {
    let scale = 1.0 - black;
    let inner = scale.powf(1.0 / EXPONENT);
    ToneReprCurve::Parametric(vec![
        EXPONENT,
        SLOPE * inner,
        OFFSET * inner,
        LINEAR_SLOPE * scale,
        LINEAR_END,
        black,
        black,
    ])
}

/// Returns the luminance of the darkest color of a profile.
fn black_of(profile: &ColorProfile, channels: Channels) -> Option<f32> {
    let (layout, darkest) = match channels {
        Channels::Gray | Channels::GrayAlpha => (Layout::Gray, vec![0]),
        Channels::Rgb | Channels::Rgba => (Layout::Rgb, vec![0; 3]),
        // Printers limit the total amount of ink, so black is seldom full ink in all four channels.
        // The profile states the amounts that print black. If it states no amounts, full ink in all
        // channels counts as black.
        Channels::Cmyk => (Layout::Rgba, black_ink(profile).unwrap_or(vec![255; 4])),
    };
    let mut rgb = [0; 3];
    profile
        .create_transform_8bit(layout, &ColorProfile::new_srgb(), Layout::Rgb, perceptual())
        .ok()?
        .transform(&darkest, &mut rgb)
        .ok()?;
    let [red, green, blue] = rgb.map(linear);
    Some(0.2126 * red + 0.7152 * green + 0.0722 * blue)
}

/// Returns the amounts of ink with which a profile prints black.
fn black_ink(profile: &ColorProfile) -> Option<Vec<u8>> {
    let mut ink = vec![0; 4];
    ColorProfile::new_srgb()
        .create_transform_8bit(Layout::Rgb, profile, Layout::Rgba, perceptual())
        .ok()?
        .transform(&[0; 3], &mut ink)
        .ok()?;
    Some(ink)
}

fn perceptual() -> TransformOptions {
    TransformOptions {
        rendering_intent: RenderingIntent::Perceptual,
        ..TransformOptions::default()
    }
}

fn linear(level: u8) -> f32 {
    let level = f32::from(level) / 255.0;
    if level < LINEAR_END {
        level * LINEAR_SLOPE
    } else {
        (level * SLOPE + OFFSET).powf(EXPONENT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_raised_curve_begins_at_black_and_ends_at_white() {
        let ToneReprCurve::Parametric(curve) = curve_from(0.05) else {
            panic!("the curve is parametric");
        };
        let curve = moxcms::ParametricCurve::new(&curve).unwrap();
        assert!((curve.eval(0.0) - 0.05).abs() < 1e-6);
        assert!((curve.eval(1.0) - 1.0).abs() < 1e-6);
        let middle = 0.05 + 0.95 * linear(128);
        assert!((curve.eval(128.0 / 255.0) - middle).abs() < 1e-5);
    }
}
