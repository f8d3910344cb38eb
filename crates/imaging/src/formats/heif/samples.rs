//! The samples of one image: its frame in RGB or gray, with its alpha plane.

use super::alpha::{Alpha, divide_by_alpha};
use super::color;
use super::convert;
use super::image::Image;
use super::items::Items;
use crate::Rejection;
use crate::decoded::{Channels, Samples};

/// Decodes an image that is not an overlay, with its alpha plane. `id` is the ID of its item.
pub(super) fn samples(
    items: &Items<'_>,
    id: u32,
    image: &Image,
) -> Result<(Channels, Samples), Rejection> {
    let alpha = Alpha::decode(items, id)?;
    let frame = image.frame(items)?;
    let signal = color::signal(items, image);
    let (channels, mut samples) =
        convert::interleaved(&frame, signal, &image.geometry, alpha.as_ref())?;
    if alpha.is_some_and(|alpha| alpha.is_premultiplied) {
        divide_by_alpha(&mut samples, channels.count());
    }
    Ok((channels, samples))
}
