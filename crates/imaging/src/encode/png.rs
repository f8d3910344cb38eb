//! PNG.

use png::{BitDepth, ColorType, Compression, Encoder, Filter};

use crate::Rejection;
use crate::pixels::{Layout, Pixels, out_of_memory};

/// 8 bits a channel, untagged but for nothing: sRGB is what a PNG without colour chunks is.
pub(super) fn encode(pixels: &Pixels) -> Result<Vec<u8>, Rejection> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, pixels.width, pixels.height);
    encoder.set_color(match pixels.layout {
        Layout::Rgb => ColorType::Rgb,
        Layout::Rgba => ColorType::Rgba,
    });
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Balanced);
    encoder.set_filter(Filter::Adaptive);
    let mut writer = encoder.write_header().map_err(|_| out_of_memory())?;
    writer
        .write_image_data(&pixels.data)
        .map_err(|_| out_of_memory())?;
    writer.finish().map_err(|_| out_of_memory())?;
    Ok(bytes)
}
