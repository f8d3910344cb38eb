//! The kinds of metadata.

use serde::{Deserialize, Serialize};

/// A kind of metadata.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetadataKind {
    /// An EXIF block (CIPA DC-008), whatever it contains.
    Exif,
    /// The place where the image was taken: an EXIF GPS IFD with meaningful values, or a position in
    /// XMP.
    Gps,
    /// The camera according to EXIF: make, model, lens, serial number or owner.
    Camera,
    /// The date and time according to EXIF; PNG tIME.
    DateTime,
    /// EXIF `MakerNote`: proprietary data, often with serial numbers and faces.
    MakerNote,
    /// EXIF `UserComment`, `ImageDescription`, `Artist`, `Copyright` and similar tags.
    Description,
    /// A smaller copy of the image (EXIF IFD1, JFIF, JFXX, Photoshop, HEIF `thmb`), often from before
    /// it was edited.
    Thumbnail,
    /// XMP (ISO 16684-1), extended XMP included.
    Xmp,
    /// IPTC-IIM, or Photoshop image resources that may contain it.
    Iptc,
    /// An ICC color profile (ISO 15076-1).
    Icc,
    /// A comment of the format itself: JPEG COM, GIF comment extension.
    Comment,
    /// PNG tEXt, zTXt or iTXt; GIF plain text extension.
    Text,
    /// Further images in the Multi-Picture Format (CIPA DC-007).
    Mpf,
    /// A gain map for HDR displays (ISO 21496-1, Ultra HDR, Apple).
    GainMap,
    /// A depth map, as stored by the portrait mode of a phone.
    DepthMap,
    /// Content credentials (C2PA, JUMBF boxes).
    ContentCredentials,
    /// Application data of an unknown kind: JPEG APPn, GIF application extension, private chunks.
    Application,
    /// Bytes after the end of the image, such as the video of a motion photo.
    TrailingData,
}

impl MetadataKind {
    /// Returns whether the kind can reveal something about a person. All kinds except color
    /// profiles and gain maps can.
    pub const fn is_private(self) -> bool {
        !matches!(self, Self::Icc | Self::GainMap)
    }
}
