//! Saliency, the degree to which each part of an image attracts attention.

use crate::geometry::{AttentionProfile, Placement, Rect};
use crate::pixels::Pixels;
use crate::{Fit, Rejection, Resize};

/// The longest side of the analyzed copy in pixels. Finer detail does not attract attention.
const MAX_SIDE: u32 = 96;

/// The mean skin color as a unit vector of red, green and blue. Light and dark skin differ mostly
/// in the length of the vector (the brightness), and hardly in its direction.
const SKIN: [f32; 3] = [0.78, 0.57, 0.44];

/// Weighs every pixel of a small copy of `view`, a rectangle of the upright image, and sums the
/// weights by column and by row. `place` returns the pixels of the copy.
///
/// Edges, saturation and skin colors have weight. Features that most of the image has, such as the
/// grain of a carpet, are discounted.
///
/// # Errors
/// The errors of `place`.
pub(crate) fn attention_profile(
    view: Rect,
    place: impl FnOnce(&Placement) -> Result<Pixels, Rejection>,
) -> Result<AttentionProfile, Rejection> {
    let bounds = Resize {
        width: Some(MAX_SIDE),
        height: Some(MAX_SIDE),
        fit: Fit::Inside,
        enlarge: false,
    };
    let placement = Placement::new(view, Some(&bounds), None);
    let small = place(&placement)?;
    let mut profile = AttentionProfile {
        columns: vec![0.0; small.width as usize],
        rows: vec![0.0; small.height as usize],
    };
    for (index, weight) in above_average(&weights(&small)).into_iter().enumerate() {
        profile.columns[index % small.width as usize] += weight;
        profile.rows[index / small.width as usize] += weight;
    }
    Ok(profile)
}

/// Returns the excess of each weight over a threshold: the mean plus half a standard deviation. A
/// weight below the threshold becomes 0.
fn above_average(weights: &[f32]) -> Vec<f64> {
    let count = f64::from(u32::try_from(weights.len()).unwrap_or(u32::MAX));
    let mean = weights.iter().map(|w| f64::from(*w)).sum::<f64>() / count;
    let variance = weights
        .iter()
        .map(|w| (f64::from(*w) - mean).powi(2))
        .sum::<f64>()
        / count;
    let threshold = mean + variance.sqrt() / 2.0;
    weights
        .iter()
        .map(|weight| (f64::from(*weight) - threshold).max(0.0))
        .collect()
}

fn weights(small: &Pixels) -> Vec<f32> {
    let pixels: Vec<[f32; 4]> = small
        .data
        .chunks_exact(small.layout.channels())
        .map(|pixel| {
            let alpha = pixel.get(3).copied().unwrap_or(u8::MAX);
            [pixel[0], pixel[1], pixel[2], alpha].map(|value| f32::from(value) / 255.0)
        })
        .collect();
    let lumas: Vec<f32> = pixels.iter().map(luma).collect();
    pixels
        .iter()
        .enumerate()
        .map(|(index, pixel)| {
            let edge = edge(&lumas, small.width as usize, index);
            pixel[3] * (edge + 0.6 * skin(pixel) + 0.3 * saturation(pixel))
        })
        .collect()
}

/// Returns the luma of a pixel (BT.709), 0 to 1.
fn luma(pixel: &[f32; 4]) -> f32 {
    0.2126 * pixel[0] + 0.7152 * pixel[1] + 0.0722 * pixel[2]
}

/// Returns the magnitude of the Laplacian. It is high at edges and in texture, and zero where the
/// brightness changes evenly.
fn edge(lumas: &[f32], width: usize, index: usize) -> f32 {
    let (x, y) = (index % width, index / width);
    if x == 0 || y == 0 || x + 1 == width || index + width >= lumas.len() {
        return 0.0;
    }
    let around = lumas[index - 1] + lumas[index + 1] + lumas[index - width] + lumas[index + width];
    (4.0 * lumas[index] - around).abs()
}

