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

/// The point that people look at, in the coordinates of `view`, which is part of the upright
/// picture.
///
/// Every pixel of a small copy is weighed by its edges, saturation and nearness to skin colour;
/// the point is the middle of the weights, drawn to where they are dense.
///
/// # Errors
/// `out_of_memory`.
pub(crate) fn focus(
    stored: &Pixels,
    orientation: Orientation,
    view: Rect,
) -> Result<(f64, f64), Rejection> {
    let bounds = Resize {
        width: Some(SIDE),
        height: Some(SIDE),
        fit: Fit::Inside,
        enlarge: false,
    };
    let placement = Placement::new(view, Some(&bounds), None);
    let small = place(stored, orientation, &placement)?;
    let (x, y) = densest(&Saliency::of(&small));
    Ok((
        (x + 0.5) * view.width / f64::from(small.width),
        (y + 0.5) * view.height / f64::from(small.height),
    ))
}

/// The weight of every pixel, row by row.
struct Saliency {
    width: usize,
    weights: Vec<f32>,
}

impl Saliency {
    fn of(small: &Pixels) -> Self {
        let width = small.width as usize;
        let pixels: Vec<[f32; 4]> = small
            .data
            .chunks_exact(small.layout.channels())
            .map(|pixel| {
                let alpha = pixel.get(3).copied().unwrap_or(u8::MAX);
                [pixel[0], pixel[1], pixel[2], alpha].map(|value| f32::from(value) / 255.0)
            })
            .collect();
        let light: Vec<f32> = pixels.iter().map(luma).collect();
        let weights = pixels
            .iter()
            .enumerate()
            .map(|(index, pixel)| {
                let edge = edge(&light, width, index);
                pixel[3] * (edge + 0.6 * skin(pixel) + 0.3 * saturation(pixel))
            })
            .collect();
        Self { width, weights }
    }

    fn height(&self) -> usize {
        self.weights.len() / self.width
    }

    /// The sums of all weights above and left of each point: any box's sum in four look-ups.
    fn integral(&self) -> Vec<f64> {
        let stride = self.width + 1;
        let mut sums = vec![0.0; stride * (self.height() + 1)];
        for y in 0..self.height() {
            let mut row = 0.0;
            for x in 0..self.width {
                row += f64::from(self.weights[y * self.width + x]);
                sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1] + row;
            }
        }
        sums
    }
}

/// The middle of the box, a third of the longer side wide, that holds the most weight; among
/// equals the one nearest to the centre.
fn densest(saliency: &Saliency) -> (f64, f64) {
    let (width, height) = (saliency.width, saliency.height());
    let side = (width.max(height) / 3).max(1);
    let (box_width, box_height) = (side.min(width), side.min(height));
    let sums = saliency.integral();
    let stride = width + 1;
    let off_centre = |x: usize, y: usize| {
        (2 * x + box_width).abs_diff(width) + (2 * y + box_height).abs_diff(height)
    };
    let mut best = (f64::MIN, usize::MAX, 0, 0);
    for y in 0..=height - box_height {
        for x in 0..=width - box_width {
            let (right, below) = (x + box_width, y + box_height);
            let sum = sums[below * stride + right] + sums[y * stride + x]
                - sums[y * stride + right]
                - sums[below * stride + x];
            let away = off_centre(x, y);
            let better = sum > best.0 + 1e-6 || (sum > best.0 - 1e-6 && away < best.1);
            if better {
                best = (sum.max(best.0), away, x, y);
            }
        }
    }
    let middle = |start: usize, length: usize| {
        // At most SIDE pixels, so exact.
        f64::from(u32::try_from(2 * start + length - 1).unwrap_or_default()) / 2.0
    };
    (middle(best.2, box_width), middle(best.3, box_height))
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

    fn focus_of(pixels: &Pixels) -> (f64, f64) {
        focus(pixels, Orientation::UPRIGHT, Rect::whole((400, 200))).unwrap()
    }

    #[test]
    fn a_coloured_thing_on_grey_is_looked_at() {
        for (left, top) in [(20, 20), (340, 140), (180, 80)] {
            let (x, y) = focus_of(&square_at(left, top, [230, 40, 30]));
            assert!((x - left as f64 - 20.0).abs() < 60.0, "{x} for {left}");
            assert!((y - top as f64 - 20.0).abs() < 60.0, "{y} for {top}");
        }
    }

    #[test]
    fn an_even_picture_is_looked_at_in_its_middle() {
        let (x, y) = focus_of(&square_at(0, 0, [128; 3]));
        assert!(
            (x - 200.0).abs() < 5.0 && (y - 100.0).abs() < 5.0,
            "{x}, {y}"
        );
    }
}
