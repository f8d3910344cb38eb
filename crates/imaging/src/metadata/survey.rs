//! One pass over a file for everything but its pixels.

use std::collections::BTreeSet;

use super::{MetadataKind, gif, jpeg, png, webp};
use crate::{GpsPosition, SourceFormat, heif};

/// What a file carries besides its pixels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Survey {
    /// Every kind that was found.
    pub(crate) kinds: BTreeSet<MetadataKind>,
    /// EXIF orientation, 1 to 8; 1 where there is none or it is invalid.
    pub(crate) orientation: u8,
    /// The ICC profile, put together and inflated; `None` where it is missing or incomplete.
    pub(crate) icc: Option<Vec<u8>>,
    /// Where the picture was taken.
    pub(crate) gps: Option<GpsPosition>,
    /// Maker and model of the camera, without control characters.
    pub(crate) camera: Option<String>,
    /// When the picture was taken, as the camera wrote it.
    pub(crate) taken_at: Option<String>,
    /// Whether orientation, position, camera and time were read: the first readable EXIF block
    /// decides, later ones only add kinds.
    pub(super) exif_is_read: bool,
}

impl Default for Survey {
    fn default() -> Self {
        Self {
            kinds: BTreeSet::new(),
            orientation: 1,
            icc: None,
            gps: None,
            camera: None,
            taken_at: None,
            exif_is_read: false,
        }
    }
}

impl Survey {
    pub(crate) fn found(&mut self, kind: MetadataKind) {
        self.kinds.insert(kind);
    }
}

/// Looks through `bytes`, which begin as `format` does, for everything that is not a pixel.
///
/// Never fails: what is broken is skipped, and what stands before and after it is still found.
/// Work is linear in the length of `bytes`, and memory beyond them is at most
/// [`INFLATE_BUDGET`](super::inflate::INFLATE_BUDGET) and one copy of the ICC profile.
pub(crate) fn survey(bytes: &[u8], format: SourceFormat) -> Survey {
    let mut survey = Survey::default();
    match format {
        SourceFormat::Jpeg => jpeg::survey(bytes, &mut survey),
        SourceFormat::Png => png::survey(bytes, &mut survey),
        SourceFormat::Gif => gif::survey(bytes, &mut survey),
        SourceFormat::Webp => webp::survey(bytes, &mut survey),
        SourceFormat::Heic | SourceFormat::Avif => heif::survey(bytes, &mut survey),
    }
    survey
}

/// Whether the bytes after the end of a picture hold anything: cameras pad files with zeros or
/// ones to a sector's end.
pub(super) fn is_padding(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, 0x00 | 0xff))
}
