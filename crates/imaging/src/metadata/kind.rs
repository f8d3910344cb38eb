//! The kinds of metadata that are told apart.

use serde::{Deserialize, Serialize};

/// A kind of metadata found in a source.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetadataKind {
    /// An EXIF block (CIPA DC-008), whatever is in it.
    Exif,
    /// Where the picture was taken: an EXIF GPS IFD that says something, or a position in XMP.
    Gps,
    /// EXIF camera: make, model, lens, serial or owner's name.
    Camera,
    /// EXIF date and time of the picture; PNG tIME.
    DateTime,
    /// EXIF `MakerNote`: the maker's own data, often with serial numbers and faces.
    MakerNote,
    /// EXIF `UserComment`, `ImageDescription`, `Artist`, `Copyright` and the like.
    Description,
    /// A smaller copy of the picture (EXIF IFD1, JFIF, JFXX, Photoshop), often from before it was
    /// edited.
    Thumbnail,
    /// XMP (ISO 16684-1), extended XMP included.
    Xmp,
    /// IPTC-IIM, or Photoshop image resources that may hold it.
    Iptc,
    /// An ICC colour profile (ISO 15076-1).
    Icc,
    /// A comment of the format itself: JPEG COM, GIF comment extension.
    Comment,
    /// PNG tEXt, zTXt or iTXt; GIF plain text extension.
    Text,
    /// Further pictures by CIPA DC-007 Multi-Picture Format.
    Mpf,
    /// A gain map for HDR displays (ISO 21496-1, Ultra HDR, Apple).
    GainMap,
    /// A depth map of a portrait mode.
    DepthMap,
    /// Content credentials (C2PA, JUMBF boxes).
    ContentCredentials,
    /// Application data of no known kind: JPEG APPn, GIF application extension, private chunks.
    Application,
    /// Bytes after the end of the picture, such as the film of a motion photo.
    TrailingData,
}

impl MetadataKind {
    /// Whether it can tell something about a person: all but colour profiles and gain maps.
    pub const fn is_private(self) -> bool {
        !matches!(self, Self::Icc | Self::GainMap)
    }
}
