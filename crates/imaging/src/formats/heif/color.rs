//! The color properties of an image: its code points and its ICC profile.

use super::image::Image;
use super::items::Items;
use super::signal::Signal;

/// Reads the code points and the range of an image from its `nclx` box, or from the bitstream if
/// there is no such box. Most phones write them to the bitstream.
pub(super) fn signal(items: &Items<'_>, image: &Image) -> Signal {
    let nclx = color_boxes(items, image).find_map(Signal::from_nclx);
    let bitstream = || image.parameters().map(|parameters| parameters.signal);
    nclx.or_else(bitstream).unwrap_or(Signal::UNSPECIFIED)
}

/// Returns the ICC profile of an image.
pub(super) fn icc_profile<'a>(items: &Items<'a>, image: &Image) -> Option<&'a [u8]> {
    color_boxes(items, image).find_map(|body| {
        body.strip_prefix(b"prof")
            .or_else(|| body.strip_prefix(b"rICC"))
            .filter(|profile| !profile.is_empty())
    })
}

/// Returns the `colr` boxes of an image, the most specific ones first.
fn color_boxes<'a>(items: &Items<'a>, image: &Image) -> impl Iterator<Item = &'a [u8]> {
    let ids = image.described_by.iter();
    ids.flat_map(|id| items.properties(*id))
        .filter(|(property, _)| property.code == *b"colr")
        .map(|(property, _)| property.body)
}
