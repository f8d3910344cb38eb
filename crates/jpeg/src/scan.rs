//! The header of a scan (ITU-T T.81, B.2.3).

use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::marker::Marker;

/// A component of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ScanComponent {
    /// The index of this component in the frame.
    pub(crate) index: usize,
    /// The number of the Huffman table for DC coefficients.
    pub(crate) dc: usize,
    /// The number of the Huffman table for AC coefficients.
    pub(crate) ac: usize,
}

/// The header of a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scan {
    pub(crate) components: Vec<ScanComponent>,
    /// The index of the first coefficient of the scan, in zigzag order.
    pub(crate) first: u32,
    /// The index of the last coefficient of the scan.
    pub(crate) last: u32,
    /// The number of the lowest bit that earlier scans of these coefficients contain; 0 if there
    /// was no earlier scan.
    pub(crate) high: u32,
    /// The number of the lowest bit that this scan contains.
    pub(crate) low: u32,
    /// The offset of the entropy-coded data.
    pub(crate) data: usize,
}

impl Scan {
    /// Reads the header at a marker.
    ///
    /// # Errors
    /// As [`Error`] describes.
    pub(crate) fn read(bytes: &[u8], marker: Marker, frame: &Frame) -> Result<Self> {
        let segment = marker.segment(bytes)?;
        let (&count, rest) = segment.split_first().ok_or(Error::Truncated)?;
        let count = usize::from(count);
        let (selectors, rest) = rest.split_at_checked(2 * count).ok_or(Error::Truncated)?;
        let [first, last, approximation, ..] = *rest else {
            return Err(Error::Truncated);
        };
        let mut components: Vec<ScanComponent> = Vec::with_capacity(4);
        for [identifier, tables] in selectors.as_chunks().0 {
            components.push(ScanComponent {
                index: find(frame, *identifier, &components)?,
                dc: usize::from(tables >> 4 & 3),
                ac: usize::from(tables & 3),
            });
        }
        let scan = Self {
            components,
            first: first.into(),
            last: last.into(),
            high: u32::from(approximation >> 4),
            low: u32::from(approximation & 15),
            data: marker.end + 2 + segment.len(),
        };
        if scan.components.is_empty() || (frame.is_progressive && !scan.is_valid_progression()) {
            return Err(Error::Damaged("a scan of the JPEG is invalid"));
        }
        Ok(scan)
    }

    /// Returns whether a progressive frame may contain the scan (G.1.1.1).
    fn is_valid_progression(&self) -> bool {
        let is_valid_band = match self.first {
            0 => self.last == 0,
            first => first <= self.last && self.last < 64 && self.components.len() == 1,
        };
        is_valid_band && self.low <= 13 && (self.high == 0 || self.low + 1 == self.high)
    }
}

/// Returns the index of the first component with this identifier that the scan does not contain
/// yet.
///
/// Some files give several components the same identifier. Components have the same order in the frame
/// and in the scan, so each use of the identifier means the next of these components.
fn find(frame: &Frame, identifier: u8, taken: &[ScanComponent]) -> Result<usize> {
    let mut free = (0..frame.components.len())
        .filter(|index| taken.iter().all(|component| component.index != *index));
    free.find(|index| frame.components[*index].id == identifier)
        .ok_or(Error::Damaged(
            "a scan of the JPEG has an unknown component",
        ))
}
