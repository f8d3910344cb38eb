//! The sizes of the largest sources that a profile accepts.

use darkroom_imaging::Limits;

/// The limits of a profile, as the sizes of generated sources.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// The maximum number of bytes in a file.
    pub bytes: usize,
    /// The maximum width and the maximum height in pixels.
    pub sides: (u32, u32),
    /// The maximum number of pixels in an image.
    pub pixels: u64,
    /// The maximum number of frames in an animation.
    pub frames: u32,
    /// The maximum number of pixels in all frames together.
    pub animation_pixels: u64,
}

impl Bounds {
    /// Creates the bounds from the limits of a profile. Divides sides by `divisor`, and numbers of
    /// bytes and pixels by its square.
    pub fn new(limits: &Limits, divisor: u32) -> Self {
        let area = u64::from(divisor * divisor);
        Self {
            bytes: (limits.max_bytes / area) as usize,
            sides: (limits.max_width / divisor, limits.max_height / divisor),
            pixels: limits.max_pixels / area,
            frames: limits.max_frames,
            animation_pixels: limits.max_total_pixels / area,
        }
    }

    /// Returns the side of the largest square image in pixels. It is a multiple of 16.
    pub fn square(&self) -> u32 {
        self.square_of(self.pixels)
    }

    /// Returns the side of the largest square image with at most `pixels` pixels. It is a multiple
    /// of 16.
    pub fn square_of(&self, pixels: u64) -> u32 {
        let side = pixels.isqrt() as u32;
        (side.min(self.sides.0).min(self.sides.1) / 16 * 16).max(16)
    }

    /// Returns the size of the image with the longest rows.
    pub fn wide(&self) -> (u32, u32) {
        let height = (self.pixels / u64::from(self.sides.0)) as u32;
        (self.sides.0, height.clamp(1, self.sides.1))
    }

    /// Returns the size of the image with the longest columns.
    pub fn tall(&self) -> (u32, u32) {
        let width = (self.pixels / u64::from(self.sides.1)) as u32;
        (width.clamp(1, self.sides.0), self.sides.1)
    }

    /// Returns the side of the largest square frame of an animation with `frames` frames.
    pub fn frame(&self, frames: u32) -> u32 {
        self.square_of((self.animation_pixels / u64::from(frames)).min(self.pixels))
    }

    /// Builds the largest file that is small enough, from squares of up to `side` pixels per side. Files
    /// of smaller squares must be smaller.
    pub fn fit(&self, mut side: u32, build: impl Fn(u32) -> Vec<u8>) -> Vec<u8> {
        loop {
            let file = build(side);
            if file.len() <= self.bytes || side <= 16 {
                return file;
            }
            let pixels = u64::from(side) * u64::from(side);
            let fitting = pixels * self.bytes as u64 / file.len() as u64;
            side = self.square_of(fitting * 95 / 100);
        }
    }
}
