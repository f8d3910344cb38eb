//! The GPS directory of EXIF (CIPA DC-008-2019, 4.6.6).

use super::text::is_blank;
use super::tiff::{Entry, Tiff};
use crate::GpsPosition;

mod tag {
    pub(super) const LATITUDE_REF: u16 = 1;
    pub(super) const LATITUDE: u16 = 2;
    pub(super) const LONGITUDE_REF: u16 = 3;
    pub(super) const LONGITUDE: u16 = 4;
    pub(super) const ALTITUDE_REF: u16 = 5;
    pub(super) const ALTITUDE: u16 = 6;
}

/// What a GPS directory says.
#[derive(Default)]
pub(super) struct Gps {
    /// The position, where latitude and longitude are whole.
    pub(super) position: Option<GpsPosition>,
    /// Whether any tag tells something; cameras without a fix write empty directories.
    pub(super) has_content: bool,
}

/// Reads the directory at `offset`.
pub(super) fn read(tiff: Tiff<'_>, offset: usize) -> Gps {
    let mut gps = Gps::default();
    let (mut latitude, mut longitude, mut altitude) = (None, None, None);
    let (mut south, mut west, mut below) = (false, false, false);
    for entry in tiff.entries(offset) {
        gps.has_content |= tells_something(entry);
        match entry.tag {
            tag::LATITUDE_REF => south = matches!(entry.value.first(), Some(b'S' | b's')),
            tag::LATITUDE => latitude = degrees(entry),
            tag::LONGITUDE_REF => west = matches!(entry.value.first(), Some(b'W' | b'w')),
            tag::LONGITUDE => longitude = degrees(entry),
            tag::ALTITUDE_REF => below = entry.number() == Some(1),
            tag::ALTITUDE => altitude = entry.rationals().next(),
            _ => {}
        }
    }
    if let (Some(latitude), Some(longitude), true) = (latitude, longitude, gps.has_content) {
        gps.position = GpsPosition {
            latitude: signed(latitude, south),
            longitude: signed(longitude, west),
            altitude: altitude.map(|metres| signed(metres, below)),
        }
        .into_earthly();
    }
    gps
}

impl GpsPosition {
    /// Itself, where it lies on the globe.
    fn into_earthly(self) -> Option<Self> {
        let on_globe = self.latitude.abs() <= 90.0 && self.longitude.abs() <= 180.0;
        on_globe.then_some(self)
    }
}

/// Degrees, minutes and seconds as one number; minutes and seconds may be missing.
fn degrees(entry: Entry<'_>) -> Option<f64> {
    let mut parts = entry.rationals();
    let degrees = parts.next()?;
    let minutes = parts.next().unwrap_or(0.0);
    let seconds = parts.next().unwrap_or(0.0);
    Some(degrees + minutes / 60.0 + seconds / 3600.0)
}

/// Zero stays positive: no one is at -0 degrees.
fn signed(value: f64, negative: bool) -> f64 {
    if negative && value != 0.0 {
        -value
    } else {
        value
    }
}

/// Whether a tag holds more than its place: all but the version, units and references, and
/// only where it is neither blank nor zero.
fn tells_something(entry: Entry<'_>) -> bool {
    match entry.tag {
        // Position, altitude, time, speed, track, direction, destination, distance, error.
        2 | 4 | 6 | 7 | 11 | 13 | 15 | 17 | 20 | 22 | 24 | 26 | 31 => {
            entry.rationals().any(|number| number != 0.0)
        }
        // Satellites, status-free text: processing method, area, date.
        8 | 29 => !is_blank(entry.value),
        27 | 28 => !is_blank(entry.value.get(8..).unwrap_or_default()),
        _ => false,
    }
}
