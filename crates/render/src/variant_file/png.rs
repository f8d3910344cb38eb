//! PNG (W3C, third edition).

use super::bytes::{ensure, take, take_array};
use super::{Allowed, Size, Violation};

const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// Checks that a file consists of a header, pixels, an end and, if allowed, a color profile.
/// Returns the size of the image.
pub(super) fn check(file: &[u8], allowed: Allowed) -> Result<Size, Violation> {
    let rest = &mut &*file;
    ensure(take_array(rest)? == SIGNATURE, "not a PNG file")?;
    let (name, header) = take_chunk(rest)?;
    ensure(&name == b"IHDR", "the first chunk is not IHDR")?;
    let header = &mut &*header;
    let width = u32::from_be_bytes(take_array(header)?);
    let height = u32::from_be_bytes(take_array(header)?);
    let mut has_pixels = false;
    loop {
        let (name, data) = take_chunk(rest)?;
        match &name {
            b"iCCP" if allowed.profile && !has_pixels => {}
            b"IDAT" => has_pixels = true,
            b"IEND" => {
                ensure(has_pixels, "there are no pixels")?;
                ensure(data.is_empty(), "the IEND chunk is not empty")?;
                ensure(rest.is_empty(), "there is something after the image")?;
                return Ok((width, height));
            }
            _ => return Err("a chunk that no variant has"),
        }
    }
}

/// Removes a chunk from `rest` and returns its name and its data.
fn take_chunk<'a>(rest: &mut &'a [u8]) -> Result<([u8; 4], &'a [u8]), Violation> {
    let length = u32::from_be_bytes(take_array(rest)?) as usize;
    let name = take_array(rest)?;
    let data = take(rest, length)?;
    let _checksum: [u8; 4] = take_array(rest)?;
    Ok((name, data))
}
