//! Bounded inflation of untrusted zlib streams.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::{
    TINFL_FLAG_PARSE_ZLIB_HEADER, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF,
};
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

/// The maximum number of bytes that all compressed metadata of a file together may inflate to. The
/// largest ICC profiles in use (CMYK tables) have about 3 MiB.
pub(crate) const INFLATE_BUDGET: usize = 4 << 20;

/// The minimum cost of a stream in bytes. It ensures that a file with a million empty streams soon
/// spends the budget.
const MIN_COST: usize = 1 << 10;

/// The content of a stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Inflated {
    pub(crate) bytes: Vec<u8>,
    /// `false` if the stream is damaged: its end or its checksum is missing or wrong.
    pub(crate) is_complete: bool,
}

/// An inflater for the streams of one file. It works until its budget is spent.
pub(crate) struct Inflater {
    budget: usize,
}

impl Inflater {
    /// Creates an inflater with the whole budget.
    pub(crate) fn new() -> Self {
        Self {
            budget: INFLATE_BUDGET,
        }
    }

    /// Inflates a stream; `None` if it exceeds the remaining budget. A damaged or truncated stream
    /// yields the bytes before the damage.
    pub(crate) fn inflate(&mut self, stream: &[u8]) -> Option<Inflated> {
        if self.budget == 0 {
            return None;
        }
        // A sensible stream is never much longer than its content. A longer one would consist of empty
        // blocks, which cost time without spending the budget.
        let length = stream.len().min(self.budget + self.budget / 64);
        let stream = &stream[..length];
        let (bytes, status) = inflate_within(stream, self.budget);
        self.spend(bytes.len().max(length));
        (status != TINFLStatus::HasMoreOutput).then_some(Inflated {
            bytes,
            is_complete: status == TINFLStatus::Done,
        })
    }

    fn spend(&mut self, bytes: usize) {
        self.budget = self.budget.saturating_sub(bytes.max(MIN_COST));
    }
}

/// Inflates a stream to at most `limit` bytes. Returns the bytes, and the status with which
/// inflation stopped.
fn inflate_within(stream: &[u8], limit: usize) -> (Vec<u8>, TINFLStatus) {
    let flags = TINFL_FLAG_PARSE_ZLIB_HEADER | TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let mut decompressor = Box::<DecompressorOxide>::default();
    let mut bytes = vec![0; (stream.len() * 2).clamp(MIN_COST.min(limit), limit)];
    let (mut read, mut written) = (0, 0);
    loop {
        let (status, consumed, produced) = decompress(
            &mut decompressor,
            &stream[read..],
            &mut bytes,
            written,
            flags,
        );
        read += consumed;
        written += produced;
        if status != TINFLStatus::HasMoreOutput || bytes.len() == limit {
            bytes.truncate(written);
            return (bytes, status);
        }
        bytes.resize((bytes.len() * 2).min(limit), 0);
    }
}

#[cfg(test)]
mod tests {
    use darkroom_testkit::fixture::content_after_empty_blocks;
    use miniz_oxide::deflate::compress_to_vec_zlib;

    use super::*;

    #[test]
    fn a_stream_within_the_budget_is_inflated() {
        let stream = compress_to_vec_zlib(b"a profile", 6);
        let inflated = Inflater::new().inflate(&stream).unwrap();
        assert_eq!(inflated.bytes, b"a profile");
        assert!(inflated.is_complete);
    }

    #[test]
    fn a_stream_with_a_broken_end_yields_the_bytes_before_it() {
        let mut stream = compress_to_vec_zlib(b"a profile", 6);
        for _ in 0..6 {
            stream.pop();
            let inflated = Inflater::new().inflate(&stream).unwrap();
            assert!(b"a profile".starts_with(&inflated.bytes));
            assert!(inflated.bytes.len() >= 7 && !inflated.is_complete);
        }
    }

    #[test]
    fn streams_share_one_budget() {
        let half = compress_to_vec_zlib(&vec![7; INFLATE_BUDGET / 2], 6);
        let mut inflater = Inflater::new();
        assert!(inflater.inflate(&half).is_some());
        assert!(inflater.inflate(&half).is_some());
        assert_eq!(inflater.inflate(&half), None);
    }

    #[test]
    fn a_decompression_bomb_yields_nothing_and_spends_the_budget() {
        let bomb = compress_to_vec_zlib(&vec![0; INFLATE_BUDGET + 1], 9);
        let mut inflater = Inflater::new();
        assert_eq!(inflater.inflate(&bomb), None);
        assert_eq!(inflater.budget, 0);
    }

    #[test]
    fn a_stream_of_empty_blocks_spends_the_budget() {
        let stream = content_after_empty_blocks(b"a profile", 2 * INFLATE_BUDGET);
        let mut inflater = Inflater::new();
        let inflated = inflater.inflate(&stream).unwrap();
        assert!(inflated.bytes.is_empty() && !inflated.is_complete);
        assert_eq!(inflater.budget, 0);
    }
}
