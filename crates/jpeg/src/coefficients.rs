//! The coefficients of an image with several scans.

use crate::block::{Block, decode_block, has_only_dc};
use crate::entropy::Entropy;
use crate::error::{Error, Result};
use crate::frame::{Component, Frame};
use crate::idct::{transform, transform_even};
use crate::progressive::{
    decode_ac_first, decode_ac_refinement, decode_dc_first, decode_dc_refinement,
};
use crate::scan::{Scan, ScanComponent};
use crate::tables::Tables;
use crate::window::RowWindow;

/// The value in `Plane::lowest_decoded` for a coefficient of which no bit has been decoded yet.
const NOT_DECODED: u8 = u8::MAX;

/// The coefficients of a component.
struct Plane {
    blocks: Vec<Block>,
    blocks_per_row: usize,
    /// The quantization table that was in force at the component's first scan.
    factors: Option<[i16; 64]>,
    /// For each coefficient in zigzag order, the number of the lowest bit that has been decoded, or
    /// `NOT_DECODED`.
    lowest_decoded: [u8; 64],
}

/// The coefficients of all components.
pub(crate) struct Coefficients {
    planes: Vec<Plane>,
}

impl Coefficients {
    /// Returns the number of bytes that the coefficients of a frame need.
    pub(crate) fn bytes(frame: &Frame) -> u64 {
        let blocks = frame.components.iter().map(|component| {
            let (columns, rows) = grid(frame, component);
            u64::from(columns) * u64::from(rows)
        });
        blocks.sum::<u64>() * size_of::<Block>() as u64
    }

    /// Creates coefficients that are all zero.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub(crate) fn new(frame: &Frame) -> Result<Self> {
        let mut planes = Vec::with_capacity(frame.components.len());
        for component in &frame.components {
            let (columns, rows) = grid(frame, component);
            planes.push(Plane {
                blocks: zeroed_blocks(columns as usize * rows as usize)?,
                blocks_per_row: columns as usize,
                factors: None,
                lowest_decoded: [NOT_DECODED; 64],
            });
        }
        Ok(Self { planes })
    }

    /// Decodes a scan into the coefficients. Returns the state of entropy decoding after the scan.
    ///
    /// # Errors
    /// [`Error::Truncated`] or [`Error::Damaged`].
    pub(crate) fn add_scan<'a>(
        &mut self,
        bytes: &'a [u8],
        frame: &Frame,
        tables: &Tables,
        scan: &Scan,
    ) -> Result<Entropy<'a>> {
        for component in &scan.components {
            let plane = &mut self.planes[component.index];
            if plane.factors.is_none() {
                plane.factors = Some(tables.factors(&frame.components[component.index])?);
            }
        }
        let mut entropy = Entropy::new(bytes, scan.data, tables.restart_interval);
        let mut decode = BlockDecoder {
            frame,
            tables,
            scan,
        };
        match *scan.components {
            [component] => self.add_single(&mut decode, component, &mut entropy)?,
            _ => self.add_interleaved(&mut decode, &mut entropy)?,
        }
        self.note_decoded(frame, scan);
        Ok(entropy)
    }

    /// Decodes the blocks of one component, row by row (A.2.2).
    fn add_single(
        &mut self,
        decoder: &mut BlockDecoder<'_>,
        component: ScanComponent,
        entropy: &mut Entropy<'_>,
    ) -> Result<()> {
        let specification = &decoder.frame.components[component.index];
        let columns = specification.blocks_per_row() as usize;
        let plane = &mut self.planes[component.index];
        let rows = plane.blocks.chunks_mut(plane.blocks_per_row);
        for row in rows.take(specification.block_rows() as usize) {
            for block in &mut row[..columns] {
                entropy.begin_unit()?;
                decoder.decode(component, entropy, block)?;
            }
            entropy.check()?;
        }
        Ok(())
    }

    /// Decodes the units (MCUs) of an interleaved scan (A.2.3).
    fn add_interleaved(
        &mut self,
        decoder: &mut BlockDecoder<'_>,
        entropy: &mut Entropy<'_>,
    ) -> Result<()> {
        let frame = decoder.frame;
        for unit_row in 0..frame.unit_rows() as usize {
            for unit in 0..frame.units_per_row() as usize {
                entropy.begin_unit()?;
                for component in &decoder.scan.components {
                    let specification = &frame.components[component.index];
                    let (columns, rows) = (specification.horizontal, specification.vertical);
                    let plane = &mut self.planes[component.index];
                    for row in 0..rows as usize {
                        let row = unit_row * rows as usize + row;
                        let start = row * plane.blocks_per_row + unit * columns as usize;
                        for block in &mut plane.blocks[start..start + columns as usize] {
                            decoder.decode(*component, entropy, block)?;
                        }
                    }
                }
            }
            entropy.check()?;
        }
        Ok(())
    }

    fn note_decoded(&mut self, frame: &Frame, scan: &Scan) {
        let (band, low) = match frame.is_progressive {
            true => (scan.first as usize..=scan.last as usize, scan.low as u8),
            false => (0..=63, 0),
        };
        for component in &scan.components {
            self.planes[component.index].lowest_decoded[band.clone()].fill(low);
        }
    }

    /// Returns whether every bit of every coefficient has been decoded.
    pub(crate) fn are_complete(&self) -> bool {
        self.planes
            .iter()
            .all(|plane| plane.lowest_decoded == [0; 64])
    }

    /// Returns whether at least the high bits of the DC coefficients of every component have been
    /// decoded. These bits are enough for a coarse image.
    pub(crate) fn have_all_components(&self) -> bool {
        self.planes
            .iter()
            .all(|plane| plane.lowest_decoded[0] != NOT_DECODED)
    }

    /// Applies the inverse DCT to one row of units (MCUs), and writes the samples to the
    /// [`RowWindow`] of each component.
    pub(crate) fn transform_row(&self, frame: &Frame, unit_row: u32, windows: &mut [RowWindow]) {
        let components = frame.components.iter().zip(&self.planes).zip(windows);
        for ((component, plane), window) in components {
            let Some(factors) = &plane.factors else {
                continue;
            };
            let rows = component.vertical as usize;
            let first = unit_row as usize * rows * plane.blocks_per_row;
            let blocks = &plane.blocks[first..first + rows * plane.blocks_per_row];
            for (row, blocks) in blocks.chunks(plane.blocks_per_row).enumerate() {
                for (column, block) in blocks.iter().enumerate() {
                    let stride = window.stride();
                    let samples = window.block_mut(column, row);
                    if has_only_dc(block) {
                        transform_even(block[0], factors[0], samples, stride);
                    } else {
                        transform(block, factors, samples, stride);
                    }
                }
            }
        }
    }
}

