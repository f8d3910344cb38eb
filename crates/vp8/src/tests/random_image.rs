//! Random images that reach all modes and token categories.

use crate::Planes;

/// Planes with strides greater than their widths.
pub(super) struct RandomImage {
    width: u32,
    height: u32,
    y: Vec<u8>,
    u: Vec<u8>,
    v: Vec<u8>,
    padding: usize,
}

impl RandomImage {
    /// The number of kinds of images.
    pub(super) const KINDS: u8 = 6;

    pub(super) fn new(random: &mut fastrand::Rng, max_size: u32) -> Self {
        let (width, height) = (random.u32(1..=max_size), random.u32(1..=max_size));
        let kind = random.u8(0..Self::KINDS);
        Self::with_size(random, kind, width, height)
    }

    pub(super) fn with_size(random: &mut fastrand::Rng, kind: u8, width: u32, height: u32) -> Self {
        let padding = random.usize(0..3) * random.usize(0..20);
        let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
        let y = plane(random, kind, width as usize + padding, height);
        let u = plane(random, kind, half_width as usize + padding, half_height);
        let v = plane(random, kind, half_width as usize + padding, half_height);
        Self {
            width,
            height,
            y,
            u,
            v,
            padding,
        }
    }

    pub(super) fn planes(&self) -> Planes<'_> {
        let half_stride = self.width.div_ceil(2) as usize + self.padding;
        Planes {
            y: &self.y,
            u: &self.u,
            v: &self.v,
            y_stride: self.width as usize + self.padding,
            u_stride: half_stride,
            v_stride: half_stride,
            width: self.width,
            height: self.height,
        }
    }
}

fn plane(random: &mut fastrand::Rng, kind: u8, stride: usize, height: u32) -> Vec<u8> {
    let (x_slope, y_slope, base) = (random.i32(-9..9), random.i32(-9..9), random.i32(0..256));
    let extremes = random.u8(2..40);
    (0..stride * height as usize)
        .map(|i| {
            let (x, y) = ((i % stride) as i32, (i / stride) as i32);
            let ramp = base + (x * x_slope + y * y_slope) / 4;
            match kind {
                0 => base as u8,
                1 => random.u8(..),
                2 => ramp.clamp(0, 255) as u8,
                3 => (ramp + random.i32(-6..=6)).clamp(0, 255) as u8,
                // Edges at random places, to the extremes.
                4 => {
                    if ((x / 3 + y / 5) as u8 % extremes) < 2 {
                        255
                    } else {
                        0
                    }
                }
                _ => {
                    if random.u8(..) < extremes {
                        255 * random.u8(0..2)
                    } else {
                        ramp as u8
                    }
                }
            }
        })
        .collect()
}
