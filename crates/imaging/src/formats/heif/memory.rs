//! The memory that decoding needs.

use super::frame::chroma_size;
use super::hevc;
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
    if let Composition::Overlay { layers, .. } = &image.composition {
        let layers = layers.iter().map(|layer| {
            let pixels = layer.image.geometry.size.area();
            decoding_memory(&layer.image, pixels).peak(pixels)
        });
        let largest = layers.max().unwrap_or_default();
        return Ok(DecodingMemory::new(pixels, Channels::Rgba, 1, largest));
    }
    Ok(decoding_memory(&image, pixels))
}

/// Estimates the memory for an image that is not an overlay: its planes, and either the state of the
/// decoder or the samples that are made from the planes.
fn decoding_memory(image: &Image, pixels: u64) -> DecodingMemory {
    let Some(sps) = image.sps() else {
        return DecodingMemory::new(pixels, Channels::Rgb, 1, 0);
    };
    let channels = match sps.chroma_format_idc {
        0 => Channels::Gray,
        _ => Channels::Rgb,
    };
    let sample_bytes = match (sps.bit_depth_luma, sps.bit_depth_chroma) {
        (8, 8) => 1,
        _ => 2,
    };
    let planes = plane_bytes(image.size, sps.chroma_format_idc);
    let decoding = match image.composition {
        Composition::Grid { .. } => planes + hevc::memory(sps),
        _ => hevc::memory(sps),
    };
    let samples = pixels.saturating_mul(channels.count() as u64 * sample_bytes);
    let scratch = planes.max(decoding.saturating_sub(samples));
    DecodingMemory::new(pixels, channels, sample_bytes, scratch)
}

/// Returns the bytes of all planes, which have two bytes per sample.
fn plane_bytes(size: Size, chroma_format: u8) -> u64 {
    let chroma = chroma_size(size, chroma_format).area();
    2 * (size.area() + 2 * chroma)
}
