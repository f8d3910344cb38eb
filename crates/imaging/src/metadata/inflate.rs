//! zlib streams from outside, with a bound on what they may become.

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

/// Bytes that all compressed metadata of one file together may inflate to. The largest ICC
/// profiles in use (CMYK tables) are about 3 MiB.
pub(crate) const INFLATE_BUDGET: usize = 4 << 20;

/// What a stream costs at least, so that a file of a million empty ones is not worth its while.
const MIN_COST: usize = 1 << 10;

/// Inflates streams until the budget of the file is spent.
pub(super) struct Inflater {
    budget: usize,
}

impl Inflater {
    pub(super) fn new() -> Self {
        Self {
            budget: INFLATE_BUDGET,
        }
    }

    /// The inflated bytes; `None` where the stream is broken or larger than what is left of the
    /// budget. What a broken stream gave counts too, or a thousand of them would cost as much
    /// as no budget at all.
    pub(super) fn inflate(&mut self, stream: &[u8]) -> Option<Vec<u8>> {
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
    fn a_bomb_gives_nothing_and_spends_the_budget() {
        let bomb = compress_to_vec_zlib(&vec![0; INFLATE_BUDGET + 1], 9);
        let mut inflater = Inflater::new();
        assert_eq!(inflater.inflate(&bomb), None);
        assert_eq!(inflater.budget, 0);
    }
}
