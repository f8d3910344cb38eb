//! The GPS directory of EXIF (CIPA DC-008-2019, 4.6.6).

use serde::{Deserialize, Serialize};

use super::coordinate;
use super::text::is_blank;
use super::tiff::{Entry, Tiff};

/// A position in WGS 84, from the EXIF GPS IFD or from XMP.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GpsPosition {
    /// Degrees north of the equator; negative to the south.
    pub latitude: f64,
    /// Degrees east of Greenwich; negative to the west.
    pub longitude: f64,
    /// Meters above sea level.
    pub altitude: Option<f64>,
}

mod tag {
    pub(super) const LATITUDE_REF: u16 = 1;
    pub(super) const LATITUDE: u16 = 2;
    pub(super) const LONGITUDE_REF: u16 = 3;
    pub(super) const LONGITUDE: u16 = 4;
    pub(super) const ALTITUDE_REF: u16 = 5;
    pub(super) const ALTITUDE: u16 = 6;
}

/// The content of a GPS directory.
#[derive(Default)]
pub(super) struct Gps {
    /// The position, if latitude and longitude are complete and in range.
    pub(super) position: Option<GpsPosition>,
    /// `true` if any tag has a meaningful value. Cameras without a GPS fix write empty directories.
    pub(super) has_content: bool,
}

/// Reads the directory at `offset`.
pub(super) fn read(tiff: Tiff<'_>, offset: usize) -> Gps {
    let mut gps = Gps::default();
    let (mut latitude, mut longitude, mut altitude) = (None, None, None);
    let (mut south, mut west, mut below) = (false, false, false);
    for entry in tiff.entries(offset) {
        gps.has_content |= is_meaningful(entry);
        match entry.tag {
            tag::LATITUDE_REF => south = matches!(entry.value.first(), Some(b'S' | b's')),
            tag::LATITUDE => latitude = degrees(entry),
            tag::LONGITUDE_REF => west = matches!(entry.value.first(), Some(b'W' | b'w')),
            tag::LONGITUDE => longitude = degrees(entry),
            tag::ALTITUDE_REF => below = entry.number() == Some(1),
            tag::ALTITUDE => altitude = meters(entry),
            _ => {}
        }
    }
    if let (Some(latitude), Some(longitude), true) = (latitude, longitude, gps.has_content) {
        gps.position = GpsPosition {
            latitude: coordinate::with_sign(latitude, south),
            longitude: coordinate::with_sign(longitude, west),
            altitude: altitude.map(|meters| coordinate::with_sign(meters, below)),
        }
        .on_globe();
    }
    gps
}

impl GpsPosition {
    /// Returns the position if its coordinates are in range.
    pub(super) fn on_globe(self) -> Option<Self> {
        let is_in_range = self.latitude.abs() <= 90.0 && self.longitude.abs() <= 180.0;
        is_in_range.then_some(self)
    }
}

/// Returns degrees, minutes and seconds as decimal degrees; minutes and seconds may be missing. Some
/// writers store them as text.
fn degrees(entry: Entry<'_>) -> Option<f64> {
    match entry.text() {
        Some(text) => coordinate::parse(text),
        None => coordinate::from_parts(entry.numbers()),
    }
}

fn meters(entry: Entry<'_>) -> Option<f64> {
    match entry.text() {
        Some(text) => coordinate::numbers(text).next(),
        None => entry.numbers().next(),
    }
}

/// Returns whether a tag has a meaningful value. Only the values of the tags below are meaningful,
/// unless they are blank or zero. Versions, units and references, for example, never are.
fn is_meaningful(entry: Entry<'_>) -> bool {
    match entry.tag {
        // Position, altitude, time, speed, track, direction, destination, distance, error.
        2 | 4 | 6 | 7 | 11 | 13 | 15 | 17 | 20 | 22 | 24 | 26 | 31 => match entry.text() {
            Some(text) => text.iter().any(|byte| matches!(byte, b'1'..=b'9')),
            None => entry.numbers().any(|number| number != 0.0),
        },
        // Satellites and date.
        8 | 29 => !is_blank(entry.value),
        // Processing method and area, which begin with a character code.
        27 | 28 => !is_blank(entry.value.get(8..).unwrap_or_default()),
        _ => false,
    }
}
