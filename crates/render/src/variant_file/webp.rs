//! WebP (RFC 9649).

use super::bytes::{ensure, take, take_array};
use super::{Allowed, Size, Violation};

const UNEXPECTED: Violation = "a chunk that no variant has";

/// Checks that a file consists of an image or, if allowed, of frames, with no chunks other than
/// headers, alpha planes and, if allowed, a color profile. Returns the size of the canvas.
pub(super) fn check(file: &[u8], allowed: Allowed) -> Result<Size, Violation> {
    let rest = &mut &*file;
    ensure(&take_array(rest)? == b"RIFF", "not a RIFF file")?;
    let length = u32::from_le_bytes(take_array(rest)?) as usize;
    ensure(
        length == rest.len(),
        "the RIFF length does not match the length of the file",
    )?;
    ensure(&take_array(rest)? == b"WEBP", "not a WebP file")?;
    if !rest.starts_with(b"VP8X") {
        let size = take_image(rest)?;
        ensure(rest.is_empty(), "there is something after the image")?;
        return Ok(size);
    }
    let (_, header) = take_chunk(rest)?;
    let header = &mut &*header;
    let _flags: [u8; 4] = take_array(header)?;
    let canvas = (take_u24(header)? + 1, take_u24(header)? + 1);
    ensure(header.is_empty(), "the header is too long")?;
    if rest.starts_with(b"ICCP") {
        ensure(allowed.profile, "a color profile")?;
        take_chunk(rest)?;
    }
    if rest.starts_with(b"ANIM") {
        ensure(allowed.animation, "an animation")?;
        take_chunk(rest)?;
        check_frames(rest, canvas)?;
    } else {
        let size = take_image(rest)?;
        ensure(size == canvas, "an image that does not fill the canvas")?;
    }
    ensure(rest.is_empty(), "there is something after the image")?;
    Ok(canvas)
}

fn check_frames(rest: &mut &[u8], (width, height): Size) -> Result<(), Violation> {
    ensure(!rest.is_empty(), "an animation without frames")?;
    while !rest.is_empty() {
        let (name, frame) = take_chunk(rest)?;
        ensure(&name == b"ANMF", UNEXPECTED)?;
        let frame = &mut &*frame;
        let (x, y) = (take_u24(frame)? * 2, take_u24(frame)? * 2);
        let size = (take_u24(frame)? + 1, take_u24(frame)? + 1);
        let _duration_and_flags: [u8; 4] = take_array(frame)?;
        let is_inside = x + size.0 <= width && y + size.1 <= height;
        ensure(is_inside, "a frame outside of the canvas")?;
        ensure(take_image(frame)? == size, "a frame of another size")?;
        ensure(frame.is_empty(), "there is something after a frame")?;
    }
    Ok(())
}

/// Removes an image from `rest`, with its alpha plane if it has one, and returns its size.
fn take_image(rest: &mut &[u8]) -> Result<Size, Violation> {
    if rest.starts_with(b"ALPH") {
        take_chunk(rest)?;
        ensure(rest.starts_with(b"VP8 "), UNEXPECTED)?;
    }
    let (name, data) = take_chunk(rest)?;
    match &name {
        b"VP8 " => lossy_size(data),
        b"VP8L" => lossless_size(data),
        _ => Err(UNEXPECTED),
    }
}

/// Reads the size from a VP8 frame header (RFC 6386, section 9.1).
fn lossy_size(data: &[u8]) -> Result<Size, Violation> {
    let rest = &mut &*data;
    let _tag: [u8; 3] = take_array(rest)?;
    ensure(
        take_array(rest)? == [0x9d, 0x01, 0x2a],
        "not a VP8 key frame",
    )?;
    let width = u16::from_le_bytes(take_array(rest)?) & 0x3fff;
    let height = u16::from_le_bytes(take_array(rest)?) & 0x3fff;
    Ok((width.into(), height.into()))
}

/// Reads the size from a VP8L header (RFC 9649, section 3.4).
fn lossless_size(data: &[u8]) -> Result<Size, Violation> {
    let rest = &mut &*data;
    ensure(take_array(rest)? == [0x2f], "not a VP8L image")?;
    let bits = u32::from_le_bytes(take_array(rest)?);
    Ok(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
}

/// Removes a chunk and its padding from `rest`, and returns the chunk's name and data.
fn take_chunk<'a>(rest: &mut &'a [u8]) -> Result<([u8; 4], &'a [u8]), Violation> {
    let name = take_array(rest)?;
    let length = u32::from_le_bytes(take_array(rest)?) as usize;
    let data = take(rest, length)?;
    if length % 2 == 1 {
        ensure(take_array(rest)? == [0], "padding that is not zero")?;
    }
    Ok((name, data))
}

fn take_u24(rest: &mut &[u8]) -> Result<u32, Violation> {
    let [low, middle, high] = take_array(rest)?;
    Ok(u32::from_le_bytes([low, middle, high, 0]))
}
