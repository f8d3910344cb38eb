//! Color tables.

/// Returns the length in bytes of the color table that a packed field announces.
pub(super) const fn color_table_length(packed: u8) -> usize {
    if packed & 0x80 == 0 {
        0
    } else {
        3 << ((packed & 0x07) + 1)
    }
}
