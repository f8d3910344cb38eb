//! The largest sources that a profile accepts.

use darkroom_imaging::Limits;

/// The limits of a profile, as the sizes of generated sources.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// The bytes of a file.
    pub bytes: usize,
    /// The width and the height in pixels.
    pub sides: (u32, u32),
    /// The pixels of an image.
    pub pixels: u64,
    /// The frames of an animation.
    pub frames: u32,
    /// The pixels of all frames together.
    pub animation_pixels: u64,
}

impl Bounds {
    /// Creates the bounds of sources whose sides are divided by `divisor`.
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

    /// Returns the side of the largest square whose side is a multiple of 16.
    pub fn square(&self) -> u32 {
        self.square_of(self.pixels)
    }

    /// Returns the side of the largest square with at most `pixels` pixels.
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
}
