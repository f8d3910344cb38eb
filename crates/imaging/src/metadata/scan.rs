//! The result of a scan for metadata.

use std::collections::BTreeSet;

use super::found_rights::FoundRights;
use super::gps::GpsPosition;
use super::kind::MetadataKind;

/// The metadata of a file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MetadataScan {
    /// Every kind of metadata in the file.
    pub(crate) kinds: BTreeSet<MetadataKind>,
    /// The EXIF orientation, 1 to 8; 1 if it is missing or invalid.
    pub(crate) orientation: u8,
    /// The ICC profile, assembled and inflated; `None` if it is missing or incomplete.
    pub(crate) icc: Option<Vec<u8>>,
    /// The place where the image was taken.
    pub(crate) gps: Option<GpsPosition>,
    /// The make and model of the camera, without control characters.
    pub(crate) camera: Option<String>,
    /// The time when the image was taken, as the camera wrote it.
    pub(crate) taken_at: Option<String>,
    /// The statements of rights.
    pub(crate) rights: FoundRights,
    /// `true` once a readable EXIF block was found. This first block determines orientation, place,
    /// camera and time. Later blocks only add kinds.
    pub(super) has_exif: bool,
}

impl Default for MetadataScan {
    fn default() -> Self {
        Self {
            kinds: BTreeSet::new(),
            orientation: 1,
            icc: None,
            gps: None,
            camera: None,
            taken_at: None,
            rights: FoundRights::default(),
            has_exif: false,
        }
    }
}

impl MetadataScan {
    /// Adds a kind.
    pub(crate) fn add(&mut self, kind: MetadataKind) {
        self.kinds.insert(kind);
    }
}

/// Returns whether the bytes after the end of an image are padding. Cameras fill files up to the
/// end of a sector with bytes of 0x00 or 0xff.
pub(crate) fn is_padding(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, 0x00 | 0xff))
}
