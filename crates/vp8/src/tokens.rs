//! Tokens of coefficients: recording and counting (RFC 6386, section 13).

use crate::tables::BANDS;

/// The kinds of blocks, in the RFC's order. Each kind has its own probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum BlockKind {
    /// Luma whose DC coefficient is in Y2.
    LumaWithoutDc,
    /// Y2, the DC coefficients of luma.
    LumaDc,
    Chroma,
    /// Luma with its DC coefficient.
    Luma,
}

impl BlockKind {
    /// Returns the index of the first coefficient that is coded.
    pub(crate) fn first(self) -> usize {
        usize::from(self == Self::LumaWithoutDc)
    }
}

/// Contexts: 4 kinds of blocks, 8 bands, 3 magnitudes before.
pub(crate) const CONTEXTS: usize = 4 * 8 * 3;

/// Classes of values: 0 to 4, the six categories, and the end of a block.
pub(crate) const CLASSES: usize = 12;

/// The flag of a token after a zero. The block cannot end at this position.
pub(crate) const NO_END: u16 = 0x80;
/// The magnitude that represents the end of a block.
pub(crate) const END: u16 = 127;
/// The least magnitude of category 6. The magnitude itself follows as another element.
pub(crate) const LARGE: u16 = 67;

/// The class of each magnitude up to [`LARGE`].
static CLASS: [u8; 128] = classes();

const fn classes() -> [u8; 128] {
    let mut classes = [10; 128];
    let mut magnitude = 0;
    while magnitude < 67 {
        classes[magnitude] = match magnitude {
            0..=4 => magnitude as u8,
            5..=6 => 5,
            7..=10 => 6,
            11..=18 => 7,
            19..=34 => 8,
            _ => 9,
        };
        magnitude += 1;
    }
    classes[127] = 11;
    classes
}

/// The number of times that each class occurred, by context, and by context after a zero (from [`NO_END`] on).
pub(crate) struct TokenCounts(pub(crate) [[u32; 16]; 256]);

impl TokenCounts {
    /// Returns the number of times that `class` occurred in `context`: at positions where a block could end,
    /// and at other positions.
    pub(crate) fn get(&self, context: usize, class: usize) -> (u32, u32) {
        (
            self.0[context][class],
            self.0[context + usize::from(NO_END)][class],
        )
    }
}

/// The maximum number of elements of a macroblock: 25 blocks of 16 large levels and an end, plus space for one
/// more block.
const BUFFER: usize = 26 * 33;

/// The least number of elements by which the memory grows: a few macroblocks of noise.
const MIN_GROWTH: usize = 16 * BUFFER;

/// The tokens of a frame.
///
/// An element has the context in its lowest 7 bits, then [`NO_END`], 7 bits of magnitude, and the sign.
pub(crate) struct Tokens {
    elements: Vec<u16>,
    /// The elements of the current macroblock.
    buffer: Box<[u16; BUFFER]>,
    buffered: usize,
    /// The number of elements up to the end of each row of macroblocks.
    row_ends: Vec<usize>,
    counts: Box<TokenCounts>,
}

impl Tokens {
    pub(crate) fn new() -> Self {
        let counts = Box::new(TokenCounts([[0; 16]; 256]));
        let buffer = Box::new([0; BUFFER]);
        Self {
            elements: Vec::new(),
            buffer,
            buffered: 0,
            row_ends: Vec::new(),
            counts,
        }
    }

    /// Removes all tokens.
    pub(crate) fn clear(&mut self) {
        self.elements.clear();
        self.buffered = 0;
        self.row_ends.clear();
        self.counts.0.as_flattened_mut().fill(0);
    }

    pub(crate) fn counts(&self) -> &TokenCounts {
        &self.counts
    }

    pub(crate) fn end_row(&mut self) {
        self.row_ends.push(self.elements.len());
    }

    /// Records a block's levels in coding order. Bit `i` of `nonzero` is set if level `i` is not 0.
    /// `neighbors` is the number of neighboring blocks (above and on the left) with nonzero levels.
    #[inline]
    pub(crate) fn record(
        &mut self,
        kind: BlockKind,
        neighbors: usize,
        levels: &[i16; 16],
        nonzero: u16,
    ) {
        let Some(buffer) = self.buffer[self.buffered..].first_chunk_mut::<33>() else {
            unreachable!("a macroblock has at most 25 blocks");
        };
        let counts = &mut self.counts.0;
        let mut length = 0;
        let mut context = neighbors as u16;
        let base = kind as u16 * 24;
        let first = kind.first();
        let end = 16 - nonzero.leading_zeros() as usize;
        for index in first..end {
            let level = levels[index];
            let magnitude = level.unsigned_abs();
            let coded = magnitude.min(LARGE);
            let context_index = base + 3 * BANDS[index] as u16 + context;
            count(counts, context_index, coded);
            let sign = (level as u16) & 0x8000;
            buffer[length] = context_index | (coded << 8) | sign;
            length += 1;
            if coded == LARGE {
                buffer[length] = magnitude;
                length += 1;
            }
            context = if magnitude == 0 {
                NO_END
            } else {
                magnitude.min(2)
            };
        }
        if end < 16 {
            let context_index = base + 3 * BANDS[end.max(first)] as u16 + context;
            count(counts, context_index, END);
            buffer[length] = context_index | (END << 8);
            length += 1;
        }
        self.buffered += length;
    }

    /// Ends a macroblock.
    pub(crate) fn end_macroblock(&mut self) {
        let capacity = self.elements.capacity();
        if self.elements.len() + self.buffered > capacity {
            // Doubling, which `Vec` does by itself, would waste up to half of the memory.
            let growth = (capacity / 8).max(MIN_GROWTH);
            self.elements.reserve_exact(growth);
        }
        self.elements
            .extend_from_slice(&self.buffer[..self.buffered]);
        self.buffered = 0;
    }

    /// Returns the elements of each row of macroblocks.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &[u16]> {
        let starts = std::iter::once(&0).chain(&self.row_ends);
        starts
            .zip(&self.row_ends)
            .map(|(&start, &end)| &self.elements[start..end])
    }
}

#[inline(always)]
fn count(counts: &mut [[u32; 16]; 256], context_index: u16, coded: u16) {
    let class = CLASS[usize::from(coded & 127)];
    counts[usize::from(context_index & 255)][usize::from(class & 15)] += 1;
}
