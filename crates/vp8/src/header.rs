//! The frame tag and the first partition (RFC 6386, sections 9 and 19.2).

use crate::bool_encoder::{BoolEncoder, symbol};
use crate::cost::best_probability;
use crate::kernels::Kernels;
use crate::modes::{MAX_MODE_SYMBOLS, MacroblockHeader, ModeSymbols};
use crate::probabilities::Probabilities;
use crate::quantization::IndexDeltas;
use crate::segments::{SEGMENTS, Segments};

/// The bytes before the first partition.
pub(crate) const FRAME_TAG_BYTES: usize = 10;

/// The maximum number of bytes of the first partition.
pub(crate) const MAX_FIRST_PARTITION: usize = (1 << 19) - 1;

/// The loop filter (section 9.6).
#[derive(Debug, Clone, Copy)]
pub(crate) struct LoopFilter {
    pub(crate) levels: [u8; SEGMENTS],
}

/// The contents of the first partition.
pub(crate) struct FirstPartition<'a> {
    pub(crate) segments: &'a Segments,
    pub(crate) deltas: &'a IndexDeltas,
    pub(crate) filter: LoopFilter,
    pub(crate) probabilities: &'a Probabilities,
    pub(crate) macroblocks: &'a [MacroblockHeader],
    pub(crate) columns: usize,
    /// The number of token partitions. Successive rows of macroblocks go to successive partitions (section
    /// 9.5).
    pub(crate) token_partitions: usize,
    /// `true` if skipped macroblocks are marked.
    pub(crate) marks_skipped: bool,
}

/// Returns the frame tag and start code (section 9.1).
pub(crate) fn frame_tag(
    width: u32,
    height: u32,
    first_partition_bytes: usize,
) -> [u8; FRAME_TAG_BYTES] {
    // Bit 0 is clear on a key frame, bits 1 to 3 are the version, and bit 4 is `show_frame`.
    let tag = (1 << 4) | ((first_partition_bytes as u32) << 5);
    let [t0, t1, t2, _] = tag.to_le_bytes();
    let [w0, w1, ..] = width.to_le_bytes();
    let [h0, h1, ..] = height.to_le_bytes();
    [t0, t1, t2, 0x9d, 0x01, 0x2a, w0, w1, h0, h1]
}

impl FirstPartition<'_> {
    /// Writes the partition.
    pub(crate) fn write<K: Kernels>(&self, kernels: K, out: &mut BoolEncoder) {
        // Color space and clamping type: BT.601, clamping needed.
        out.put_literal(0, 2);
        let segmented = !self.segments.is_uniform();
        out.put(segmented, 128);
        let tree = self.segment_tree();
        if segmented {
            self.write_segments(out, &tree);
        }
        // The normal filter.
        out.put(false, 128);
        out.put_literal(self.filter.levels[0].into(), 6);
        // Sharpness 0, no filter adjustments.
        out.put_literal(0, 3 + 1);
        out.put_literal(self.token_partitions.ilog2(), 2);
        out.put_literal(self.segments.indices[0].into(), 7);
        let IndexDeltas {
            luma_dc,
            y2_dc,
            y2_ac,
            chroma_dc,
            chroma_ac,
        } = *self.deltas;
        for delta in [luma_dc, y2_dc, y2_ac, chroma_dc, chroma_ac] {
            out.put_optional_signed(delta, 4);
        }
        // The probabilities are for this frame only.
        out.put(false, 128);
        self.probabilities.write(out);
        let skip = self.marks_skipped.then(|| self.skip_probability());
        out.put(skip.is_some(), 128);
        if let Some(probability) = skip {
            out.put_literal(probability.into(), 8);
        }
        self.write_macroblocks(kernels, out, segmented.then_some(&tree), skip);
    }

    fn write_macroblocks<K: Kernels>(
        &self,
        kernels: K,
        out: &mut BoolEncoder,
        tree: Option<&[u8; 3]>,
        skip: Option<u8>,
    ) {
        let mut modes = ModeSymbols::new(self.columns);
        let mut symbols = vec![0; self.columns * (3 + MAX_MODE_SYMBOLS)];
        for row in self.macroblocks.chunks(self.columns) {
            let mut end = 0;
            for (column, header) in row.iter().enumerate() {
                if let Some(tree) = tree {
                    let subtree = if header.segment < 2 { tree[1] } else { tree[2] };
                    symbols[end] = symbol(header.segment >= 2, tree[0]);
                    symbols[end + 1] = symbol(header.segment & 1 == 1, subtree);
                    end += 2;
                }
                if let Some(probability) = skip {
                    symbols[end] = symbol(header.skipped, probability);
                    end += 1;
                }
                if let Some(out) = symbols[end..].first_chunk_mut() {
                    end += modes.translate(column, header, out);
                }
            }
            kernels.put_symbols(out, &symbols[..end]);
        }
    }

    /// Writes the quantizer and filter of each segment, and the probabilities of segments (section 9.3).
    fn write_segments(&self, out: &mut BoolEncoder, tree: &[u8; 3]) {
        // Both the map and the data are updated, with absolute values.
        out.put_literal(0b111, 3);
        for index in self.segments.indices {
            out.put_optional_signed(index.into(), 7);
        }
        for level in self.filter.levels {
            out.put_optional_signed(level.into(), 6);
        }
        for &probability in tree {
            out.put(probability != 255, 128);
            if probability != 255 {
                out.put_literal(probability.into(), 8);
            }
        }
    }

    fn segment_tree(&self) -> [u8; 3] {
        let mut counts = [0; SEGMENTS];
        for header in self.macroblocks {
            counts[usize::from(header.segment)] += 1;
        }
        let [a, b, c, d] = counts;
        [
            best_probability(a + b, c + d),
            best_probability(a, b),
            best_probability(c, d),
        ]
    }

    fn skip_probability(&self) -> u8 {
        let skipped = self
            .macroblocks
            .iter()
            .filter(|header| header.skipped)
            .count() as u32;
        best_probability(self.macroblocks.len() as u32 - skipped, skipped)
    }
}
