//! Decoded images: samples as the file stores them, and the meaning that the format gives them.

use png::{CodingIndependentCodePoints, SourceChromaticities};

use crate::geometry::Size;
use crate::yuv::YuvImage;

/// The channels of a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channels {
    Gray,
    GrayAlpha,
    Rgb,
    Rgba,
    /// Amounts of cyan, magenta, yellow and black ink; 0 is none.
    Cmyk,
}

impl Channels {
    /// Returns the number of samples per pixel.
    pub(crate) const fn count(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::GrayAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba | Self::Cmyk => 4,
        }
    }

    /// Returns whether there is a single color channel.
    pub(crate) const fn is_gray(self) -> bool {
        matches!(self, Self::Gray | Self::GrayAlpha)
    }

    /// Returns whether the color channels are red, green and blue.
    pub(crate) const fn is_rgb(self) -> bool {
        matches!(self, Self::Rgb | Self::Rgba)
    }
}

/// Interleaved samples at the bit depth of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Samples {
    /// 8 bits per sample.
    Eight(Vec<u8>),
    /// 16 bits per sample.
    Sixteen(Vec<u16>),
}

/// The properties of samples on which the conversion of their colors depends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SampleSpec {
    pub(crate) channels: Channels,
    /// `true` if the samples have 16 bits, not 8.
    pub(crate) is_sixteen_bit: bool,
    /// The color information of the file.
    pub(crate) declared_color: DeclaredColor,
}

/// The color information of a file other than an ICC profile (PNG, third edition, section 4.3).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct DeclaredColor {
    /// Code points of ITU-T H.273: cICP of PNG, nclx of HEIF.
    pub(crate) code_points: Option<CodingIndependentCodePoints>,
    /// `true` if the file declares sRGB.
    pub(crate) is_srgb: bool,
    /// gAMA: the exponent of the encoding, such as 0.45455.
    pub(crate) gamma: Option<f32>,
    /// cHRM: the chromaticities of the white point and the primaries.
    pub(crate) chromaticities: Option<SourceChromaticities>,
}

/// A decoded image as stored, before it is turned upright and converted to sRGB.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Decoded {
    /// The stored width in pixels.
    pub(crate) width: u32,
    /// The stored height in pixels.
    pub(crate) height: u32,
    /// The channels of a pixel.
    pub(crate) channels: Channels,
    /// `width * height * channels.count()` samples.
    pub(crate) samples: Samples,
    /// The color information of the file.
    pub(crate) declared_color: DeclaredColor,
    /// `true` if the source's encoding is lossless.
    pub(crate) is_lossless: bool,
    /// A description of minor damage to the file, which affects few pixels or none.
    pub(crate) damage: Option<&'static str>,
}

impl Decoded {
    /// Returns the stored size in pixels.
    pub(crate) const fn size(&self) -> Size {
        Size::new(self.width, self.height)
    }

    /// Returns the properties of the samples.
    pub(crate) const fn spec(&self) -> SampleSpec {
        SampleSpec {
            channels: self.channels,
            is_sixteen_bit: matches!(self.samples, Samples::Sixteen(_)),
            declared_color: self.declared_color,
        }
    }
}

/// A still image that was decoded to upright planes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DecodedPlanes {
    pub(crate) image: YuvImage,
    /// A description of minor damage to the file, as in [`Decoded`].
    pub(crate) damage: Option<&'static str>,
}
