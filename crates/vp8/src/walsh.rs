//! The Walsh-Hadamard transform of the luma DC coefficients (RFC 6386, section 14.3).

fn step([a, b, c, d]: [i16; 4]) -> [i16; 4] {
    let (outer, inner) = (a + d, b + c);
    let (outer_difference, inner_difference) = (a - d, b - c);
    [
        outer + inner,
        outer_difference + inner_difference,
        outer - inner,
        outer_difference - inner_difference,
    ]
}

fn transform(block: &[i16; 16]) -> [i16; 16] {
    let mut columns = [0; 16];
    for i in 0..4 {
        let column = step([block[i], block[4 + i], block[8 + i], block[12 + i]]);
        for (row, value) in column.into_iter().enumerate() {
            columns[4 * row + i] = value;
        }
    }
    let mut out = [0; 16];
    for (row, out) in columns.chunks_exact(4).zip(out.chunks_exact_mut(4)) {
        out.copy_from_slice(&step([row[0], row[1], row[2], row[3]]));
    }
    out
}

/// Returns the coefficients of Y2.
pub(crate) fn forward(block: &[i16; 16]) -> [i16; 16] {
    transform(block).map(|value| (value + 1) >> 1)
}

/// Returns the DC coefficients, as the decoder does.
pub(crate) fn inverse(block: &[i16; 16]) -> [i16; 16] {
    transform(block).map(|value| (value + 3) >> 3)
}
