//! The coefficients of a block in a progressive scan (ITU-T T.81, G.1.2 and G.2).

use crate::bits::BitReader;
use crate::block::{Block, is_even};
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
/// `end_run` is the number of further blocks without coefficients in this band.
pub(crate) fn decode_ac_first(
    reader: &mut BitReader<'_>,
    table: &HuffmanTable,
    scan: &Scan,
    end_run: &mut u32,
    block: &mut Block,
) -> Result<()> {
    if *end_run > 0 {
        *end_run -= 1;
        return Ok(());
    }
    let mut place = scan.first;
    while place <= scan.last {
        let symbol = table.decode(reader)?;
        if symbol.size == 0 {
            if symbol.run != 15 {
                *end_run = read_end_run(reader, symbol.run) - 1;
                break;
            }
            place += 16;
            continue;
        }
        place += symbol.run;
        if place > scan.last {
            return Err(BAD_CODE);
        }
        block[natural(place)] = (symbol.value << scan.low) as i16;
        place += 1;
    }
    Ok(())
}

/// Reads the number of blocks without further coefficients, this one included (G.1.2.2).
fn read_end_run(reader: &mut BitReader<'_>, size: u32) -> u32 {
    (1 << size) + reader.read(size)
}

/// Decodes one more bit of a band of AC coefficients (G.1.2.3): a correction of each coefficient
/// that is not zero, and new coefficients between them.
pub(crate) fn decode_ac_refinement(
    reader: &mut BitReader<'_>,
    table: &HuffmanTable,
    scan: &Scan,
    end_run: &mut u32,
    block: &mut Block,
) -> Result<()> {
    if *end_run > 0 && is_even(block) {
        // There is nothing to correct, in most blocks of most images.
        *end_run -= 1;
        return Ok(());
    }
    let mut place = scan.first;
    while *end_run == 0 && place <= scan.last {
        let symbol = table.decode(reader)?;
        if symbol.size == 0 && symbol.run != 15 {
            *end_run = read_end_run(reader, symbol.run);
            break;
        }
        if symbol.size > 1 {
            return Err(BAD_CODE);
        }
        place = skip_zeros(reader, scan, place, symbol.run, block);
        if symbol.size != 0 {
            if place > scan.last {
                return Err(BAD_CODE);
            }
            block[natural(place)] = (symbol.value << scan.low) as i16;
        }
        place += 1;
    }
    if *end_run > 0 {
        // As long as there are zeros to skip, all coefficients up to the last one are corrected.
        skip_zeros(reader, scan, place, 64, block);
        *end_run -= 1;
    }
    Ok(())
}

/// Corrects the coefficients from `place` on, and returns the place of the zero after `zeros`
/// zeros, or the end of the band.
fn skip_zeros(
    reader: &mut BitReader<'_>,
    scan: &Scan,
    mut place: u32,
    mut zeros: u32,
    block: &mut Block,
) -> u32 {
    let bit = 1_i16 << scan.low;
    // A copy of its own stays in registers.
    let mut bits = *reader;
    while place <= scan.last {
        let coefficient = &mut block[natural(place)];
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
        place += 1;
    }
    *reader = bits;
    place
}
