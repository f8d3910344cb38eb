//! Decoding of an image with a single scan that contains all components. Each unit (MCU) becomes
//! samples immediately.

use crate::block::{Block, decode_block};
use crate::entropy::Entropy;
use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::huffman::HuffmanTable;
use crate::idct::{transform, transform_even};
use crate::scan::Scan;
use crate::tables::Tables;
use crate::window::RowWindow;

/// A component of the scan.
struct Component<'a> {
    index: usize,
    columns: usize,
    rows: usize,
    dc: &'a HuffmanTable,
    ac: &'a HuffmanTable,
    factors: [i16; 64],
}

/// A decoder that decodes one row of units at a time.
pub(crate) struct Sequential<'a> {
    components: Vec<Component<'a>>,
    units_per_row: u32,
    entropy: Entropy<'a>,
}

impl<'a> Sequential<'a> {
    /// Creates a decoder at the beginning of a scan.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a table is missing.
    pub(crate) fn new(
        bytes: &'a [u8],
        frame: &Frame,
        tables: &'a Tables,
        scan: &Scan,
    ) -> Result<Self> {
        let mut components = Vec::with_capacity(scan.components.len());
        for component in &scan.components {
            let specification = &frame.components[component.index];
            components.push(Component {
                index: component.index,
                columns: specification.horizontal as usize,
                rows: specification.vertical as usize,
                dc: tables.dc(component.dc)?,
                ac: tables.ac(component.ac)?,
                factors: tables.factors(specification)?,
            });
        }
        Ok(Self {
            components,
            units_per_row: frame.units_per_row(),
            entropy: Entropy::new(bytes, scan.data, tables.restart_interval),
        })
    }

    /// Decodes a row of units, and writes the samples to the window of each component.
    ///
    /// # Errors
    /// [`Error::Truncated`] or [`Error::Damaged`].
    pub(crate) fn decode_row(&mut self, windows: &mut [RowWindow]) -> Result<()> {
        let mut block: Block = [0; 64];
        for unit in 0..self.units_per_row as usize {
            self.entropy.begin_unit()?;
            // A local copy of the reader stays in registers.
            let mut reader = self.entropy.reader;
            for component in &self.components {
                let window = &mut windows[component.index];
                let prediction = &mut self.entropy.predictions[component.index];
                for row in 0..component.rows {
                    for column in 0..component.columns {
                        let (dc, ac) = (component.dc, component.ac);
                        let last = decode_block(&mut reader, dc, ac, prediction, &mut block)?;
                        let column = unit * component.columns + column;
                        let stride = window.stride();
                        let samples = window.block_mut(column, row);
                        if last == 0 {
                            transform_even(block[0], component.factors[0], samples, stride);
                        } else {
                            transform(&block, &component.factors, samples, stride);
                            block = [0; 64];
                        }
                    }
                }
            }
            if reader.is_exhausted() {
                return Err(Error::Truncated);
            }
            self.entropy.reader = reader;
        }
        Ok(())
    }

    /// Returns whether some bytes of the scan did not belong to a unit.
    pub(crate) fn has_stray_bytes(&self) -> bool {
        self.entropy.has_stray_bytes
    }
}
