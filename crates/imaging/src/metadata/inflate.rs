//! Bounded inflation of untrusted zlib streams.

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

/// The number of bytes to which all compressed metadata of a file together may inflate. The largest
/// ICC profiles in use (CMYK tables) have about 3 MiB.
pub(crate) const INFLATE_BUDGET: usize = 4 << 20;

/// The minimum cost of a stream in bytes. It makes a file with a million empty streams cheap too.
const MIN_COST: usize = 1 << 10;

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

    /// Inflates a stream; `None` if it is damaged or exceeds the remaining budget. The output of a
    /// damaged stream counts too, since a thousand of them would otherwise evade the budget.
    pub(crate) fn inflate(&mut self, stream: &[u8]) -> Option<Vec<u8>> {
        if self.budget == 0 {
            return None;
        }
        match decompress_to_vec_zlib_with_limit(stream, self.budget) {
            Ok(bytes) => {
                self.spend(bytes.len());
                Some(bytes)
            }
            Err(error) => {
                self.spend(error.output.len());
                None
            }
        }
    }

    fn spend(&mut self, bytes: usize) {
        self.budget = self.budget.saturating_sub(bytes.max(MIN_COST));
    }
}

#[cfg(test)]
mod tests {
    use miniz_oxide::deflate::compress_to_vec_zlib;

    use super::*;

    #[test]
    fn a_stream_within_the_budget_is_inflated() {
        let stream = compress_to_vec_zlib(b"a profile", 6);
        assert_eq!(
            Inflater::new().inflate(&stream).as_deref(),
            Some(&b"a profile"[..])
        );
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
}
