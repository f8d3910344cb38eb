//! Transforms from color profiles to sRGB, by moxcms.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use moxcms::{
    ColorProfile, DataColorSpace, Layout, RenderingIntent, Transform8BitExecutor,
    Transform16BitExecutor, TransformOptions,
};

use super::black_point;
use super::ignored::Ignored;
use crate::decoded::{Channels, SampleSpec};

/// The number of levels per channel at which an RGB profile is compared with sRGB.
const PROBE_LEVELS: u32 = 17;

/// A transform from samples of one bit depth to sRGB samples of the same depth.
pub(super) enum Transform {
    Eight(Arc<Transform8BitExecutor>),
    Sixteen(Arc<Transform16BitExecutor>),
}

impl Transform {
    /// Returns the transform for 16-bit samples, if this is such a transform.
    pub(super) fn sixteen(&self) -> Option<&Transform16BitExecutor> {
        match self {
            Self::Eight(_) => None,
            Self::Sixteen(transform) => Some(transform.as_ref()),
        }
    }

    /// Creates the transform of an embedded profile; `None` if the profile is sRGB.
    ///
    /// Profiles are untrusted input, so a profile that makes the color engine panic counts as
    /// unreadable.
    pub(super) fn from_icc(icc: &[u8], spec: &SampleSpec) -> Result<Option<Self>, Ignored> {
        // The closure is unwind-safe because it only reads its captures.
        catch_unwind(AssertUnwindSafe(|| {
            let mut profile =
                ColorProfile::new_from_slice(icc).map_err(|_| Ignored::UnreadableProfile)?;
            if profile.color_space != color_space(spec.channels) {
                return Err(Ignored::WrongChannels);
            }
            black_point::fill_perceptual_table(&mut profile);
            Self::from_profile(&profile, spec)
        }))
        .unwrap_or(Err(Ignored::UnreadableProfile))
    }

    /// Creates the transform of a profile that fits the image's channels; `None` if the profile is
    /// sRGB.
    pub(super) fn from_profile(
        profile: &ColorProfile,
        spec: &SampleSpec,
    ) -> Result<Option<Self>, Ignored> {
        let channels = spec.channels;
        let target = &black_point::target(profile, channels);
        let eight = to_target(
            profile,
            target,
            channels,
            ColorProfile::create_transform_8bit,
        )?;
        if is_srgb(eight.as_ref(), channels) {
            return Ok(None);
        }
        Ok(Some(match spec.is_sixteen_bit {
            false => Self::Eight(eight),
            true => {
                let create = ColorProfile::create_transform_16bit;
                Self::Sixteen(to_target(profile, target, channels, create)?)
            }
        }))
    }
}

fn to_target<T>(
    profile: &ColorProfile,
    target: &ColorProfile,
    channels: Channels,
    create: impl Fn(
        &ColorProfile,
        Layout,
        &ColorProfile,
        Layout,
        TransformOptions,
    ) -> Result<T, moxcms::CmsError>,
) -> Result<T, Ignored> {
    let (from, to) = layouts(channels);
    let options = TransformOptions {
        rendering_intent: RenderingIntent::Perceptual,
        ..TransformOptions::default()
    };
    create(profile, from, target, to, options).map_err(|_| Ignored::NoTransform)
}

const fn color_space(channels: Channels) -> DataColorSpace {
    match channels {
        Channels::Gray | Channels::GrayAlpha => DataColorSpace::Gray,
        Channels::Rgb | Channels::Rgba => DataColorSpace::Rgb,
        Channels::Cmyk => DataColorSpace::Cmyk,
    }
}

/// Returns the color engine's input and output layouts; CMYK is laid out like RGBA.
const fn layouts(channels: Channels) -> (Layout, Layout) {
    match channels {
        Channels::Gray => (Layout::Gray, Layout::Rgb),
        Channels::GrayAlpha => (Layout::GrayAlpha, Layout::Rgba),
        Channels::Rgb => (Layout::Rgb, Layout::Rgb),
        Channels::Rgba => (Layout::Rgba, Layout::Rgba),
        Channels::Cmyk => (Layout::Rgba, Layout::Rgb),
    }
}

/// Returns whether a transform changes each channel of every probed color by at most 1 of 255. A
/// CMYK transform never counts as sRGB.
///
/// Dozens of profiles in circulation are variants of sRGB. Applying them would cost time and round
/// every pixel once more, without a visible difference.
fn is_srgb(transform: &Transform8BitExecutor, channels: Channels) -> bool {
    let probes = probes(channels);
    let width = layouts(channels).1.channels();
    let count = probes.len() / channels.count();
    let mut results = vec![0; count * width];
    if channels == Channels::Cmyk || transform.transform(&probes, &mut results).is_err() {
        return false;
    }
    probes
        .chunks_exact(channels.count())
        .zip(results.chunks_exact(width))
        .all(|(probe, result)| {
            (0..3).all(|channel| {
                let before = probe[if channels.is_gray() { 0 } else { channel }];
                before.abs_diff(result[channel]) <= 1
            })
        })
}

/// Returns opaque pixels that cover the color space: every gray level, or a grid of colors.
fn probes(channels: Channels) -> Vec<u8> {
    let levels = (0..PROBE_LEVELS).map(|level| u8::try_from(level * 255 / (PROBE_LEVELS - 1)));
    let levels: Vec<u8> = levels.map(|level| level.unwrap_or(u8::MAX)).collect();
    let mut probes = Vec::new();
    if channels.is_gray() {
        for gray in 0..=u8::MAX {
            probes.extend(&[gray, u8::MAX][..channels.count()]);
        }
        return probes;
    }
    for red in &levels {
        for green in &levels {
            for blue in &levels {
                probes.extend(&[*red, *green, *blue, u8::MAX][..channels.count()]);
            }
        }
    }
    probes
}
