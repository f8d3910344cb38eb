//! The partitions of a frame (RFC 6386, sections 9.5 and 19.1).

use crate::Error;
use crate::bool_encoder::BoolEncoder;
use crate::header::{FRAME_TAG_BYTES, frame_tag};
use crate::kernels::Kernels;
use crate::token_symbols::{SymbolBuffer, TokenSymbols};
use crate::tokens::Tokens;

/// The least length of a partition that does not fit into its 24-bit size field.
pub(crate) const SIZE_LIMIT: usize = 1 << 24;

/// Returns two token partitions, or an error if they have more than `max_bytes`.
pub(crate) fn write_pair<K: Kernels>(
    kernels: K,
    tokens: &Tokens,
    symbols: &TokenSymbols,
    max_bytes: usize,
) -> Result<Vec<Vec<u8>>, Error> {
    let mut encoders = [(); 2].map(|()| BoolEncoder::new());
    let mut buffers = [(); 2].map(|()| SymbolBuffer::new());
    let mut rows = [0, 1].map(|partition| tokens.rows().skip(partition).step_by(2));
    loop {
        for (buffer, rows) in buffers.iter_mut().zip(&mut rows) {
            while buffer.waiting().is_empty() {
                let Some(elements) = rows.next() else { break };
                symbols.translate(elements, buffer);
            }
        }
        let [first, second] = &mut buffers;
        let (length, other_length) = (first.waiting().len(), second.waiting().len());
        let count = length.min(other_length);
        if count > 0 {
            let waiting = [&first.waiting()[..count], &second.waiting()[..count]];
            kernels.put_symbols_of_two(&mut encoders, waiting);
            first.consume(count);
            second.consume(count);
        } else if length + other_length > 0 {
            // One of the partitions has ended.
            kernels.put_symbols(&mut encoders[0], first.waiting());
            kernels.put_symbols(&mut encoders[1], second.waiting());
            first.consume(length);
            second.consume(other_length);
        } else {
            break;
        }
        check(encoders.iter().map(BoolEncoder::bytes).sum(), max_bytes)?;
    }
    Ok(encoders.map(BoolEncoder::finish).into())
}

/// Returns all tokens in one partition. The length of a single partition is not limited by any field.
pub(crate) fn write_single<K: Kernels>(
    kernels: K,
    tokens: &Tokens,
    symbols: &TokenSymbols,
    max_bytes: usize,
) -> Result<Vec<Vec<u8>>, Error> {
    let mut encoder = BoolEncoder::new();
    let mut buffer = SymbolBuffer::new();
    for elements in tokens.rows() {
        symbols.translate(elements, &mut buffer);
        kernels.put_symbols(&mut encoder, buffer.waiting());
        check(encoder.bytes(), max_bytes)?;
    }
    Ok(vec![encoder.finish()])
}

fn check(bytes: usize, max_bytes: usize) -> Result<(), Error> {
    if bytes > max_bytes {
        Err(Error::TooLarge { max_bytes })
    } else {
        Ok(())
    }
}

/// Returns a frame: the tag, the first partition, the sizes of all token partitions except the last, and the
/// token partitions.
pub(crate) fn frame(width: u32, height: u32, first: &[u8], tokens: &[Vec<u8>]) -> Vec<u8> {
    let length = FRAME_TAG_BYTES + first.len() + 3 + tokens.iter().map(Vec::len).sum::<usize>();
    let mut out = Vec::with_capacity(length);
    out.extend_from_slice(&frame_tag(width, height, first.len()));
    out.extend_from_slice(first);
    for partition in &tokens[..tokens.len() - 1] {
        out.extend_from_slice(&partition.len().to_le_bytes()[..3]);
    }
    for partition in tokens {
        out.extend_from_slice(partition);
    }
    out
}
