//! Tokens of coefficients: recording, counting and writing (RFC 6386, section 13).

use crate::bool_encoder::BoolEncoder;
use crate::probabilities::Probabilities;
use crate::tables::{BANDS, CATEGORY_3, CATEGORY_4, CATEGORY_5, CATEGORY_6};

/// The kinds of blocks with own probabilities, in the RFC's order.
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

/// Set in a token that follows a zero, where no end of block can be.
const NO_END: u16 = 0x80;
/// The magnitude that stands for the end of a block.
const END: u16 = 127;
/// The least magnitude of category 6. The magnitude itself follows as another element.
const LARGE: u16 = 67;

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

/// How often each class occurred, by context, and by context after a zero (from [`NO_END`] on).
pub(crate) struct TokenCounts(pub(crate) [[u32; 16]; 256]);

impl TokenCounts {
    /// Returns how often `class` occurred in `context`: where a block could end, and where not.
    pub(crate) fn get(&self, context: usize, class: usize) -> (u32, u32) {
        (self.0[context][class], self.0[context + usize::from(NO_END)][class])
    }
}

/// The tokens of a frame.
///
/// An element has the context in its lowest 7 bits, then [`NO_END`], 7 bits of magnitude, and the sign.
pub(crate) struct Tokens {
    elements: Vec<u16>,
    /// The number of elements up to the end of each row of macroblocks.
    row_ends: Vec<usize>,
    counts: Box<TokenCounts>,
}

impl Tokens {
    pub(crate) fn new() -> Self {
        let counts = Box::new(TokenCounts([[0; 16]; 256]));
        Self { elements: Vec::new(), row_ends: Vec::new(), counts }
    }

    /// Forgets all tokens.
    pub(crate) fn clear(&mut self) {
        self.elements.clear();
        self.row_ends.clear();
        self.counts.0.as_flattened_mut().fill(0);
    }

    pub(crate) fn counts(&self) -> &TokenCounts {
        &self.counts
    }

    pub(crate) fn end_row(&mut self) {
        self.row_ends.push(self.elements.len());
    }

    /// Records a block's levels in coding order. Bit `i` of `nonzero` says that level `i` is not 0.
    /// `neighbors` is the number of blocks, above and on the left, that have levels.
    #[inline]
    pub(crate) fn record(
        &mut self,
        kind: BlockKind,
        neighbors: usize,
        levels: &[i16; 16],
        nonzero: u16,
    ) {
        let mut buffer = [0u16; 33];
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
            self.count(context_index, coded);
            let sign = (level as u16) & 0x8000;
            buffer[length] = context_index | (coded << 8) | sign;
            length += 1;
            if coded == LARGE {
                buffer[length] = magnitude;
                length += 1;
            }
            context = if magnitude == 0 { NO_END } else { magnitude.min(2) };
        }
        if end < 16 {
            let context_index = base + 3 * BANDS[end.max(first)] as u16 + context;
            self.count(context_index, END);
            buffer[length] = context_index | (END << 8);
            length += 1;
        }
        self.elements.extend_from_slice(&buffer[..length]);
    }

    #[inline(always)]
    fn count(&mut self, context_index: u16, coded: u16) {
        let class = CLASS[usize::from(coded & 127)];
        self.counts.0[usize::from(context_index & 255)][usize::from(class & 15)] += 1;
    }

    /// Writes all tokens. Returns whether the output stayed within `max_bytes`.
    pub(crate) fn write(
        &self,
        out: &mut BoolEncoder<'_>,
        probabilities: &Probabilities,
        max_bytes: usize,
    ) -> bool {
        let table = probabilities.by_token();
        let mut start = 0;
        for &end in &self.row_ends {
            write_tokens(out, &self.elements[start..end], &table);
            if out.bytes() > max_bytes {
                return false;
            }
            start = end;
        }
        true
    }
}

fn write_tokens(out: &mut BoolEncoder<'_>, elements: &[u16], table: &[[u8; 16]; 128]) {
    let mut elements = elements.iter();
    while let Some(&element) = elements.next() {
        let probabilities = &table[usize::from(element & 127)];
        let magnitude = (element >> 8) & 127;
        if element & NO_END == 0 {
            out.put(magnitude != END, probabilities[0]);
            if magnitude == END {
                continue;
            }
        }
        out.put(magnitude != 0, probabilities[1]);
        if magnitude == 0 {
            continue;
        }
        out.put(magnitude != 1, probabilities[2]);
        if magnitude != 1 {
            let magnitude = match magnitude {
                LARGE => elements.next().copied().unwrap_or(LARGE),
                _ => magnitude,
            };
            write_magnitude(out, magnitude, probabilities);
        }
        out.put(element & 0x8000 != 0, 128);
    }
}

/// Writes a magnitude of at least 2, from the fourth node of the token tree on.
fn write_magnitude(out: &mut BoolEncoder<'_>, magnitude: u16, probabilities: &[u8; 16]) {
    out.put(magnitude > 4, probabilities[3]);
    if magnitude <= 4 {
        out.put(magnitude != 2, probabilities[4]);
        if magnitude != 2 {
            out.put(magnitude == 4, probabilities[5]);
        }
        return;
    }
    out.put(magnitude > 10, probabilities[6]);
    if magnitude <= 10 {
        out.put(magnitude > 6, probabilities[7]);
        if magnitude <= 6 {
            out.put(magnitude == 6, 159);
        } else {
            out.put(magnitude >= 9, 165);
            out.put(magnitude & 1 == 0, 145);
        }
        return;
    }
    out.put(magnitude > 34, probabilities[8]);
    let (second, probability, first, extra): (bool, u8, u16, &[u8]) = match magnitude {
        ..=18 => (false, probabilities[9], 11, &CATEGORY_3),
        ..=34 => (true, probabilities[9], 19, &CATEGORY_4),
        ..=66 => (false, probabilities[10], 35, &CATEGORY_5),
        _ => (true, probabilities[10], 67, &CATEGORY_6),
    };
    out.put(second, probability);
    for (index, &probability) in extra.iter().enumerate() {
        let bit = ((magnitude - first) >> (extra.len() - 1 - index)) & 1;
        out.put(bit == 1, probability);
    }
}
