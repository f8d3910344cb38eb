//! The partitions of a frame (RFC 6386, sections 9.5 and 19.1).

use crate::Error;
use crate::bool_encoder::BoolEncoder;
use crate::header::{FRAME_TAG_BYTES, TOKEN_PARTITIONS, frame_tag};
use crate::kernels::Kernels;
use crate::token_symbols::{SymbolBuffer, TokenSymbols};
use crate::tokens::Tokens;

/// Returns the token partitions, or an error if they have more than `max_bytes`.
pub(crate) fn write_tokens<K: Kernels>(
    kernels: K,
    tokens: &Tokens,
    symbols: &TokenSymbols,
    max_bytes: usize,
) -> Result<[Vec<u8>; TOKEN_PARTITIONS], Error> {
    let mut encoders = [(); TOKEN_PARTITIONS].map(|()| BoolEncoder::new(Vec::new()));
    let mut buffers = [(); TOKEN_PARTITIONS].map(|()| SymbolBuffer::new());
    let mut rows = [0, 1].map(|partition| tokens.rows().skip(partition).step_by(TOKEN_PARTITIONS));
    loop {
        for (buffer, rows) in buffers.iter_mut().zip(&mut rows) {
            while buffer.waiting().is_empty() {
                let Some(elements) = rows.next() else { break };
                symbols.translate(elements, buffer);
            }
        }
        let [first, second] = &mut buffers;
        let count = first.waiting().len().min(second.waiting().len());
        if count == 0 {
            // At least one of the partitions has ended.
            kernels.put_symbols(&mut encoders[0], first.waiting());
            kernels.put_symbols(&mut encoders[1], second.waiting());
            let rest = first.waiting().len() + second.waiting().len();
            if rest == 0 {
                break;
            }
            first.consume(first.waiting().len());
            second.consume(second.waiting().len());
        } else {
            let waiting = [&first.waiting()[..count], &second.waiting()[..count]];
            kernels.put_symbols_of_two(&mut encoders, waiting);
            first.consume(count);
            second.consume(count);
        }
        if encoders.iter().map(BoolEncoder::bytes).sum::<usize>() > max_bytes {
            return Err(Error::TooLarge { max_bytes });
        }
    }
    Ok(encoders.map(BoolEncoder::finish))
}

/// Returns a frame: tag, first partition, sizes of token partitions but the last, token partitions.
pub(crate) fn frame(
    width: u32,
    height: u32,
    first: &[u8],
    tokens: &[Vec<u8>; TOKEN_PARTITIONS],
) -> Vec<u8> {
    let length = FRAME_TAG_BYTES + first.len() + 3 + tokens.iter().map(Vec::len).sum::<usize>();
    let mut out = Vec::with_capacity(length);
    out.extend_from_slice(&frame_tag(width, height, first.len()));
    out.extend_from_slice(first);
    let [size_0, size_1, size_2, ..] = tokens[0].len().to_le_bytes();
    out.extend_from_slice(&[size_0, size_1, size_2]);
    for partition in tokens {
        out.extend_from_slice(partition);
    }
    out
}
