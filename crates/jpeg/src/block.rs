//! The coefficients of a block in a sequential scan (ITU-T T.81, F.2.2).

use crate::bits::BitReader;
use crate::error::Result;
use crate::huffman::{BAD_CODE, HuffmanTable};
use crate::zigzag::natural;

/// The coefficients of 8 x 8 samples, in natural order.
pub(crate) type Block = [i16; 64];

/// Returns whether all coefficients except the DC coefficient are zero.
#[inline]
pub(crate) fn has_only_dc(block: &Block) -> bool {
    block[1..].iter().fold(0, |bits, value| bits | value) == 0
}

/// Decodes a block into `block`, whose AC coefficients must be zero on entry. Returns the zigzag
/// index of the last nonzero AC coefficient, or 0 if all are zero.
///
/// On entry, `prediction` is the DC coefficient of the component's preceding block. On return, it
/// is the DC coefficient of this block.
#[inline(always)]
pub(crate) fn decode_block(
    reader: &mut BitReader<'_>,
    dc: &HuffmanTable,
    ac: &HuffmanTable,
    prediction: &mut i32,
    block: &mut Block,
) -> Result<u32> {
    *prediction = prediction.wrapping_add(dc.decode(reader)?.value);
    block[0] = *prediction as i16;
    let mut last = 0;
    // This loop resembles the one for progressive scans. It is separate because it is the hottest
    // loop of the decoder, and because it decodes all coefficients and all of their bits.
    let mut index = 1;
    while index < 64 {
        let symbol = ac.decode(reader)?;
        if symbol.size == 0 {
            // A run of 15 stands for 16 zeros. Any other run ends the block.
            if symbol.run != 15 {
                break;
            }
            index += 16;
            continue;
        }
        index += symbol.run;
        if index > 63 {
            return Err(BAD_CODE);
        }
        block[natural(index)] = symbol.value as i16;
        last = index;
        index += 1;
    }
    Ok(last)
}
