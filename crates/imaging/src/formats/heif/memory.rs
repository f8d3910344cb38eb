//! The memory that decoding needs.

use super::frame::chroma_size;
use super::image::{Composition, Image};
use super::items::Items;
use crate::Rejection;
use crate::decoded::Channels;
use crate::formats::DecodingMemory;
use crate::geometry::Size;

/// Estimates the memory for decoding the primary image. An alpha plane does not count.
pub(super) fn estimate(bytes: &[u8]) -> Result<DecodingMemory, Rejection> {
    let items = Items::read(bytes)?;
    let image = Image::read(&items, items.primary)?;
    let pixels = image.geometry.size.area();
    let Composition::Overlay { layers, .. } = &image.composition else {
        return decoding_memory(&image, pixels);
    };
    let mut largest = 0;
    for layer in layers {
        let pixels = layer.image.geometry.size.area();
        largest = largest.max(decoding_memory(&layer.image, pixels)?.peak(pixels));
    }
    Ok(DecodingMemory::new(pixels, Channels::Rgba, 1, largest))
}

/// Estimates the memory for an image that is not an overlay: its planes, and either the state of the
/// decoder or the samples that are made from the planes.
fn decoding_memory(image: &Image, pixels: u64) -> Result<DecodingMemory, Rejection> {
    let Some(codec) = image.codec() else {
        return Ok(DecodingMemory::new(pixels, Channels::Rgb, 1, 0));
    };
    let parameters = codec.parameters()?;
    let channels = match parameters.chroma_format {
        0 => Channels::Gray,
        _ => Channels::Rgb,
    };
    let sample_bytes = match parameters.bit_depth {
        [8, 8] => 1,
        _ => 2,
    };
    let planes = plane_bytes(image.size, parameters.chroma_format);
    let decoding = match image.composition {
        Composition::Grid { .. } => planes + codec.memory()?,
        _ => codec.memory()?,
    };
    let samples = pixels.saturating_mul(channels.count() as u64 * sample_bytes);
    let scratch = planes.max(decoding.saturating_sub(samples));
    Ok(DecodingMemory::new(pixels, channels, sample_bytes, scratch))
}

/// Returns the bytes of all planes, which have two bytes per sample.
fn plane_bytes(size: Size, chroma_format: u8) -> u64 {
    let chroma = chroma_size(size, chroma_format).area();
    2 * (size.area() + 2 * chroma)
}
