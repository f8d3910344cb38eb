//! The tRNS chunk (W3C PNG, third edition, section 11.3.1.1).

const GRAY: u8 = 0;
const RGB: u8 = 2;
const INDEXED: u8 = 3;

/// Returns the content of a tRNS chunk as the decoder expects it; `None` if the chunk does not
/// apply.
///
/// A transparent color is masked to the depth of the image, as the specification requires, because
/// some writers set the unused bits. As in browsers, an alpha table does not apply if it is longer
/// than the palette or comes before the palette. `entries` is the number of entries of the palette,
/// if a palette came before the chunk.
pub(super) fn read(
    data: &[u8],
    color_type: u8,
    depth: u8,
    entries: Option<usize>,
) -> Option<Vec<u8>> {
    match color_type {
        GRAY => Some(masked(data.get(..2)?, depth)),
        RGB => Some(masked(data.get(..6)?, depth)),
        INDEXED => (!data.is_empty() && data.len() <= entries?).then(|| data.to_vec()),
        _ => None,
    }
}

/// Clears the high bits of 16-bit samples that the depth does not use.
fn masked(samples: &[u8], depth: u8) -> Vec<u8> {
    let unused = 16_u32.saturating_sub(depth.into());
    let mask = u16::MAX.checked_shr(unused).unwrap_or(0);
    samples
        .as_chunks::<2>()
        .0
        .iter()
        .flat_map(|sample| (u16::from_be_bytes(*sample) & mask).to_be_bytes())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transparent_color_is_masked_to_the_depth() {
        for (depth, level) in [(1, 1), (2, 3), (4, 15), (8, 255)] {
            let expected = vec![0, level];
            assert_eq!(read(&[0xff, 0xff], GRAY, depth, None), Some(expected));
        }
        assert_eq!(read(&[0xab, 0xcd], GRAY, 16, None), Some(vec![0xab, 0xcd]));
        let color = [1, 10, 2, 20, 3, 30];
        assert_eq!(read(&color, RGB, 8, None), Some(vec![0, 10, 0, 20, 0, 30]));
        assert_eq!(read(&color, RGB, 16, None), Some(color.to_vec()));
    }

    #[test]
    fn an_alpha_table_longer_than_the_palette_does_not_apply() {
        assert_eq!(read(&[0, 1], INDEXED, 8, Some(2)), Some(vec![0, 1]));
        assert_eq!(read(&[0, 1], INDEXED, 8, Some(1)), None);
        assert_eq!(read(&[0, 1], INDEXED, 8, None), None);
    }

    #[test]
    fn a_transparent_color_that_is_too_short_or_beside_an_alpha_channel_does_not_apply() {
        assert_eq!(read(&[0], GRAY, 8, None), None);
        assert_eq!(read(&[0, 1, 2, 3], RGB, 8, None), None);
        assert_eq!(read(&[0, 1], 4, 8, None), None);
    }
}
