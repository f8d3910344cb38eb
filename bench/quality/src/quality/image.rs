//! Images in sRGB.

use std::fs;
use std::path::Path;

use anyhow::Context;

/// An image in sRGB: 8 bits per sample, three samples per pixel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    width: u32,
    height: u32,
    samples: Vec<u8>,
}

impl Image {
    /// Creates an image from its samples, row by row.
    ///
    /// # Panics
    /// If the number of samples is not that of the size.
    pub fn new(width: u32, height: u32, samples: Vec<u8>) -> Self {
        assert_eq!(samples.len(), width as usize * height as usize * 3);
        Self {
            width,
            height,
            samples,
        }
    }

    /// Returns the width in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Returns the height in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Returns the samples, row by row.
    pub fn samples(&self) -> &[u8] {
        &self.samples
    }

    /// Reads a PPM file with 8 bits per sample and without comments.
    ///
    /// Errors if the file cannot be read or has another format.
    pub fn read_ppm(path: &Path) -> anyhow::Result<Self> {
        let file = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::from_ppm(&file).with_context(|| format!("{} is not such a PPM file", path.display()))
    }

    fn from_ppm(file: &[u8]) -> Option<Self> {
        let mut rest = file.strip_prefix(b"P6")?;
        let mut numbers = [0_u32; 3];
        for number in &mut numbers {
            rest = rest.trim_ascii_start();
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let (text, after) = rest.split_at(digits);
            *number = str::from_utf8(text).ok()?.parse().ok()?;
            rest = after;
        }
        let [width, height, maximum] = numbers;
        let samples = rest.get(1..)?;
        let is_complete = samples.len() == width as usize * height as usize * 3;
        (maximum == 255 && is_complete).then(|| Self::new(width, height, samples.to_vec()))
    }

    /// Returns the middle of the image, with sides of at most `side` pixels.
    pub fn middle(&self, side: u32) -> Self {
        let (width, height) = (self.width.min(side), self.height.min(side));
        let (x, y) = ((self.width - width) / 2, (self.height - height) / 2);
        self.part(x, y, width, height)
    }

    /// Returns a part of the image.
    ///
    /// # Panics
    /// If the part is not within the image.
    pub fn part(&self, x: u32, y: u32, width: u32, height: u32) -> Self {
        let mut samples = Vec::with_capacity(width as usize * height as usize * 3);
        for row in y..y + height {
            let start = 3 * (row as usize * self.width as usize + x as usize);
            samples.extend_from_slice(&self.samples[start..start + 3 * width as usize]);
        }
        Self::new(width, height, samples)
    }

    /// Returns the image inside a square, each pixel the mean of those that it covers. Small images are
    /// returned unchanged.
    pub fn thumbnail(&self, side: u32) -> Self {
        let longest = self.width.max(self.height);
        if longest <= side {
            return self.clone();
        }
        let scaled = |length: u32| (length * side / longest).max(1);
        let (width, height) = (scaled(self.width), scaled(self.height));
        let mut samples = Vec::with_capacity(width as usize * height as usize * 3);
        for y in 0..height {
            for x in 0..width {
                let columns = covered(x, width, self.width);
                samples.extend(self.mean(columns, covered(y, height, self.height)));
            }
        }
        Self::new(width, height, samples)
    }

    fn mean(&self, columns: (u32, u32), rows: (u32, u32)) -> [u8; 3] {
        let mut sums = [0_u32; 3];
        for y in rows.0..rows.1 {
            let row = y as usize * self.width as usize;
            let range = (row + columns.0 as usize) * 3..(row + columns.1 as usize) * 3;
            for pixel in self.samples[range].chunks_exact(3) {
                for (sum, &sample) in sums.iter_mut().zip(pixel) {
                    *sum += u32::from(sample);
                }
            }
        }
        let count = (columns.1 - columns.0) * (rows.1 - rows.0);
        sums.map(|sum| u8::try_from(sum / count).unwrap_or(u8::MAX))
    }
}

/// Returns the first source pixel that a pixel covers along one axis, and the one after the last.
fn covered(position: u32, length: u32, source: u32) -> (u32, u32) {
    let first = position * source / length;
    let end = (position + 1) * source / length;
    (first, end.max(first + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ppm_file_is_read() {
        let image = Image::from_ppm(b"P6\n2 1\n255\n\x01\x02\x03\n\x05\x06").unwrap();
        assert_eq!(image, Image::new(2, 1, vec![1, 2, 3, b'\n', 5, 6]));
    }

    #[test]
    fn truncated_or_different_ppm_files_are_refused() {
        let files: [&[u8]; 5] = [
            b"P6\n2 1\n255\n123",
            b"P5\n1 1\n255\n1",
            b"P6\n1 1\n65535\n123",
            b"P6\n1",
            b"",
        ];
        for file in files {
            assert_eq!(Image::from_ppm(file), None);
        }
    }

    #[test]
    fn a_thumbnail_fits_into_its_square_and_averages_pixels() {
        let samples = [10, 20, 30, 40].map(|sample| [sample; 3]).concat();
        let thumbnail = Image::new(4, 1, samples).thumbnail(2);
        assert_eq!(thumbnail, Image::new(2, 1, [[15; 3], [35; 3]].concat()));
        assert_eq!(thumbnail.thumbnail(2), thumbnail);
    }
}
