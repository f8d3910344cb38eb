//! Which colour space the samples of a picture are in.

use std::sync::Arc;

use moxcms::{ColorProfile, DataColorSpace, Layout, RenderingIntent, TransformOptions};
use moxcms::{Transform8BitExecutor, Transform16BitExecutor};

use crate::decode::{Channels, Decoded, Samples};

/// How samples are brought to sRGB.
pub(super) enum Space {
    /// They are sRGB already, or grey on its curve; CMYK is laid on white.
    Srgb,
    /// 8-bit samples through a colour engine.
    Eight(Arc<Transform8BitExecutor>),
    /// 16-bit samples through a colour engine.
    Sixteen(Arc<Transform16BitExecutor>),
}

/// Why an embedded profile is not used.
#[derive(Debug, thiserror::Error)]
pub(super) enum Ignored {
    #[error("the embedded colour profile cannot be read")]
    Unreadable,
    #[error("the embedded colour profile is for other channels than the picture has")]
    OtherChannels,
    #[error("the embedded colour profile cannot be converted to sRGB")]
    NoTransform,
}

impl Space {
    /// The space of a picture with this ICC profile, if it has one.
    pub(super) fn of(decoded: &Decoded, icc: Option<&[u8]>) -> Result<Self, Ignored> {
        let Some(icc) = icc else {
            return Ok(Self::without_profile(decoded));
        };
        let profile = ColorProfile::new_from_slice(icc).map_err(|_| Ignored::Unreadable)?;
        let expected = match decoded.channels {
            Channels::Grey | Channels::GreyAlpha => DataColorSpace::Gray,
            Channels::Rgb | Channels::Rgba => DataColorSpace::Rgb,
            Channels::Cmyk => DataColorSpace::Cmyk,
        };
        if profile.color_space != expected {
            return Err(Ignored::OtherChannels);
        }
        Self::through(decoded, &profile)
    }

    /// The space of a picture that carries no usable profile.
    pub(super) fn without_profile(_decoded: &Decoded) -> Self {
        Self::Srgb
    }

    fn through(decoded: &Decoded, profile: &ColorProfile) -> Result<Self, Ignored> {
        let (from, to) = layouts(decoded.channels);
        let srgb = ColorProfile::new_srgb();
        let options = TransformOptions {
            rendering_intent: RenderingIntent::Perceptual,
            ..TransformOptions::default()
        };
        match decoded.samples {
            Samples::Eight(_) => profile
                .create_transform_8bit(from, &srgb, to, options)
                .map(Self::Eight),
            Samples::Sixteen(_) => profile
                .create_transform_16bit(from, &srgb, to, options)
                .map(Self::Sixteen),
        }
        .map_err(|_| Ignored::NoTransform)
    }
}

/// The colour engine's names for what goes in and what comes out.
fn layouts(channels: Channels) -> (Layout, Layout) {
    match channels {
        Channels::Grey => (Layout::Gray, Layout::Rgb),
        Channels::GreyAlpha => (Layout::GrayAlpha, Layout::Rgba),
        Channels::Rgb => (Layout::Rgb, Layout::Rgb),
        Channels::Rgba => (Layout::Rgba, Layout::Rgba),
        Channels::Cmyk => (Layout::Rgba, Layout::Rgb),
    }
}
