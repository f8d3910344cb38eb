//! The segments that set up later scans (ITU-T T.81, B.2.4): quantization and Huffman tables, the
//! restart interval, and the application segments that state the color model.

use crate::color::{Adobe, ColorHints};
use crate::error::{Error, Result};
use crate::frame::Component;
use crate::huffman::HuffmanTable;
use crate::marker::{APP0, APP14, DHT, DQT, DRI, Marker};
use crate::standard_tables;
use crate::zigzag::ZIGZAG;

const MISSING_HUFFMAN_TABLE: Error = Error::Damaged("a Huffman table of the JPEG is missing");

/// The quantization factor of each coefficient of a block, in natural order.
type QuantizationTable = [u16; 64];

/// The tables in force.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tables {
    quantization: [Option<QuantizationTable>; 4],
    dc: [Option<HuffmanTable>; 4],
    ac: [Option<HuffmanTable>; 4],
    /// The number of units (MCUs) between two restart markers; 0 if there are none.
    pub(crate) restart_interval: u32,
    pub(crate) color: ColorHints,
}

impl Tables {
    /// Reads a segment. Ignores a segment that does not set up later scans.
    ///
    /// # Errors
    /// As [`Error`] describes.
    pub(crate) fn read(&mut self, bytes: &[u8], marker: Marker) -> Result<()> {
        let segment = marker.segment(bytes)?;
        match marker.code {
            DQT => self.read_quantization(segment),
            DHT => self.read_huffman(segment),
            DRI => {
                let interval = segment.first_chunk().ok_or(Error::Truncated)?;
                self.restart_interval = u32::from(u16::from_be_bytes(*interval));
                Ok(())
            }
            APP0 => {
                self.color.is_jfif |= segment.starts_with(b"JFIF\0");
                Ok(())
            }
            APP14 if segment.starts_with(b"Adobe") => {
                let transform = segment.get(11).copied();
                self.color.adobe = Some(Adobe { transform });
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Reads quantization tables of 8 or 16 bits per factor (B.2.4.1).
    fn read_quantization(&mut self, mut rest: &[u8]) -> Result<()> {
        while let Some((&head, factors)) = rest.split_first() {
            let slot = self.quantization.get_mut(usize::from(head & 15));
            let slot = slot.ok_or(Error::Damaged("a quantization table has an invalid number"))?;
            let length = if head >> 4 == 0 { 64 } else { 128 };
            let (factors, next) = factors.split_at_checked(length).ok_or(Error::Truncated)?;
            let mut table = [0; 64];
            for (at, factor) in ZIGZAG.iter().zip(factors.chunks(length / 64)) {
                table[usize::from(*at)] = factor
                    .iter()
                    .fold(0, |value, byte| value << 8 | u16::from(*byte));
            }
            *slot = Some(table);
            rest = next;
        }
        Ok(())
    }

    /// Reads Huffman tables (B.2.4.2).
    fn read_huffman(&mut self, mut rest: &[u8]) -> Result<()> {
        while let [head, after @ ..] = rest {
            let (counts, after) = after.split_first_chunk().ok_or(Error::Truncated)?;
            let length = counts.iter().map(|count| usize::from(*count)).sum();
            let (symbols, next) = after.split_at_checked(length).ok_or(Error::Truncated)?;
            let table = HuffmanTable::new(counts, symbols)?;
            let tables = if head >> 4 == 0 {
                // A symbol of a DC table is a number of bits, which is at most 15.
                if table.largest_symbol() > 15 {
                    return Err(Error::Damaged("a Huffman table of the JPEG is damaged"));
                }
                &mut self.dc
            } else {
                &mut self.ac
            };
            let slot = tables.get_mut(usize::from(head & 15));
            *slot.ok_or(Error::Damaged("a Huffman table has an invalid number"))? = Some(table);
            rest = next;
        }
        Ok(())
    }

    /// Adds each standard table (0 and 1, for DC and AC coefficients) that the file has not defined
    /// yet. Frames of Motion JPEG depend on the standard tables.
    ///
    /// # Errors
    /// Never fails in practice, because the standard tables are valid.
    pub(crate) fn add_standard_huffman_tables(&mut self) -> Result<()> {
        for index in 0..2 {
            if self.dc[index].is_none() {
                self.dc[index] = Some(standard_tables::dc(index)?);
            }
            if self.ac[index].is_none() {
                self.ac[index] = Some(standard_tables::ac(index)?);
            }
        }
        Ok(())
    }
}

impl Tables {
    /// Returns a table for DC coefficients.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the table is missing.
    #[inline]
    pub(crate) fn dc(&self, number: usize) -> Result<&HuffmanTable> {
        self.dc[number & 3].as_ref().ok_or(MISSING_HUFFMAN_TABLE)
    }

    /// Returns a table for AC coefficients.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the table is missing.
    #[inline]
    pub(crate) fn ac(&self, number: usize) -> Result<&HuffmanTable> {
        self.ac[number & 3].as_ref().ok_or(MISSING_HUFFMAN_TABLE)
    }

    /// Returns the quantization factors of a component, converted for 16-bit arithmetic.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the table is missing.
    pub(crate) fn factors(&self, component: &Component) -> Result<[i16; 64]> {
        let slot = self.quantization.get(usize::from(component.quantization));
        let table = slot.and_then(Option::as_ref);
        let table = table.ok_or(Error::Damaged(
            "a quantization table of the JPEG is missing",
        ))?;
        Ok(table.map(|factor| factor as i16))
    }
}
