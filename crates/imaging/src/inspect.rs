//! Inspection of a file without decoding its pixels.

use serde::{Deserialize, Serialize};

use crate::geometry::Orientation;
use crate::metadata::icc;
use crate::{GpsPosition, Limits, MetadataKind, Rejection, Source};

/// The properties and metadata of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// The format, stored size, orientation and number of frames.
    #[serde(flatten)]
    pub source: Source,
    /// The size of the upright image in pixels, `[width, height]`.
    pub upright_size: [u32; 2],
    /// The size of the file in bytes.
    pub bytes: u64,
    /// The color profile's own description, such as `"Display P3"`.
    pub icc_profile: Option<String>,
    /// Every kind of metadata in the file, without duplicates, in the order of [`MetadataKind`].
    pub metadata: Vec<MetadataKind>,
    /// The place where the image was taken.
    pub gps: Option<GpsPosition>,
    /// The make and model of the camera.
    pub camera: Option<String>,
    /// The time when the image was taken, as the camera wrote it: EXIF `DateTimeOriginal`, or else
    /// `DateTimeDigitized`, or else `DateTime`.
    pub taken_at: Option<String>,
}

/// Reads the properties and metadata of a file without decoding a pixel.
///
/// An image with damaged pixels can be inspected as long as its header is intact.
///
/// # Errors
/// The codes of [`render`](crate::render) that do not depend on pixels: `empty`, `not_an_image`,
/// `unsupported_format`, `too_many_bytes`, `dimensions_exceeded`, `too_many_pixels`,
/// `too_many_frames`, and `corrupt` for a damaged header.
pub fn inspect(bytes: &[u8], limits: &Limits) -> Result<Inspection, Rejection> {
    let (format, header) = limits.check(bytes)?;
    let scan = format.scan_metadata(bytes);
    let upright = Orientation::from_exif(scan.orientation).apply_to_size(header.size());
    Ok(Inspection {
        source: Source {
            format,
            width: header.width,
            height: header.height,
            orientation: scan.orientation,
            frames: header.frames,
        },
        upright_size: [upright.width, upright.height],
        bytes: bytes.len() as u64,
        icc_profile: scan.icc.as_deref().and_then(icc::description),
        metadata: scan.kinds.into_iter().collect(),
        gps: scan.gps,
        camera: scan.camera,
        taken_at: scan.taken_at,
    })
}
