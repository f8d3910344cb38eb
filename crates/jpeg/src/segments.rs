//! The segments of a file, up to the header of each scan (ITU-T T.81, B.2.1).

use crate::error::{Error, Result};
use crate::frame::{Frame, NO_FRAME};
use crate::marker::{EOI, Marker, SOS};
use crate::scan::Scan;
use crate::tables::Tables;

/// The maximum number of scans, which is more than any encoder writes. Every scan costs time, however
/// short it is.
const MAX_SCANS: u32 = 500;

/// A reader of segments.
#[derive(Debug, Clone)]
pub(crate) struct Segments<'a> {
    pub(crate) bytes: &'a [u8],
    /// The offset of the next segment, or of entropy-coded data before it.
    pub(crate) position: usize,
    pub(crate) frame: Option<Frame>,
    pub(crate) tables: Tables,
    pub(crate) has_stray_bytes: bool,
    scans: u32,
}

impl<'a> Segments<'a> {
    /// Creates a reader of the segments after SOI.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            position: 2,
            frame: None,
            tables: Tables::default(),
            has_stray_bytes: false,
            scans: 0,
        }
    }

    /// Reads all segments up to the next scan header, and returns this header; `None` at the end of
    /// the image.
    ///
    /// # Errors
    /// As [`Error`] describes; [`Error::Truncated`] if the file ends without EOI.
    pub(crate) fn next_scan(&mut self) -> Result<Option<Scan>> {
        loop {
            let marker = Marker::find(self.bytes, self.position).ok_or(Error::Truncated)?;
            let before = &self.bytes[self.position..marker.start];
            // Fill bytes (B.1.1.2) may precede a marker.
            self.has_stray_bytes |= before.iter().any(|byte| *byte != 0xff);
            self.position = marker.end;
            match marker.code {
                EOI => return Ok(None),
                _ if marker.is_standalone() => continue,
                SOS => return self.read_scan(marker).map(Some),
                _ if marker.is_frame() => self.read_frame(marker)?,
                _ => self.tables.read(self.bytes, marker)?,
            }
            self.position += 2 + marker.segment(self.bytes)?.len();
        }
    }

    fn read_scan(&mut self, marker: Marker) -> Result<Scan> {
        let frame = self.frame.as_ref().ok_or(NO_FRAME)?;
        let scan = Scan::read(self.bytes, marker, frame)?;
        self.position = scan.data;
        self.scans += 1;
        if self.scans > MAX_SCANS {
            return Err(Error::Damaged("the JPEG has too many scans"));
        }
        Ok(scan)
    }

    fn read_frame(&mut self, marker: Marker) -> Result<()> {
        if self.frame.is_some() {
            return Err(Error::Damaged("the JPEG has two frame headers"));
        }
        self.frame = Some(Frame::read(self.bytes, marker)?);
        Ok(())
    }
}
