//! What to make of a picture: limits, crop and variants.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{OutputFormat, SourceFormat};

/// Raised whenever the renderer makes other bytes of the same input and recipe, so that the
/// digest changes and a backfill finds what was rendered before.
const RENDERER_VERSION: u32 = 2;

/// Everything that decides what bytes come out for given bytes in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    /// What is refused before decoding.
    pub limits: Limits,
    /// The part of the upright picture to keep; `None` keeps all.
    pub crop: Option<CropBox>,
    /// What to render, in the order in which it is reported.
    pub variants: Vec<Variant>,
}

impl Recipe {
    /// SHA-256, in lower-case hex, of the recipe and of the renderer's own version.
    ///
    /// Two recipes with the same digest make the same bytes of the same input.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(RENDERER_VERSION.to_be_bytes());
        hash.update(serde_json::to_vec(self).unwrap_or_default());
        hex::encode(hash.finalize())
    }
}

/// Bounds on a source, checked against its header before a pixel is decoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of the file.
    pub max_bytes: u64,
    /// Stored width of the canvas, in pixels, before orientation is applied.
    pub max_width: u32,
    /// Stored height of the canvas, in pixels, before orientation is applied.
    pub max_height: u32,
    /// Width times height of the canvas, in pixels.
    pub max_pixels: u64,
    /// Frames of an animation.
    pub max_frames: u32,
    /// Frames times canvas, in pixels: what an animation costs to compose.
    pub max_total_pixels: u64,
    /// Formats that are let in.
    pub formats: Vec<SourceFormat>,
}

/// A rectangle of the upright picture, in pixels from its top left corner.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CropBox {
    /// Pixels left of the box.
    pub x: u32,
    /// Pixels above the box.
    pub y: u32,
    /// Width of the box in pixels, at least 1.
    #[cfg_attr(feature = "schema", schema(minimum = 1))]
    pub width: u32,
    /// Height of the box in pixels, at least 1.
    #[cfg_attr(feature = "schema", schema(minimum = 1))]
    pub height: u32,
}

/// One picture to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// Its name within the profile, such as `"thumb"`.
    pub name: String,
    /// The size to bring it to; `None` keeps the source's.
    pub resize: Option<Resize>,
    /// How it is encoded.
    pub encoding: Encoding,
    /// Whether an animated source stays animated where the encoding can; if not, its first frame
    /// is taken.
    pub animated: bool,
    /// What becomes of a colour profile.
    pub icc: IccPolicy,
}

/// The size that a variant is brought to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resize {
    /// Width of the box in pixels; `None` leaves it to the aspect ratio.
    pub width: Option<u32>,
    /// Height of the box in pixels; `None` leaves it to the aspect ratio.
    pub height: Option<u32>,
    /// How the picture is fitted to the box.
    pub fit: Fit,
    /// Whether a picture smaller than the box is enlarged.
    pub enlarge: bool,
}

/// How a picture is fitted to a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// The whole picture, inside the box; no side is larger than the box's.
    Inside,
    /// The box is filled; what sticks out is cut off, `Gravity` says from where.
    Cover(Gravity),
    /// The whole picture inside the box, and the rest of the box filled.
    Pad {
        /// Where in the box the picture stands.
        gravity: Gravity,
        /// What fills the rest; fully transparent where the encoding has alpha, if `None`.
        background: Option<Color>,
    },
}

/// Which part of a picture matters when something must be cut off or placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the nine positions are their names")]
pub enum Gravity {
    #[default]
    Center,
    North,
    NorthEast,
    East,
    SouthEast,
    South,
    SouthWest,
    West,
    NorthWest,
    /// The most salient part: edges, saturated colour and skin tones.
    Attention,
}

/// An opaque sRGB colour; as text `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Color {
    /// Red, 0 to 255.
    pub red: u8,
    /// Green, 0 to 255.
    pub green: u8,
    /// Blue, 0 to 255.
    pub blue: u8,
}

impl Color {
    /// White, what transparent pixels are laid on where an encoding has no alpha.
    pub const WHITE: Self = Self {
        red: 255,
        green: 255,
        blue: 255,
    };
}

impl From<Color> for String {
    fn from(color: Color) -> Self {
        format!("#{:02x}{:02x}{:02x}", color.red, color.green, color.blue)
    }
}

impl TryFrom<String> for Color {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let mut channels = [0; 3];
        text.strip_prefix('#')
            .and_then(|digits| hex::decode_to_slice(digits, &mut channels).ok())
            .ok_or("a colour is #rrggbb")?;
        let [red, green, blue] = channels;
        Ok(Self { red, green, blue })
    }
}

/// How a variant is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// WebP through libwebp.
    Webp {
        /// libwebp's quality factor, 0 to 100.
        quality: u8,
        /// libwebp's `method`, 0 (fast) to 6 (small).
        effort: u8,
        /// Lossy, lossless, or whichever is smaller.
        mode: WebpMode,
    },
    /// Baseline JPEG.
    Jpeg {
        /// Quality, 1 to 100.
        quality: u8,
        /// What transparent pixels are laid on.
        background: Color,
    },
    /// PNG.
    Png,
}

impl Encoding {
    /// What the encoded bytes are.
    pub const fn format(&self) -> OutputFormat {
        match self {
            Self::Webp { .. } => OutputFormat::Webp,
            Self::Jpeg { .. } => OutputFormat::Jpeg,
            Self::Png => OutputFormat::Png,
        }
    }
}

/// How WebP keeps pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebpMode {
    /// VP8.
    #[default]
    Lossy,
    /// VP8L.
    Lossless,
    /// Lossless for flat graphics from a lossless source where that is smaller, else lossy.
    Auto,
}

/// What becomes of a source's colour profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IccPolicy {
    /// Pixels are converted to sRGB and the profile is dropped.
    #[default]
    ConvertToSrgb,
    /// Pixels and an RGB profile are kept as they are, for those who want wide gamut.
    Keep,
}
