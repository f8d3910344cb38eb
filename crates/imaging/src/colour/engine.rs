//! The colour engine: profiles to transforms.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use moxcms::{
    ColorProfile, DataColorSpace, Layout, RenderingIntent, Transform8BitExecutor,
    Transform16BitExecutor, TransformOptions,
};

use super::Ignored;
use crate::decode::{Channels, Decoded, Samples};

/// Steps per channel at which a profile is held against sRGB.
const PROBE_STEPS: u32 = 17;

/// A transform from samples of one kind to sRGB of the same depth.
pub(super) enum Engine {
    Eight(Arc<Transform8BitExecutor>),
    Sixteen(Arc<Transform16BitExecutor>),
}

impl Engine {
    /// The transform that an embedded profile calls for; `None` if it is that of sRGB.
    ///
    /// Profiles come from outside, so a panic of the engine is an unreadable profile.
    pub(super) fn of_icc(icc: &[u8], decoded: &Decoded) -> Result<Option<Self>, Ignored> {
        // Nothing is shared with the closure but what it reads.
        catch_unwind(AssertUnwindSafe(|| {
            let profile = ColorProfile::new_from_slice(icc).map_err(|_| Ignored::Unreadable)?;
            if profile.color_space != space_of(decoded.channels) {
                return Err(Ignored::OtherChannels);
            }
            Self::through(&profile, decoded)
        }))
        .unwrap_or(Err(Ignored::Unreadable))
    }

    /// The transform from a profile that fits the picture's channels; `None` if it is sRGB's.
    pub(super) fn through(
        profile: &ColorProfile,
        decoded: &Decoded,
    ) -> Result<Option<Self>, Ignored> {
        let eight = transform(
            profile,
            decoded.channels,
            ColorProfile::create_transform_8bit,
        )?;
        if is_srgb(eight.as_ref(), decoded.channels) {
            return Ok(None);
        }
        Ok(Some(match decoded.samples {
            Samples::Eight(_) => Self::Eight(eight),
            Samples::Sixteen(_) => Self::Sixteen(transform(
                profile,
                decoded.channels,
                ColorProfile::create_transform_16bit,
            )?),
        }))
    }
}

fn transform<T>(
    profile: &ColorProfile,
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
    create(profile, from, &ColorProfile::new_srgb(), to, options).map_err(|_| Ignored::NoTransform)
}

const fn space_of(channels: Channels) -> DataColorSpace {
    match channels {
        Channels::Grey | Channels::GreyAlpha => DataColorSpace::Gray,
        Channels::Rgb | Channels::Rgba => DataColorSpace::Rgb,
        Channels::Cmyk => DataColorSpace::Cmyk,
    }
}

/// The engine's names for what goes in and what comes out; four inks are laid out like RGBA.
const fn layouts(channels: Channels) -> (Layout, Layout) {
    match channels {
        Channels::Grey => (Layout::Gray, Layout::Rgb),
        Channels::GreyAlpha => (Layout::GrayAlpha, Layout::Rgba),
        Channels::Rgb => (Layout::Rgb, Layout::Rgb),
        Channels::Rgba => (Layout::Rgba, Layout::Rgba),
        Channels::Cmyk => (Layout::Rgba, Layout::Rgb),
    }
}

/// Whether a transform moves no colour by more than 1 of 255.
///
/// Dozens of profiles in circulation say sRGB in their own words. Converting by them would cost
/// time and round every pixel once more, for nothing that can be seen.
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
                let before = probe[if is_grey(channels) { 0 } else { channel }];
                before.abs_diff(result[channel]) <= 1
            })
        })
}

const fn is_grey(channels: Channels) -> bool {
    matches!(channels, Channels::Grey | Channels::GreyAlpha)
}

/// Opaque pixels all over the space: every grey, or a grid of colours.
fn probes(channels: Channels) -> Vec<u8> {
    let steps = (0..PROBE_STEPS).map(|step| u8::try_from(step * 255 / (PROBE_STEPS - 1)));
    let steps: Vec<u8> = steps.map(|step| step.unwrap_or(u8::MAX)).collect();
    let mut probes = Vec::new();
    if is_grey(channels) {
        for grey in 0..=u8::MAX {
            probes.extend(&[grey, u8::MAX][..channels.count()]);
        }
        return probes;
    }
    for red in &steps {
        for green in &steps {
            for blue in &steps {
                probes.extend(&[*red, *green, *blue, u8::MAX][..channels.count()]);
            }
        }
    }
    probes
}
