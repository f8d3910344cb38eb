//! The coefficients of a block in a progressive scan (ITU-T T.81, G.1.2 and G.2).

use crate::bits::BitReader;
use crate::block::{Block, has_only_dc};
use crate::error::Result;
use crate::huffman::{BAD_CODE, HuffmanTable};
use crate::scan::Scan;
use crate::zigzag::natural;

/// Decodes the high bits of the DC coefficient.
pub(crate) fn decode_dc_first(
    reader: &mut BitReader<'_>,
    table: &HuffmanTable,
    scan: &Scan,
    prediction: &mut i32,
    block: &mut Block,
) -> Result<()> {
    *prediction = prediction.wrapping_add(table.decode(reader)?.value);
    block[0] = (*prediction << scan.low) as i16;
    Ok(())
}

/// Decodes one more bit of the DC coefficient.
pub(crate) fn decode_dc_refinement(reader: &mut BitReader<'_>, scan: &Scan, block: &mut Block) {
    block[0] |= (reader.read(1) << scan.low) as i16;
}

/// Decodes the high bits of a band of AC coefficients.
///
/// `eob_run` counts the upcoming blocks that have only zeros in this band. If it is positive on
/// entry, `block` is the first of these blocks.
pub(crate) fn decode_ac_first(
    reader: &mut BitReader<'_>,
    table: &HuffmanTable,
    scan: &Scan,
    eob_run: &mut u32,
    block: &mut Block,
) -> Result<()> {
    if *eob_run > 0 {
        *eob_run -= 1;
        return Ok(());
    }
    let mut index = scan.first;
    while index <= scan.last {
        let symbol = table.decode(reader)?;
        if symbol.size == 0 {
            if symbol.run != 15 {
                *eob_run = read_eob_run(reader, symbol.run) - 1;
                break;
            }
            index += 16;
            continue;
        }
        index += symbol.run;
        if index > scan.last {
            return Err(BAD_CODE);
        }
        block[natural(index)] = (symbol.value << scan.low) as i16;
        index += 1;
    }
    Ok(())
}

/// Reads the length of an end-of-band run: the number of blocks, including this one, that have no
/// further new coefficients in this band (G.1.2.2).
fn read_eob_run(reader: &mut BitReader<'_>, size: u32) -> u32 {
    (1 << size) + reader.read(size)
}

/// Decodes one more bit of a band of AC coefficients (G.1.2.3): a correction bit for each coefficient
/// that is already nonzero, and new coefficients between them.
pub(crate) fn decode_ac_refinement(
    reader: &mut BitReader<'_>,
    table: &HuffmanTable,
    scan: &Scan,
    eob_run: &mut u32,
    block: &mut Block,
) -> Result<()> {
    if *eob_run > 0 && has_only_dc(block) {
        // In most images, the AC coefficients of most blocks are still all zero, so there is nothing to
        // correct.
        *eob_run -= 1;
        return Ok(());
    }
    let mut index = scan.first;
    while *eob_run == 0 && index <= scan.last {
        let symbol = table.decode(reader)?;
        if symbol.size == 0 && symbol.run != 15 {
            *eob_run = read_eob_run(reader, symbol.run);
            break;
        }
        if symbol.size > 1 {
            return Err(BAD_CODE);
        }
        index = correct_and_skip_zeros(reader, scan, index, symbol.run, block);
        if symbol.size != 0 {
            if index > scan.last {
                return Err(BAD_CODE);
            }
            block[natural(index)] = (symbol.value << scan.low) as i16;
        }
        index += 1;
    }
    if *eob_run > 0 {
        // A band has fewer than 64 zeros, so skipping 64 never stops early. This corrects every
        // remaining nonzero coefficient in the band.
        correct_and_skip_zeros(reader, scan, index, 64, block);
        *eob_run -= 1;
    }
    Ok(())
}

/// Goes through the band from `index`, and corrects each nonzero coefficient on the way. After
/// passing `zeros` zero coefficients, stops at the next zero coefficient. Returns the index of that
/// coefficient, or the index after the band if the band ends first.
fn correct_and_skip_zeros(
    reader: &mut BitReader<'_>,
    scan: &Scan,
    mut index: u32,
    mut zeros: u32,
    block: &mut Block,
) -> u32 {
    let bit = 1_i16 << scan.low;
    // A local copy of the reader stays in registers.
    let mut bits = *reader;
    while index <= scan.last {
        let coefficient = &mut block[natural(index)];
        if *coefficient == 0 {
            if zeros == 0 {
                break;
            }
            zeros -= 1;
        } else if bits.read(1) == 1 && *coefficient & bit == 0 {
            // The magnitude grows, whatever the sign.
            let grown = if *coefficient < 0 { -bit } else { bit };
            *coefficient = coefficient.wrapping_add(grown);
        }
        index += 1;
    }
    *reader = bits;
    index
}
