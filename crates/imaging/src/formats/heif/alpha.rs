//! Alpha planes, which HEIF stores as separate images (ISO/IEC 23008-12, 6.4.8 and 7.5.3.4).

use super::frame::Frame;
use super::image::Image;
use super::items::Items;
use crate::Rejection;
use crate::decoded::Samples;
use crate::formats::boxes::versioned;

/// The type names of alpha planes, in HEIF and in HEVC.
const TYPES: [&[u8]; 2] = [
    b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
    b"urn:mpeg:hevc:2015:auxid:1",
];

/// The maximum number of bytes of an `auxC` box that are read. It is enough for every name, and it
/// bounds the time if many images share one large box.
const MAX_BODY: usize = 256;

/// An alpha plane.
pub(super) struct Alpha {
    /// The plane, stored as luma. If its size differs from that of the image, it is scaled.
    pub(super) frame: Frame,
    /// `true` if the colors are already multiplied by alpha.
    pub(super) is_premultiplied: bool,
}

impl Alpha {
    /// Returns the ID and the description of an item's alpha plane, if it has one.
    ///
    /// # Errors
    /// `corrupt` or `unsupported_format`.
    pub(super) fn find(items: &Items<'_>, item: u32) -> Result<Option<(u32, Image)>, Rejection> {
        let mut found = auxiliaries(items, item).filter(|(_, name)| TYPES.contains(name));
        found
            .next()
            .map(|(id, _)| Ok((id, Image::read(items, id)?)))
            .transpose()
    }

    /// Decodes the alpha plane of an item, if it has one.
    ///
    /// # Errors
    /// `corrupt`, `unsupported_format` or `out_of_memory`.
    pub(super) fn decode(items: &Items<'_>, item: u32) -> Result<Option<Self>, Rejection> {
        let Some((id, image)) = Self::find(items, item)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            frame: image.frame(items)?,
            is_premultiplied: items.referred_by(item, *b"prem").any(|to| to == id),
        }))
    }
}

/// Returns the auxiliary images of an item, with the names of their types.
pub(super) fn auxiliaries<'a>(
    items: &Items<'a>,
    item: u32,
) -> impl Iterator<Item = (u32, &'a [u8])> {
    items
        .references()
        .filter(move |reference| reference.code == *b"auxl" && reference.to().any(|to| to == item))
        .filter_map(move |reference| {
            let body = items.property(reference.from, b"auxC")?;
            let (_, _, mut fields) = versioned(&body[..body.len().min(MAX_BODY)])?;
            Some((reference.from, fields.text()))
        })
}

/// Converts premultiplied alpha to straight alpha. Each pixel has `channels` samples, and alpha is the
/// last.
pub(super) fn divide_by_alpha(samples: &mut Samples, channels: usize) {
    match samples {
        Samples::Eight(samples) => divide(samples, channels, u8::MAX),
        Samples::Sixteen(samples) => divide(samples, channels, u16::MAX),
    }
}

fn divide<S: Copy + Into<u32> + TryFrom<u32>>(samples: &mut [S], channels: usize, max: S) {
    for pixel in samples.chunks_exact_mut(channels) {
        let Some((alpha, colors)) = pixel.split_last_mut() else {
            return;
        };
        let alpha: u32 = (*alpha).into();
        for color in colors {
            let straight = ((*color).into() * max.into() + alpha / 2).checked_div(alpha);
            *color = straight.unwrap_or_default().try_into().unwrap_or(max);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn premultiplied_colors_are_divided_by_their_alpha() {
        let mut samples = Samples::Eight(vec![64, 128, 0, 128, 9, 9, 9, 0]);
        divide_by_alpha(&mut samples, 4);
        assert_eq!(samples, Samples::Eight(vec![128, 255, 0, 128, 0, 0, 0, 0]));
        let mut samples = Samples::Sixteen(vec![0x4000, 0x8000]);
        divide_by_alpha(&mut samples, 2);
        assert_eq!(samples, Samples::Sixteen(vec![0x8000, 0x8000]));
    }
}
