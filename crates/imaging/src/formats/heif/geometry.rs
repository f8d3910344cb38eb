//! The transformations of an image: crop, rotation and mirroring (ISO/IEC 23008-12, 6.5).

use crate::Rejection;
use crate::formats::boxes::Part;
use crate::formats::fields::Fields;
use crate::geometry::{Orientation, Rect, Size};

/// The visible part of an image, and the orientation that turns it upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Geometry {
    /// The top left corner `(x, y)` of the visible part.
    pub(super) origin: (u32, u32),
    /// The size of the visible part, before it is turned.
    pub(super) size: Size,
    pub(super) orientation: Orientation,
}

impl Geometry {
    /// Creates the geometry of an image without transformations.
    pub(super) const fn untransformed(size: Size) -> Self {
        Self {
            origin: (0, 0),
            size,
            orientation: Orientation::UPRIGHT,
        }
    }

    /// Applies a property, if it is a transformation.
    ///
    /// # Errors
    /// `corrupt` if a crop is invalid or keeps nothing.
    pub(super) fn apply(&mut self, property: &Part<'_>) -> Result<(), Rejection> {
        let byte = property.body.first().copied().unwrap_or_default();
        match &property.code {
            b"irot" => {
                // The rotation is counterclockwise, in quarter turns.
                for _ in 0..(4 - byte % 4) % 4 {
                    self.orientation = self.orientation.then_clockwise();
                }
            }
            b"imir" if byte & 1 == 0 => self.orientation.mirror_y ^= true,
            b"imir" => self.orientation.mirror_x ^= true,
            b"clap" => self.crop(property.body)?,
            _ => {}
        }
        Ok(())
    }

    /// Crops to a clean aperture, which states its center relative to the center of the image.
    fn crop(&mut self, clean_aperture: &[u8]) -> Result<(), Rejection> {
        let invalid = || Rejection::corrupt("the crop of the image is invalid");
        let turned = self.orientation.apply_to_size(self.size);
        let kept = aperture(clean_aperture, turned).ok_or_else(invalid)?;
        let kept = self.orientation.to_stored(kept, self.size);
        let (x, y) = kept.origin();
        self.origin = (self.origin.0 + x, self.origin.1 + y);
        self.size = kept.size();
        Ok(())
    }
}

/// Reads a clean aperture (`clap`) of an image of this size. Returns the part of the aperture inside the
/// image in whole pixels; `None` if there is no such part.
fn aperture(body: &[u8], size: Size) -> Option<Rect> {
    let mut fields = Fields(body);
    let mut fraction = || {
        let (value, divisor) = (fields.i32()?, fields.u32()?);
        (divisor != 0).then(|| f64::from(value) / f64::from(divisor))
    };
    let (width, height) = (fraction()?.round(), fraction()?.round());
    let (x_offset, y_offset) = (fraction()?, fraction()?);
    let image = Rect::from_size(size);
    let span = |length: f64, offset: f64, whole: f64| {
        let start = (offset + (whole - length) / 2.0).floor();
        let end = (start + length).min(whole);
        let start = start.max(0.0);
        (end - start >= 1.0).then_some((start, end - start))
    };
    let (x, width) = span(width, x_offset, image.width)?;
    let (y, height) = span(height, y_offset, image.height)?;
    Some(Rect {
        x,
        y,
        width,
        height,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn property(code: &[u8; 4], body: &[u8]) -> Geometry {
        let mut geometry = Geometry::untransformed(Size::new(8, 6));
        geometry.apply(&part(code, body)).unwrap();
        geometry
    }

    fn part<'a>(code: &[u8; 4], body: &'a [u8]) -> Part<'a> {
        Part {
            code: *code,
            body,
            is_whole: true,
        }
    }

    fn clean_aperture(fields: [i32; 4]) -> Vec<u8> {
        let pairs = fields.map(|value| [value.to_be_bytes(), 2_i32.to_be_bytes()].concat());
        pairs.concat()
    }

    #[test]
    fn rotation_and_mirroring_are_orientations_of_exif() {
        let exif = |code, body: &[u8]| property(code, body).orientation.to_exif();
        assert_eq!(
            [0, 1, 2, 3].map(|turns| exif(b"irot", &[turns])),
            [1, 8, 3, 6]
        );
        assert_eq!([0, 1].map(|axis| exif(b"imir", &[axis])), [4, 2]);
    }

    #[test]
    fn transformations_are_applied_in_their_order() {
        let mut turned = property(b"irot", &[3]);
        turned.apply(&part(b"imir", &[1])).unwrap();
        let mut mirrored = property(b"imir", &[1]);
        mirrored.apply(&part(b"irot", &[3])).unwrap();
        assert_eq!(turned.orientation.to_exif(), 5);
        assert_eq!(mirrored.orientation.to_exif(), 7);
    }

    #[test]
    fn a_crop_is_centered_and_ends_at_the_edge() {
        let cropped = property(b"clap", &clean_aperture([8, 4, 0, 0]));
        assert_eq!((cropped.origin, cropped.size), ((2, 2), Size::new(4, 2)));
        let cropped = property(b"clap", &clean_aperture([8, 12, 8, 0]));
        assert_eq!((cropped.origin, cropped.size), ((6, 0), Size::new(2, 6)));
    }

    #[test]
    fn a_crop_after_a_rotation_is_in_turned_pixels() {
        let mut geometry = property(b"irot", &[3]);
        // The turned image is 6 px wide and 8 px high. Its left half is the bottom half of the
        // stored image.
        let left = clean_aperture([6, 16, -3, 0]);
        geometry.apply(&part(b"clap", &left)).unwrap();
        assert_eq!((geometry.origin, geometry.size), ((0, 3), Size::new(8, 3)));
    }

    #[test]
    fn a_crop_that_keeps_nothing_is_corrupt() {
        for fields in [[0, 4, 0, 0], [8, 4, 100, 0], [-8, 4, 0, 0]] {
            let mut geometry = Geometry::untransformed(Size::new(8, 6));
            let crop = clean_aperture(fields);
            assert!(geometry.apply(&part(b"clap", &crop)).is_err());
        }
    }
}
