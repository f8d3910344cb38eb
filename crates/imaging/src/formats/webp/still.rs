//! Decoding of a single image: a bitstream, and perhaps a separate alpha channel.

use std::io::Cursor;

use image_webp::{DecodingError, WebPDecoder};

use super::header::bitstream_size;
use super::riff::{
    CHUNK_HEADER_BYTES, Chunk, Features, chunks_of_file, extended_file, push_chunk, simple_file,
};
use crate::Rejection;
use crate::decoded::{Channels, DeclaredColor, Decoded, Samples};
use crate::formats::{DecodingMemory, Header};
use crate::pixels::{out_of_memory, zeroed_buffer};

/// The bits of the first byte of ALPH that state its compression and filter.
const ALPHA_CODING: u8 = 0x0f;

/// Estimates the memory for decoding. A still image takes its planes (VP8) or a copy in RGBA
/// (VP8L), and a copy of its chunk. An animation takes a canvas and its first frame.
pub(super) fn memory(bytes: &[u8], header: &Header) -> Result<DecodingMemory, Rejection> {
    let pixels = header.size().area();
    let bitstream = chunks_of_file(bytes).find(|chunk| matches!(chunk.name, b"VP8 " | b"VP8L"));
    let Some(chunk) = bitstream else {
        let scratch = pixels.saturating_mul(8);
        return Ok(DecodingMemory::new(pixels, Channels::Rgba, 1, scratch));
    };
    let planes = match chunk.name {
        b"VP8L" => pixels.saturating_mul(4),
        _ => pixels.saturating_mul(3) / 2,
    };
    let scratch = planes.saturating_add(chunk.data.len() as u64);
    Ok(DecodingMemory::new(pixels, Channels::Rgb, 1, scratch))
}

/// Decodes the first image among these chunks.
///
/// The decoder reads a new file that contains only this image, so flaws of the container, such as
/// wrong flags, lengths and padding, do not matter.
pub(super) fn decode_image<'a>(
    chunks: impl Iterator<Item = Chunk<'a>>,
) -> Result<Decoded, Rejection> {
    decode_file(&file_of_image(chunks)?)
}

/// Returns a file that contains only the first image among these chunks.
fn file_of_image<'a>(chunks: impl Iterator<Item = Chunk<'a>>) -> Result<Vec<u8>, Rejection> {
    let mut alpha = None;
    for chunk in chunks {
        match (chunk.name, alpha) {
            (b"ALPH", _) => alpha = alpha.or(Some(chunk)),
            (b"VP8L", _) | (b"VP8 ", None) => {
                return Ok(simple_file(chunk.name, whole(&chunk)?));
            }
            (b"VP8 ", Some(alpha)) => return file_with_alpha(&chunk, &alpha),
            _ => {}
        }
    }
    Err(Rejection::corrupt("an image of the WebP is missing"))
}

fn file_with_alpha(bitstream: &Chunk<'_>, alpha: &Chunk<'_>) -> Result<Vec<u8>, Rejection> {
    let size = bitstream_size(bitstream)?.ok_or_else(truncated)?;
    let features = Features {
        has_icc: false,
        has_alpha: true,
        is_animated: false,
    };
    let mut chunks = Vec::new();
    push_chunk(&mut chunks, alpha.name, whole(alpha)?);
    // The decoder rejects hints about preprocessing. It also rejects reserved bits, which readers
    // must ignore. Clear both.
    if let Some(flags) = chunks.get_mut(CHUNK_HEADER_BYTES) {
        *flags &= ALPHA_CODING;
    }
    push_chunk(&mut chunks, bitstream.name, whole(bitstream)?);
    if size.width == 0 || size.height == 0 {
        return Err(Rejection::corrupt("an image of the WebP has no pixels"));
    }
    Ok(extended_file(size, features, &chunks))
}

/// Returns the content of a chunk if it is not truncated. The decoder does not notice missing bytes.
fn whole<'a>(chunk: &Chunk<'a>) -> Result<&'a [u8], Rejection> {
    chunk.is_whole.then_some(chunk.data).ok_or_else(truncated)
}

fn decode_file(bytes: &[u8]) -> Result<Decoded, Rejection> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(|error| rejection(&error))?;
    let (width, height) = decoder.dimensions();
    let channels = if decoder.has_alpha() {
        Channels::Rgba
    } else {
        Channels::Rgb
    };
    let length = u64::from(width) * u64::from(height) * channels.count() as u64;
    let mut data = zeroed_buffer(length)?;
    decoder
        .read_image(&mut data)
        .map_err(|error| rejection(&error))?;
    Ok(Decoded {
        width,
        height,
        channels,
        samples: Samples::Eight(data),
        declared_color: DeclaredColor::default(),
        is_lossless: !decoder.is_lossy(),
        damage: None,
    })
}

fn truncated() -> Rejection {
    Rejection::corrupt("the WebP is truncated")
}

fn rejection(error: &DecodingError) -> Rejection {
    match error {
        DecodingError::IoError(_) => truncated(),
        DecodingError::MemoryLimitExceeded => out_of_memory(),
        // The decoder's message is left out, because it may quote bytes of the file.
        _ => Rejection::corrupt("the WebP is damaged"),
    }
}
