//! The order in which a file stores the coefficients of a block (ITU-T T.81, figure A.6).

/// The index in natural order (rows from top to bottom) for each index in zigzag order.
#[rustfmt::skip]
pub(crate) const ZIGZAG: [u8; 64] = [
     0,  1,  8, 16,  9,  2,  3, 10,
    17, 24, 32, 25, 18, 11,  4,  5,
    12, 19, 26, 33, 40, 48, 41, 34,
    27, 20, 13,  6,  7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36,
    29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46,
    53, 60, 61, 54, 47, 55, 62, 63,
];

/// Returns the index in natural order for an index below 64 in zigzag order.
#[inline(always)]
pub(crate) const fn natural(index: u32) -> usize {
    // The masks let the compiler see that both indices are in bounds.
    (ZIGZAG[(index & 63) as usize] & 63) as usize
}
