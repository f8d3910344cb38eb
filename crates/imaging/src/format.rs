//! The formats that come in and go out.

use serde::{Deserialize, Serialize};

/// A format that a source may have, told by its first bytes.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceFormat {
    /// JPEG (ITU-T T.81): baseline, progressive, grey, CMYK; the first picture of an MPO.
    Jpeg,
    /// PNG (W3C, third edition); of an APNG the default image.
    Png,
    /// GIF 87a and 89a, animated or not.
    Gif,
    /// WebP (RFC 9649): lossy, lossless, animated.
    Webp,
    /// HEIF with HEVC pictures (ISO/IEC 23008-12); needs the build feature `heif`.
    Heic,
    /// AVIF (AOMedia AV1 Image File Format); needs the build feature `heif`.
    Avif,
}

impl SourceFormat {
    /// All that are known, read by this build or not.
    pub const ALL: [Self; 6] = [
        Self::Jpeg,
        Self::Png,
        Self::Gif,
        Self::Webp,
        Self::Heic,
        Self::Avif,
    ];

    /// The name in manifests and configuration, such as `"jpeg"`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Gif => "gif",
            Self::Webp => "webp",
            Self::Heic => "heic",
            Self::Avif => "avif",
        }
    }

    /// Whether this build reads it: HEIC and AVIF need the feature `heif`.
    pub const fn is_built_in(self) -> bool {
        match self {
            Self::Jpeg | Self::Png | Self::Gif | Self::Webp => true,
            Self::Heic | Self::Avif => cfg!(feature = "heif"),
        }
    }

    /// The registered media type, such as `"image/jpeg"`.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Heic => "image/heic",
            Self::Avif => "image/avif",
        }
    }

    /// The format that a media type declares; parameters and letter case do not matter.
    pub fn from_content_type(content_type: &str) -> Option<Self> {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        Some(match essence.to_ascii_lowercase().as_str() {
            "image/jpeg" | "image/jpg" | "image/pjpeg" => Self::Jpeg,
            "image/png" | "image/apng" => Self::Png,
            "image/gif" => Self::Gif,
            "image/webp" => Self::Webp,
            "image/heic" | "image/heif" | "image/heic-sequence" => Self::Heic,
            "image/avif" => Self::Avif,
            _ => return None,
        })
    }
}

/// A format that a variant may be encoded to.
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

impl OutputFormat {
    /// The registered media type, such as `"image/webp"`.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Webp => "image/webp",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    /// The file name extension without its dot, such as `"webp"`.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Webp => "webp",
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }
}
