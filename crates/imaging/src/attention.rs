//! Where in a picture people look: what `attention` keeps when something has to be cut off.

use crate::geometry::{Placement, Rect};
use crate::orientation::Orientation;
use crate::pixels::Pixels;
use crate::placement::place;
use crate::{Fit, Rejection, Resize};

/// The longest side of the picture that is looked at; finer detail draws no attention.
const SIDE: u32 = 96;

/// The middle of skin colour as shares of red, green and blue of their length: light and dark skin
/// differ in brightness far more than in these.
const SKIN: [f32; 3] = [0.78, 0.57, 0.44];

/// What draws attention in the view of a picture, along each of its sides.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Attention {
    across: Vec<f64>,
    down: Vec<f64>,
}

impl Attention {
    /// Weighs every pixel of a small copy of `view`, which is part of the upright picture.
    ///
    /// Edges, saturation and nearness to skin colour count; what most of the picture has, such as
    /// the grain of a carpet, does not.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn of(
        stored: &Pixels,
        orientation: Orientation,
        view: Rect,
    ) -> Result<Self, Rejection> {
        let bounds = Resize {
            width: Some(SIDE),
            height: Some(SIDE),
            fit: Fit::Inside,
            enlarge: false,
        };
        let placement = Placement::new(view, Some(&bounds), None);
        let small = place(stored, orientation, &placement)?;
        let mut attention = Self {
            across: vec![0.0; small.width as usize],
            down: vec![0.0; small.height as usize],
        };
        for (index, weight) in outstanding(&weights(&small)).into_iter().enumerate() {
            attention.across[index % small.width as usize] += weight;
            attention.down[index / small.width as usize] += weight;
        }
        Ok(attention)
    }

    /// Where a part of `part` size should begin within a view of `view` size.
    pub(crate) fn corner(&self, view: (f64, f64), part: (f64, f64)) -> (f64, f64) {
        (
            best_start(&self.across, part.0 / view.0) * view.0,
            best_start(&self.down, part.1 / view.1) * view.1,
        )
    }
}

/// The start, as a share of the whole side, of the window of `length`, a share too, that has the
/// most weight near its middle; among equals the one nearest to the middle of the side.
fn best_start(weights: &[f64], length: f64) -> f64 {
    let side = f64::from(u32::try_from(weights.len()).unwrap_or(u32::MAX));
    let window = length * side;
    let room = (side - window).max(0.0);
    let steps = (0..=SIDE).map(|step| room * f64::from(step) / f64::from(SIDE));
    let held = |start: f64| -> f64 {
        (0..)
            .zip(weights)
            .map(|(index, weight)| {
                let within = ((f64::from(index) + 0.5 - start) / window).clamp(0.0, 1.0);
                weight * within * (1.0 - within)
            })
            .sum()
    };
    let off_middle = |start: f64| (start - room / 2.0).abs();
    let mut best = (room / 2.0, held(room / 2.0));
    for start in steps {
        let holds = held(start);
        let equal = (holds - best.1).abs() <= 1e-9;
        if holds > best.1 + 1e-9 || (equal && off_middle(start) < off_middle(best.0)) {
            best = (start, holds);
        }
    }
    best.0 / side
}

/// What is left of weights above what is usual in the picture.
fn outstanding(weights: &[f32]) -> Vec<f64> {
    let count = f64::from(u32::try_from(weights.len()).unwrap_or(u32::MAX));
    let mean = weights.iter().map(|w| f64::from(*w)).sum::<f64>() / count;
    let variance = weights
        .iter()
        .map(|w| (f64::from(*w) - mean).powi(2))
        .sum::<f64>()
        / count;
    let usual = mean + variance.sqrt() / 2.0;
    weights
        .iter()
        .map(|weight| (f64::from(*weight) - usual).max(0.0))
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
    let light: Vec<f32> = pixels.iter().map(luma).collect();
    pixels
        .iter()
        .enumerate()
        .map(|(index, pixel)| {
            let edge = edge(&light, small.width as usize, index);
            pixel[3] * (edge + 0.6 * skin(pixel) + 0.3 * saturation(pixel))
        })
        .collect()
}

fn luma(pixel: &[f32; 4]) -> f32 {
    0.2126 * pixel[0] + 0.7152 * pixel[1] + 0.0722 * pixel[2]
}

/// The strength of the Laplacian: edges and texture count, even slopes do not.
fn edge(light: &[f32], width: usize, index: usize) -> f32 {
    let (x, y) = (index % width, index / width);
    if x == 0 || y == 0 || x + 1 == width || index + width >= light.len() {
        return 0.0;
    }
    let around = light[index - 1] + light[index + 1] + light[index - width] + light[index + width];
    (4.0 * light[index] - around).abs()
}

fn skin(pixel: &[f32; 4]) -> f32 {
    let length = pixel[..3].iter().map(|v| v * v).sum::<f32>().sqrt();
    let light = luma(pixel);
    if length < f32::EPSILON || !(0.2..=0.95).contains(&light) {
        return 0.0;
    }
    let away = pixel[..3]
        .iter()
        .zip(SKIN)
        .map(|(value, wanted)| (value / length - wanted).powi(2))
        .sum::<f32>()
        .sqrt();
    (1.0 - away / 0.2).max(0.0)
}

fn saturation(pixel: &[f32; 4]) -> f32 {
    let most = pixel[0].max(pixel[1]).max(pixel[2]);
    let least = pixel[0].min(pixel[1]).min(pixel[2]);
    let light = luma(pixel);
    if most < f32::EPSILON || !(0.05..=0.9).contains(&light) {
        return 0.0;
    }
    (most - least) / most
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::Layout;

    /// A grey picture with a square of `color` of 40 px at this place.
    fn square_at(left: usize, top: usize, color: [u8; 3]) -> Pixels {
        let (width, height) = (400, 200);
        let data = (0..width * height)
            .flat_map(|index| {
                let (x, y) = (index % width, index / width);
                let within = (left..left + 40).contains(&x) && (top..top + 40).contains(&y);
                if within { color } else { [128; 3] }
            })
            .collect();
        Pixels {
            width: 400,
            height: 200,
            layout: Layout::Rgb,
            data,
        }
    }

    /// Where a square of the full height should begin in the picture of 400 x 200 px.
    fn left_of_square(pixels: &Pixels) -> f64 {
        let view = Rect::whole(pixels.size());
        let attention = Attention::of(pixels, Orientation::UPRIGHT, view).unwrap();
        let (left, top) = attention.corner((400.0, 200.0), (200.0, 200.0));
        assert!(top.abs() < 1e-9);
        left
    }

    #[test]
    fn a_coloured_thing_on_grey_comes_to_the_middle() {
        for (thing, left) in [(20, 0.0), (120, 40.0), (180, 100.0), (340, 200.0)] {
            let found = left_of_square(&square_at(thing, 80, [230, 40, 30]));
            assert!((found - left).abs() <= 10.0, "thing at {thing}: {found}");
        }
    }

    #[test]
    fn an_even_picture_is_looked_at_in_its_middle() {
        assert_eq!(left_of_square(&square_at(0, 0, [128; 3])), 100.0);
    }
}