/// Returns the similarity to skin color, 0 to 1.
fn skin(pixel: &[f32; 4]) -> f32 {
    let length = pixel[..3].iter().map(|v| v * v).sum::<f32>().sqrt();
    let luma = luma(pixel);
    if length < f32::EPSILON || !(0.2..=0.95).contains(&luma) {
        return 0.0;
    }
    let distance = pixel[..3]
        .iter()
        .zip(SKIN)
        .map(|(value, skin)| (value / length - skin).powi(2))
        .sum::<f32>()
        .sqrt();
    (1.0 - distance / 0.2).max(0.0)
}

/// Returns the saturation, 0 to 1; 0 for very dark and very bright pixels.
fn saturation(pixel: &[f32; 4]) -> f32 {
    let max = pixel[0].max(pixel[1]).max(pixel[2]);
    let min = pixel[0].min(pixel[1]).min(pixel[2]);
    let luma = luma(pixel);
    if max < f32::EPSILON || !(0.05..=0.9).contains(&luma) {
        return 0.0;
    }
    (max - min) / max
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Gravity;
    use crate::geometry::{Orientation, Size};
    use crate::pixels::{Layout, pad, place};

    /// Returns a gray image of 400 x 200 px with a square of 40 px in this color.
    fn square_at(left: usize, top: usize, color: [u8; 3]) -> Pixels {
        let (width, height) = (400, 200);
        let data = (0..width * height)
            .flat_map(|index| {
                let (x, y) = (index % width, index / width);
                let is_inside = (left..left + 40).contains(&x) && (top..top + 40).contains(&y);
                if is_inside { color } else { [128; 3] }
            })
            .collect();
        Pixels {
            width: 400,
            height: 200,
            layout: Layout::Rgb,
            data,
        }
    }

    /// Returns the left edge of the 200 x 200 px square that `attention` keeps of a 400 x 200 px
    /// image.
    fn kept_from(pixels: &Pixels) -> f64 {
        let view = Rect::from_size(pixels.size());
        let profile =
            attention_profile(view, |small| place(pixels, Orientation::UPRIGHT, small)).unwrap();
        let resize = Resize {
            width: Some(100),
            height: Some(100),
            fit: Fit::Cover(Gravity::Attention),
            enlarge: false,
        };
        let source = Placement::new(view, Some(&resize), Some(&profile)).source;
        assert!(source.y.abs() < 1e-9);
        source.x
    }

    #[test]
    fn a_colored_square_on_gray_is_kept_near_the_middle() {
        for (square, left) in [(20, 0.0), (120, 40.0), (180, 100.0), (340, 200.0)] {
            let found = kept_from(&square_at(square, 80, [230, 40, 30]));
            assert!((found - left).abs() <= 10.0, "square at {square}: {found}");
        }
    }

    #[test]
    fn the_middle_of_a_uniform_image_is_kept() {
        assert_eq!(kept_from(&square_at(0, 0, [128; 3])), 100.0);
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

    fn any_side() -> impl Strategy<Value = Option<u32>> {
        prop_oneof![Just(None), (1_u32..120).prop_map(Some)]
    }

    proptest! {
        #[test]
        fn placed_and_padded_images_have_the_sizes_of_their_placement(
            stored in (1_u32..90, 1_u32..90),
            target in (any_side(), any_side()),
            fit in any_fit(),
            enlarge: bool,
            orientation in 1_u8..=8,
            max_side in 1_u32..200,
        ) {
            let orientation = Orientation::from_exif(orientation);
            let stored = Size::new(stored.0, stored.1);
            let mut pixels = Pixels::zeroed(stored, Layout::Rgb).unwrap();
            for (index, byte) in pixels.data.iter_mut().enumerate() {
                *byte = (index * 31 % 251) as u8;
            }
            let view = Rect::from_size(orientation.apply_to_size(stored));
            let profile =
                attention_profile(view, |small| place(&pixels, orientation, small)).unwrap();
            let resize = Resize { width: target.0, height: target.1, fit, enlarge };
            let placement =
                Placement::new(view, Some(&resize), Some(&profile)).limited_to(max_side);
            let placed = place(&pixels, orientation, &placement).unwrap();
            prop_assert_eq!(placed.size(), placement.size);
            let padded = pad(&placed, &placement, None).unwrap();
            prop_assert_eq!(padded.size(), placement.canvas);
            prop_assert!(padded.width.max(padded.height) <= max_side);
            prop_assert!(padded.width.min(padded.height) >= 1);
        }
    }
}
