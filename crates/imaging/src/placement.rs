//! Making the pixels of a variant from those of a picture.

use std::borrow::Cow;

use crate::geometry::Placement;
use crate::orientation::Orientation;
use crate::pixels::{Layout, Pixels};
use crate::resample::{cut, resample};
use crate::{Color, Rejection};

/// The part of a stored picture that a placement takes, at its size and upright, without padding.
///
/// What is stored is resized first and turned afterwards: the small picture is the cheaper one to
/// turn.
///
/// # Errors
/// `out_of_memory`.
pub(crate) fn place(
    stored: &Pixels,
    orientation: Orientation,
    placement: &Placement,
) -> Result<Pixels, Rejection> {
    let part = orientation.to_stored(placement.source, stored.size());
    let pixels = if placement.keeps_pixels() {
        cut(stored, part)?
    } else {
        resample(stored, part, orientation.turn_size(placement.size))?
    };
    Ok(orientation.upright(Cow::Owned(pixels))?.into_owned())
}

/// Lays a placed picture on the canvas of its placement, transparent where no colour is given.
///
/// # Errors
/// `out_of_memory`.
pub(crate) fn pad<'a>(
    pixels: &'a Pixels,
    placement: &Placement,
    background: Option<Color>,
) -> Result<Cow<'a, Pixels>, Rejection> {
    let (width, height) = placement.canvas;
    if pixels.size() == (width, height) {
        return Ok(Cow::Borrowed(pixels));
    }
    let mut canvas = match background {
        Some(color) => filled(width, height, pixels.layout, color)?,
        None => Pixels::zeroed(width, height, Layout::Rgba)?,
    };
    let channels = canvas.layout.channels();
    let stride = canvas.stride();
    let left = placement.at.0 as usize * channels;
    let rows = canvas
        .data
        .chunks_exact_mut(stride)
        .skip(placement.at.1 as usize);
    for (from, to) in pixels.data.chunks_exact(pixels.stride()).zip(rows) {
        let to = &mut to[left..left + pixels.width as usize * channels];
        copy_row(from, pixels.layout, to, channels);
    }
    Ok(Cow::Owned(canvas))
}

fn filled(width: u32, height: u32, layout: Layout, color: Color) -> Result<Pixels, Rejection> {
    let mut canvas = Pixels::zeroed(width, height, layout)?;
    let pixel = [color.red, color.green, color.blue, 255];
    let channels = layout.channels();
    for target in canvas.data.chunks_exact_mut(channels) {
        target.copy_from_slice(&pixel[..channels]);
    }
    Ok(canvas)
}

/// Copies a row; where only the target has alpha, the pixels are opaque.
fn copy_row(from: &[u8], layout: Layout, to: &mut [u8], channels: usize) {
    if layout.channels() == channels {
        to.copy_from_slice(from);
        return;
    }
    for (target, pixel) in to
        .as_chunks_mut::<4>()
        .0
        .iter_mut()
        .zip(from.as_chunks::<3>().0)
    {
        *target = [pixel[0], pixel[1], pixel[2], 255];
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::attention::Attention;
    use crate::geometry::Rect;
    use crate::{Fit, Gravity, Resize};

    fn dot(layout: Layout) -> Pixels {
        let data = [1, 2, 3, 128][..layout.channels()].to_vec();
        Pixels {
            width: 1,
            height: 1,
            layout,
            data,
        }
    }

    fn in_the_middle_of_three() -> Placement {
        Placement {
            source: Rect::whole((1, 1)),
            size: (1, 1),
            canvas: (3, 1),
            at: (1, 0),
        }
    }

    fn any_fit() -> impl Strategy<Value = Fit> {
        let gravity = prop::sample::select(vec![
            Gravity::Center,
            Gravity::NorthEast,
            Gravity::SouthWest,
            Gravity::Attention,
        ]);
        prop_oneof![
            Just(Fit::Inside),
            gravity.clone().prop_map(Fit::Cover),
            gravity.prop_map(|gravity| Fit::Pad {
                gravity,
                background: None,
            }),
        ]
    }

    proptest! {
        #[test]
        fn any_picture_fits_any_box(
            stored in (1_u32..90, 1_u32..90),
            wished in (prop::option::of(1_u32..120), prop::option::of(1_u32..120)),
            fit in any_fit(),
            enlarge: bool,
            orientation in 1_u8..=8,
            max_side in 1_u32..200,
        ) {
            let orientation = Orientation::from_exif(orientation);
            let mut pixels = Pixels::zeroed(stored.0, stored.1, Layout::Rgb).unwrap();
            for (index, byte) in pixels.data.iter_mut().enumerate() {
                *byte = (index * 31 % 251) as u8;
            }
            let view = Rect::whole(orientation.turn_size(stored));
            let attention = Attention::of(&pixels, orientation, view).unwrap();
            let resize = Resize { width: wished.0, height: wished.1, fit, enlarge };
            let placement =
                Placement::new(view, Some(&resize), Some(&attention)).within(max_side);
            let placed = place(&pixels, orientation, &placement).unwrap();
            prop_assert_eq!(placed.size(), placement.size);
            let padded = pad(&placed, &placement, None).unwrap();
            prop_assert_eq!(padded.size(), placement.canvas);
            prop_assert!(padded.width.max(padded.height) <= max_side);
            prop_assert!(padded.width.min(padded.height) >= 1);
        }
    }

    #[test]
    fn padding_without_a_colour_is_transparent() {
        let dot = dot(Layout::Rgb);
        let padded = pad(&dot, &in_the_middle_of_three(), None).unwrap();
        assert_eq!(padded.data, [0, 0, 0, 0, 1, 2, 3, 255, 0, 0, 0, 0]);
    }

    #[test]
    fn padding_with_a_colour_adds_no_alpha() {
        let dot = dot(Layout::Rgb);
        let padded = pad(&dot, &in_the_middle_of_three(), Some(Color::WHITE)).unwrap();
        assert_eq!(padded.data, [255, 255, 255, 1, 2, 3, 255, 255, 255]);
    }

    #[test]
    fn a_picture_with_alpha_keeps_it_on_a_coloured_canvas() {
        let dot = dot(Layout::Rgba);
        let padded = pad(&dot, &in_the_middle_of_three(), Some(Color::WHITE)).unwrap();
        assert_eq!(padded.data[4..8], [1, 2, 3, 128]);
    }
}
