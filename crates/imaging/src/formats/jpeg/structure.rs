//! The segments of a JPEG (ITU-T T.81, annex B): a check that the file is complete, and repairs
//! that a strict decoder needs.

use std::borrow::Cow;
use std::ops::Range;

use super::marker::{APP14, EOI, Marker, SOS};
use crate::Rejection;

/// The message for a JPEG without an end-of-image marker.
pub(super) const TRUNCATED: &str = "the JPEG is truncated";

/// The content of Adobe's APP14 segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Adobe {
    /// The offset of the transform in the file.
    transform_at: usize,
    /// The color transform: 0 for none, 1 for YCbCr, 2 for YCCK.
    transform: u8,
}

/// The structure of the first image in a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Structure {
    components: u8,
    adobe: Option<Adobe>,
    /// The ranges of bytes between segments, which should be empty.
    stray_bytes: Vec<Range<usize>>,
}

impl Structure {
    /// Reads all segments of the first image.
    ///
    /// # Errors
    /// `corrupt` if there is no end-of-image marker: the file is truncated.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Rejection> {
        let mut structure = Self::default();
        let mut at = 2;
        let mut is_before_pixels = true;
        loop {
            let marker = Marker::find(bytes, at).ok_or_else(truncated)?;
            // Before the pixels, only fill bytes (B.1.1.2) may precede a marker. After it, there is
            // entropy-coded data.
            let is_fill = bytes[at..marker.start].iter().all(|byte| *byte == 0xff);
            if is_before_pixels && !is_fill {
                structure.stray_bytes.push(at..marker.start);
            }
            if marker.code == EOI {
                return Ok(structure);
            }
            at = marker.end;
            if !marker.is_standalone() {
                let segment = segment(bytes, marker.end)?;
                structure.read_segment(marker, segment);
                is_before_pixels = is_before_pixels && marker.code != SOS;
                at += segment.len();
            }
        }
    }

    /// Reads a segment, which begins with its length.
    fn read_segment(&mut self, marker: Marker, segment: &[u8]) {
        match marker.code {
            0xc0..=0xc2 if self.components == 0 => {
                self.components = segment.get(7).copied().unwrap_or_default();
            }
            APP14 if segment.len() >= 14 && segment[2..].starts_with(b"Adobe") => {
                self.adobe = Some(Adobe {
                    transform_at: marker.end + 13,
                    transform: segment[13],
                });
            }
            _ => {}
        }
    }

    /// Returns whether Adobe's software wrote the file, which stores inverted CMYK.
    pub(super) const fn has_adobe_marker(&self) -> bool {
        self.adobe.is_some()
    }

    /// Returns whether the three components are red, green and blue without a transform.
    pub(super) fn is_untransformed_rgb(&self) -> bool {
        self.components == 3 && self.adobe.is_some_and(|adobe| adobe.transform == 0)
    }

    /// Returns whether there are bytes that belong to no segment.
    pub(super) fn has_stray_bytes(&self) -> bool {
        !self.stray_bytes.is_empty()
    }

    /// Returns the file in a form that the strict decoder accepts: without stray bytes, and without
    /// a transform of 0 for three components, which the decoder would take for CMYK.
    pub(super) fn repair<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        if self.stray_bytes.is_empty() && !self.is_untransformed_rgb() {
            return Cow::Borrowed(bytes);
        }
        let mut source = Cow::Borrowed(bytes);
        if let (true, Some(adobe)) = (self.is_untransformed_rgb(), self.adobe) {
            source.to_mut()[adobe.transform_at] = 1;
        }
        let mut repaired = Vec::with_capacity(bytes.len());
        let mut from = 0;
        for stray in &self.stray_bytes {
            repaired.extend_from_slice(&source[from..stray.start]);
            from = stray.end;
        }
        repaired.extend_from_slice(&source[from..]);
        Cow::Owned(repaired)
    }
}

/// Returns the segment at the offset `at`, with its length in front.
fn segment(bytes: &[u8], at: usize) -> Result<&[u8], Rejection> {
    let length = bytes.get(at..at + 2).ok_or_else(truncated)?;
    let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
    bytes.get(at..at + length.max(2)).ok_or_else(truncated)
}

fn truncated() -> Rejection {
    Rejection::corrupt(TRUNCATED)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: &[u8] = b"\xff\xc0\0\x11\x08\0\x08\0\x08\x03\x01\x11\0\x02\x11\0\x03\x11\0";
    const ADOBE: &[u8] = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0";
    const SCAN: &[u8] = b"\xff\xda\0\x02\x12\xff\0\x34\xff\xd0\x56";

    fn file(parts: &[&[u8]]) -> Vec<u8> {
        [b"\xff\xd8".as_slice(), &parts.concat()].concat()
    }

    #[test]
    fn an_intact_file_needs_no_repair_whatever_follows_it() {
        let bytes = file(&[FRAME, SCAN, b"\xff\xd9", b"\xff\xd8 a video"]);
        let structure = Structure::read(&bytes).unwrap();
        assert!(matches!(structure.repair(&bytes), Cow::Borrowed(_)));
    }

    #[test]
    fn a_file_without_an_end_marker_is_truncated() {
        let bytes = file(&[FRAME, SCAN, b"\xff\xd9"]);
        for end in 2..bytes.len() {
            assert!(
                Structure::read(&bytes[..end]).is_err(),
                "truncated to {end}"
            );
        }
    }

    #[test]
    fn stray_bytes_between_segments_are_removed() {
        let bytes = file(&[FRAME, b"stray", SCAN, b"\xff\xd9"]);
        let structure = Structure::read(&bytes).unwrap();
        assert!(structure.has_stray_bytes());
        assert_eq!(*structure.repair(&bytes), file(&[FRAME, SCAN, b"\xff\xd9"]));
    }

    #[test]
    fn three_components_without_a_transform_are_rgb() {
        let bytes = file(&[ADOBE, FRAME, SCAN, b"\xff\xd9"]);
        let structure = Structure::read(&bytes).unwrap();
        assert!(structure.has_adobe_marker() && structure.is_untransformed_rgb());
        assert_eq!(structure.repair(&bytes)[17], 1);
    }
}
