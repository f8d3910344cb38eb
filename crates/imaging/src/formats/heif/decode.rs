//! The primary image of a file.

use super::alpha::Alpha;
use super::color::{self, icc_profile};
use super::image::{Composition, Image};
use super::items::Items;
use super::overlay;
use super::samples::samples;
use crate::Rejection;
use crate::decoded::{DeclaredColor, Decoded};
use crate::formats::Header;

/// Reads the size of the primary image, before it is turned upright.
///
/// # Errors
/// `corrupt` or `unsupported_format`.
pub(super) fn read_header(bytes: &[u8]) -> Result<Header, Rejection> {
    let items = Items::read(bytes)?;
    let image = Image::read(&items, items.primary)?;
    let mut header = Header::still(image.geometry.size.width, image.geometry.size.height);
    let mut sizes = vec![image.size, image.coded_size];
    if let Some((_, alpha)) = Alpha::find(&items, items.primary)? {
        sizes.extend([alpha.size, alpha.coded_size]);
    }
    // Decoding needs the whole coded image, even if a crop keeps only a part of it.
    for size in sizes {
        header.max_frame_width = header.max_frame_width.max(size.width);
        header.max_frame_height = header.max_frame_height.max(size.height);
    }
    Ok(header)
}

/// Decodes the primary image, at 8 or 16 bits per sample, without turning it upright.
///
/// # Errors
/// `corrupt`, `unsupported_format` or `out_of_memory`.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, Rejection> {
    let items = Items::read(bytes)?;
    let image = Image::read(&items, items.primary)?;
    let signal = color::signal(&items, &image);
    let (channels, samples) = match &image.composition {
        Composition::Overlay { background, layers } => {
            overlay::draw(&items, *background, layers, &image)?
        }
        _ => samples(&items, items.primary, &image)?,
    };
    // An ICC profile is more exact than code points, so it takes precedence.
    let code_points = match icc_profile(&items, &image) {
        Some(_) => None,
        None => signal.code_points(),
    };
    Ok(Decoded {
        width: image.geometry.size.width,
        height: image.geometry.size.height,
        channels,
        samples,
        declared_color: DeclaredColor {
            code_points,
            ..DeclaredColor::default()
        },
        is_lossless: false,
        damage: None,
    })
}
