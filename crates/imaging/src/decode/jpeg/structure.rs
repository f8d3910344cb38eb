//! The segments of a JPEG (ITU-T T.81, annex B): whether all of it is there, and what has to be
//! put right before a strict decoder takes it.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr;

use super::corrupt;
use crate::Rejection;

/// What a client reads of a JPEG that ends too early.
pub(super) const CUT_SHORT: &str = "the JPEG is cut short";

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const APP14: u8 = 0xee;

/// What Adobe's APP14 segment says about the components.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Adobe {
    /// Where in the file the transform stands.
    at: usize,
    /// 0 for none, 1 for YCbCr, 2 for YCCK.
    transform: u8,
}

/// What a walk over the segments of the first picture finds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Structure {
    components: u8,
    adobe: Option<Adobe>,
    /// Bytes between segments that belong to none, of which there should not be any.
    strays: Vec<Range<usize>>,
}

impl Structure {
    /// Walks from the start of the picture to its end.
    ///
    /// # Errors
    /// `corrupt` if there is no end-of-image marker: the file was cut short.
    pub(super) fn of(bytes: &[u8]) -> Result<Self, Rejection> {
        let mut found = Self::default();
        let mut at = 2;
        let mut before_pixels = true;
        loop {
            let marker_at = next_marker(bytes, at)?;
            // Fill bytes are allowed before a marker (B.1.1.2); entropy-coded data is none of
            // ours; everything else between segments is stray.
            let filled = bytes[at..marker_at].iter().all(|byte| *byte == 0xff);
            if before_pixels && !filled {
                found.strays.push(at..marker_at);
            }
            let marker = bytes[marker_at + 1];
            let body = marker_at + 2;
            match marker {
                EOI => return Ok(found),
                0x01 | 0xd0..=SOI => at = body,
                _ => {
                    let segment = segment(bytes, body)?;
                    found.note(marker, body, segment);
                    before_pixels = before_pixels && marker != SOS;
                    at = body + segment.len();
                }
            }
        }
    }

    /// Takes in a segment, which begins with its length, at `at`.
    fn note(&mut self, marker: u8, at: usize, segment: &[u8]) {
        match marker {
            0xc0..=0xc2 if self.components == 0 => {
                self.components = segment.get(7).copied().unwrap_or_default();
            }
            APP14 if segment.len() >= 14 && segment[2..].starts_with(b"Adobe") => {
                let transform = segment[13];
                self.adobe = Some(Adobe {
                    at: at + 13,
                    transform,
                });
            }
            _ => {}
        }
    }

    /// Whether Adobe's software wrote it, which stores inks inverted.
    pub(super) fn has_adobe(&self) -> bool {
        self.adobe.is_some()
    }

    /// Whether the three components are red, green and blue as they are.
    pub(super) fn is_untransformed_rgb(&self) -> bool {
        self.components == 3 && self.adobe.is_some_and(|adobe| adobe.transform == 0)
    }

    /// Whether there are bytes that belong to no segment.
    pub(super) fn has_strays(&self) -> bool {
        !self.strays.is_empty()
    }

    /// The file as the decoder takes it: without stray bytes, and with no transform of 0 for
    /// three components, which it takes for CMYK.
    pub(super) fn mended<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        if self.strays.is_empty() && !self.is_untransformed_rgb() {
            return Cow::Borrowed(bytes);
        }
        let mut whole = Cow::Borrowed(bytes);
        if let (true, Some(adobe)) = (self.is_untransformed_rgb(), self.adobe) {
            whole.to_mut()[adobe.at] = 1;
        }
        let mut mended = Vec::with_capacity(bytes.len());
        let mut from = 0;
        for stray in &self.strays {
            mended.extend_from_slice(&whole[from..stray.start]);
            from = stray.end;
        }
        mended.extend_from_slice(&whole[from..]);
        Cow::Owned(mended)
    }
}

/// Where the next marker's 0xFF stands, from `at` on. Within entropy-coded data 0xFF is stuffed
/// with a zero, and restart markers are part of it.
fn next_marker(bytes: &[u8], mut at: usize) -> Result<usize, Rejection> {
    loop {
        let rest = bytes.get(at..).ok_or_else(|| corrupt(CUT_SHORT))?;
        let found = at + memchr(0xff, rest).ok_or_else(|| corrupt(CUT_SHORT))?;
        match bytes.get(found + 1) {
            None => return Err(corrupt(CUT_SHORT)),
            Some(0x00) => at = found + 2,
            Some(0xff) => at = found + 1,
            Some(_) => return Ok(found),
        }
    }
}

fn segment(bytes: &[u8], at: usize) -> Result<&[u8], Rejection> {
    let length = bytes.get(at..at + 2).ok_or_else(|| corrupt(CUT_SHORT))?;
    let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
    bytes
        .get(at..at + length.max(2))
        .ok_or_else(|| corrupt(CUT_SHORT))
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
    fn a_whole_file_needs_no_mending_whatever_comes_after_it() {
        let bytes = file(&[FRAME, SCAN, b"\xff\xd9", b"\xff\xd8 a film"]);
        let structure = Structure::of(&bytes).unwrap();
        assert!(matches!(structure.mended(&bytes), Cow::Borrowed(_)));
    }

    #[test]
    fn a_file_without_its_end_is_cut_short() {
        let bytes = file(&[FRAME, SCAN, b"\xff\xd9"]);
        for end in 2..bytes.len() {
            assert!(Structure::of(&bytes[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn stray_bytes_between_segments_are_taken_out() {
        let bytes = file(&[FRAME, b"stray", SCAN, b"\xff\xd9"]);
        let structure = Structure::of(&bytes).unwrap();
        assert!(structure.has_strays());
        assert_eq!(*structure.mended(&bytes), file(&[FRAME, SCAN, b"\xff\xd9"]));
    }

    #[test]
    fn three_components_without_a_transform_are_red_green_and_blue() {
        let bytes = file(&[ADOBE, FRAME, SCAN, b"\xff\xd9"]);
        let structure = Structure::of(&bytes).unwrap();
        assert!(structure.has_adobe() && structure.is_untransformed_rgb());
        assert_eq!(structure.mended(&bytes)[17], 1);
    }
}