/// The decoder of the blocks of a scan.
struct BlockDecoder<'a> {
    frame: &'a Frame,
    tables: &'a Tables,
    scan: &'a Scan,
}

impl BlockDecoder<'_> {
    #[inline]
    fn decode(
        &self,
        component: ScanComponent,
        entropy: &mut Entropy<'_>,
        block: &mut Block,
    ) -> Result<()> {
        let (tables, scan) = (self.tables, self.scan);
        let prediction = &mut entropy.predictions[component.index];
        let (reader, end_run) = (&mut entropy.reader, &mut entropy.end_run);
        if !self.frame.is_progressive {
            let (dc, ac) = (tables.dc(component.dc)?, tables.ac(component.ac)?);
            decode_block(reader, dc, ac, prediction, block)?;
            return Ok(());
        }
        match (scan.first, scan.high) {
            (0, 0) => {
                decode_dc_first(reader, tables.dc(component.dc)?, scan, prediction, block)?;
            }
            (0, _) => decode_dc_refinement(reader, scan, block),
            (_, 0) => decode_ac_first(reader, tables.ac(component.ac)?, scan, end_run, block)?,
            _ => decode_ac_refinement(reader, tables.ac(component.ac)?, scan, end_run, block)?,
        }
        Ok(())
    }
}

/// Returns the number of blocks per row and the number of rows of blocks, including blocks that
/// only pad a unit.
fn grid(frame: &Frame, component: &Component) -> (u32, u32) {
    (
        frame.units_per_row() * component.horizontal,
        frame.unit_rows() * component.vertical,
    )
}

/// Allocates blocks of zeros.
///
/// `vec!` is fast, because it gets pages from the system that are already zeroed. But `vec!` aborts
/// the process if its allocation fails. So a fallible allocation of the same size comes first.
fn zeroed_blocks(count: usize) -> Result<Vec<Block>> {
    let mut probe = Vec::<Block>::new();
    probe
        .try_reserve_exact(count)
        .map_err(|_| Error::OutOfMemory)?;
    drop(probe);
    Ok(vec![[0; 64]; count])
}
