//! The state of entropy decoding within a scan, and restart markers (ITU-T T.81, E.2.4).

use crate::bits::BitReader;
use crate::error::{Error, Result};
use crate::marker::{Marker, RST0, RST7, SOF0};

/// The state of entropy decoding.
#[derive(Debug, Clone)]
pub(crate) struct Entropy<'a> {
    bytes: &'a [u8],
    pub(crate) reader: BitReader<'a>,
    /// The DC coefficient of each component's preceding block, by the component's index in the
    /// frame.
    pub(crate) predictions: [i32; 4],
    /// The number of further blocks that have no new coefficients in the band of the scan
    /// (G.1.2.2).
    pub(crate) end_run: u32,
    /// The number of units (MCUs) between two restart markers; 0 if there are none.
    interval: u32,
    units_before_restart: u32,
    /// The number of the next restart marker, 0 to 7.
    next_restart: u8,
    /// `true` if some bytes did not belong to a unit, or if a restart marker had a wrong number.
    pub(crate) has_stray_bytes: bool,
}

impl<'a> Entropy<'a> {
    /// Creates the state at the beginning of a scan's data.
    pub(crate) const fn new(bytes: &'a [u8], position: usize, interval: u32) -> Self {
        Self {
            bytes,
            reader: BitReader::new(bytes, position),
            predictions: [0; 4],
            end_run: 0,
            interval,
            units_before_restart: interval,
            next_restart: 0,
            has_stray_bytes: false,
        }
    }

    /// Prepares for the next unit: reads a restart marker if one is due.
    ///
    /// # Errors
    /// [`Error::Truncated`] if units are missing before the next marker.
    #[inline]
    pub(crate) fn begin_unit(&mut self) -> Result<()> {
        if self.interval > 0 {
            if self.units_before_restart == 0 {
                self.restart()?;
            }
            self.units_before_restart -= 1;
        }
        Ok(())
    }

    /// Reads a restart marker.
    ///
    /// A marker with an unexpected number means that markers or units were lost or repeated. This
    /// function applies the rules of libjpeg (`jpeg_resync_to_restart`), except that missing units
    /// are an error.
    #[cold]
    fn restart(&mut self) -> Result<()> {
        let mut position = self.end();
        loop {
            let marker = Marker::find(self.bytes, position).ok_or(Error::Truncated)?;
            position = marker.end;
            if !(RST0..=RST7).contains(&marker.code) {
                if marker.code < SOF0 {
                    continue;
                }
                return Err(Error::Truncated);
            }
            match marker.code.wrapping_sub(self.next_restart) & 7 {
                0 => break,
                // One of the next two markers: the units before it are missing.
                1 | 2 => return Err(Error::Truncated),
                // One of the previous two markers: the units after it are decoded already.
                6 | 7 => self.has_stray_bytes = true,
                // The number itself is wrong.
                _ => {
                    self.has_stray_bytes = true;
                    break;
                }
            }
        }
        let has_stray_bytes = self.has_stray_bytes;
        let next_restart = (self.next_restart + 1) & 7;
        *self = Self::new(self.bytes, position, self.interval);
        self.next_restart = next_restart;
        self.has_stray_bytes = has_stray_bytes;
        Ok(())
    }

    /// Ends a restart interval or the scan, and records whether some bytes before the next marker
    /// remain unread. Returns an offset at or before that marker.
    pub(crate) fn end(&mut self) -> usize {
        self.has_stray_bytes |= self.reader.unread_bytes() > 0;
        self.reader.position()
    }

    /// Checks that all units so far are complete.
    ///
    /// # Errors
    /// [`Error::Truncated`] if a unit is incomplete.
    #[inline(always)]
    pub(crate) const fn check(&self) -> Result<()> {
        if self.reader.is_exhausted() {
            return Err(Error::Truncated);
        }
        Ok(())
    }
}
