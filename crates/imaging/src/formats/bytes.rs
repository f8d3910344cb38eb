//! Readers of integers at an offset in a byte slice. They return `None` if the integer is out of bounds.

pub(super) fn u16_be(bytes: &[u8], at: usize) -> Option<u16> {
    let field = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes(field.try_into().ok()?))
}

pub(super) fn u16_le(bytes: &[u8], at: usize) -> Option<u16> {
    u16_be(bytes, at).map(u16::swap_bytes)
}

pub(super) fn u24_le(bytes: &[u8], at: usize) -> Option<u32> {
    let low = u16_le(bytes, at)?;
    let high = *bytes.get(at.checked_add(2)?)?;
    Some(u32::from(low) | u32::from(high) << 16)
}

pub(super) fn u32_be(bytes: &[u8], at: usize) -> Option<u32> {
    let field = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(field.try_into().ok()?))
}

pub(super) fn u32_le(bytes: &[u8], at: usize) -> Option<u32> {
    u32_be(bytes, at).map(u32::swap_bytes)
}
