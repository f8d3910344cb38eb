//! The format of decoded samples.

use jxl::api::{
    Endianness, ExtraChannel, JxlBasicInfo, JxlBitDepth, JxlColorEncoding, JxlColorProfile,
    JxlColorType, JxlDataFormat, JxlPixelFormat,
};

use crate::Rejection;
use crate::decoded::Channels;

/// Channels and depth of decoded samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SampleFormat {
    pub(super) channels: Channels,
    /// `true` for 16 bits per sample, `false` for 8.
    pub(super) is_deep: bool,
}

impl SampleFormat {
    /// The format of every frame of an animation.
    pub(super) const FRAME: Self = Self {
        channels: Channels::Rgba,
        is_deep: false,
    };

    /// Returns the format for a still image.
    ///
    /// # Errors
    /// `unsupported_format` if there is no format for the channels of the image.
    pub(super) fn of_still(
        info: &JxlBasicInfo,
        profile: &JxlColorProfile,
    ) -> Result<Self, Rejection> {
        let has = |kind| {
            let mut channels = info.extra_channels.iter();
            channels.any(|channel| channel.ec_type == kind)
        };
        let is_coded_as_xyb = !info.uses_original_profile;
        if matches!(
            profile,
            JxlColorProfile::Simple(JxlColorEncoding::XYB { .. })
        ) && !is_coded_as_xyb
        {
            return Err(Rejection::unsupported(
                "the samples of the image are XYB, which is not supported",
            ));
        }
        let channels = match (
            profile.channels(),
            has(ExtraChannel::Black),
            has(ExtraChannel::Alpha),
        ) {
            (4, true, false) => Channels::Cmyk,
            (4, ..) | (_, true, _) => {
                return Err(Rejection::unsupported(
                    "the image is CMYK with alpha or with a profile of another color space",
                ));
            }
            (1, _, false) => Channels::Gray,
            (1, _, true) => Channels::GrayAlpha,
            (_, _, false) => Channels::Rgb,
            (_, _, true) => Channels::Rgba,
        };
        Ok(Self {
            channels,
            is_deep: info.bit_depth != JxlBitDepth::Int { bits_per_sample: 8 }
                && info.bit_depth.bits_per_sample() >= 8,
        })
    }

    /// Returns the bytes per sample.
    pub(super) const fn sample_bytes(self) -> u64 {
        if self.is_deep { 2 } else { 1 }
    }

    pub(super) fn to_jxl(self, extra_channels: usize) -> JxlPixelFormat {
        let data_format = if self.is_deep {
            JxlDataFormat::U16 {
                endianness: Endianness::native(),
                bit_depth: 16,
            }
        } else {
            JxlDataFormat::U8 { bit_depth: 8 }
        };
        JxlPixelFormat {
            color_type: match self.channels {
                Channels::Gray => JxlColorType::Grayscale,
                Channels::GrayAlpha => JxlColorType::GrayscaleAlpha,
                Channels::Rgb => JxlColorType::Rgb,
                Channels::Rgba => JxlColorType::Rgba,
                Channels::Cmyk => JxlColorType::Cmyk,
            },
            color_data_format: Some(data_format),
            // Alpha and black are interleaved with the colors. All other channels are ignored.
            extra_channel_format: vec![None; extra_channels],
        }
    }
}
