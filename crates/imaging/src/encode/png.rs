//! PNG.

use std::borrow::Cow;

use png::{BitDepth, ColorType, Compression, Encoder, Filter, Info};

use crate::Rejection;
use crate::pixels::{Layout, Pixels, out_of_memory};

/// Encodes an image with 8 bits per channel. Without a profile, the file contains no color information,
/// which means sRGB.
pub(super) fn encode(pixels: &Pixels, icc: Option<&[u8]>) -> Result<Vec<u8>, Rejection> {
    let mut bytes = Vec::new();
    let mut info = Info::with_size(pixels.width, pixels.height);
    info.icc_profile = icc.map(Cow::Borrowed);
    let mut encoder = Encoder::with_info(&mut bytes, info).map_err(|_| out_of_memory())?;
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
