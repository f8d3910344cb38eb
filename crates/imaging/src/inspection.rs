//! What a file is and what it would give away.

use serde::{Deserialize, Serialize};

use crate::{MetadataKind, Source};

/// What [`inspect`](crate::inspect) reads from a file without decoding its pixels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// Format, stored size, orientation and frames.
    #[serde(flatten)]
    pub source: Source,
    /// Size in pixels once upright, `[width, height]`.
    pub upright_size: [u32; 2],
    /// Bytes of the file.
    pub bytes: u64,
    /// The colour profile's own description, such as `"Display P3"`.
    pub icc_profile: Option<String>,
    /// Every kind of metadata that was found, without duplicates, in declaration order.
    pub metadata: Vec<MetadataKind>,
    /// Where the picture was taken.
    pub gps: Option<GpsPosition>,
    /// Maker and model of the camera.
    pub camera: Option<String>,
    /// When the picture was taken, as the camera wrote it (EXIF `DateTimeOriginal`).
    pub taken_at: Option<String>,
}

/// A position in WGS 84, from the EXIF GPS IFD.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GpsPosition {
    /// Degrees north of the equator, negative to the south.
    pub latitude: f64,
    /// Degrees east of Greenwich, negative to the west.
    pub longitude: f64,
    /// Metres above sea level.
    pub altitude: Option<f64>,
}
