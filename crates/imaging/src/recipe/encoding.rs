//! Encodings of variants.

use serde::{Deserialize, Serialize};

use super::color::Color;

/// The encoding of a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// WebP.
    Webp {
        /// The quality, 0 to 100, on libwebp's scale.
        quality: u8,
        /// The effort, 0 (fast) to 6 (small).
        effort: u8,
        /// The choice between lossy and lossless.
        mode: WebpMode,
    },
    /// Baseline JPEG.
    Jpeg {
        /// The quality, 1 to 100.
        quality: u8,
        /// The color behind transparent pixels.
        background: Color,
    },
    /// PNG.
    Png,
}

/// The bitstream of a WebP file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebpMode {
    /// VP8.
    #[default]
    Lossy,
    /// VP8L.
    Lossless,
    /// Lossless for flat graphics from a lossless source, if lossless is smaller. Otherwise lossy.
    Auto,
}

/// The file format of a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutputFormat {
    /// WebP (RFC 9649).
    Webp,
    /// Baseline JPEG (ITU-T T.81).
    Jpeg,
    /// PNG (W3C, third edition).
    Png,
}

impl Encoding {
    /// Returns the file format.
    pub const fn format(&self) -> OutputFormat {
        match self {
            Self::Webp { .. } => OutputFormat::Webp,
            Self::Jpeg { .. } => OutputFormat::Jpeg,
            Self::Png => OutputFormat::Png,
        }
    }

    /// Returns the encoding with `map` applied to its quality, if it has a quality.
    pub(crate) fn map_quality(self, map: impl Fn(u8) -> u8) -> Self {
        let mut encoding = self;
        match &mut encoding {
            Self::Webp {
                mode: WebpMode::Lossless,
                ..
            }
            | Self::Png => {}
            Self::Webp { quality, .. } | Self::Jpeg { quality, .. } => *quality = map(*quality),
        }
        encoding
    }

    /// Returns whether still images from lossy sources must be RGB to be encoded. Otherwise, they may
    /// be in YCbCr 4:2:0, as VP8 is.
    pub(crate) const fn needs_rgb(self) -> bool {
        !matches!(
            self,
            Self::Webp {
                mode: WebpMode::Lossy | WebpMode::Auto,
                ..
            }
        )
    }

    /// Returns whether the format supports animation.
    pub(crate) const fn supports_animation(self) -> bool {
        matches!(self, Self::Webp { .. })
    }

    /// Returns the longest side in pixels that the format can represent.
    pub(crate) const fn max_side(self) -> u32 {
        match self {
            // Sides have 14 bits (RFC 9649, section 2.5). libwebp refuses the
            // largest value.
            Self::Webp { .. } => 16_383,
            Self::Jpeg { .. } => 65_535,
            Self::Png => 0x7fff_ffff,
        }
    }
}

impl OutputFormat {
    /// Returns the registered media type, such as `"image/webp"`.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Webp => "image/webp",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    /// Returns the file name extension without its dot, such as `"webp"`.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Webp => "webp",
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }
}
