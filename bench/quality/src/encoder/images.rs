//! The sets of images, and their split into halves for tuning and for checking.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::ValueEnum;
use image::ImageReader;
use serde::Serialize;

use crate::photos::corpus;
use crate::quality::Image;

/// An image of a set.
#[derive(Debug, Clone)]
pub struct NamedImage {
    /// The name of the file, or of the generated image.
    pub name: String,
    /// The pixels.
    pub pixels: Image,
}

/// The part of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Half {
    /// All images.
    All,
    /// The images by which constants were chosen.
    Tuning,
    /// The images that were kept for checks.
    HeldOut,
}

impl Half {
    /// Returns `true` if an image belongs here: the FNV-1a hash of names for tuning is even.
    pub fn contains(self, name: &str) -> bool {
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
        match self {
            Self::All => true,
            Self::Tuning => hash.is_multiple_of(2),
            Self::HeldOut => !hash.is_multiple_of(2),
        }
    }
}

/// A set of images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum ImageSet {
    /// Photos of phones and cameras, from the corpus.
    Photos,
    /// Small photos, from the corpus.
    Small,
    /// Test images of color profiles, from the corpus, and generated screenshots.
    Graphics,
    /// Generated skies: smooth gradients with little noise.
    Gradients,
}

impl ImageSet {
    /// Returns the name of the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Photos => "photos",
            Self::Small => "small",
            Self::Graphics => "graphics",
            Self::Gradients => "gradients",
        }
    }

    /// Returns the images, and of larger ones only the middle if there is a `crop`.
    ///
    /// Errors if the corpus cannot be read.
    pub fn load(self, half: Half, crop: Option<u32>) -> anyhow::Result<Vec<NamedImage>> {
        let mut images = match self {
            Self::Photos => folder("bench", half, usize::MAX)?,
            Self::Small => [
                folder("metadata", half, 12)?,
                folder("orientation", half, 4)?,
            ]
            .concat(),
            Self::Graphics => [folder("colour", half, 12)?, screenshots(half)].concat(),
            Self::Gradients => gradients(half),
        };
        if let Some(side) = crop {
            for image in &mut images {
                image.pixels = image.pixels.middle(side);
            }
        }
        Ok(images)
    }
}

/// Returns the first images of a folder of the corpus. Files that cannot be decoded, and tiny images, are
/// left out.
fn folder(name: &str, half: Half, limit: usize) -> anyhow::Result<Vec<NamedImage>> {
    let folder = corpus().join(name);
    let entries = fs::read_dir(&folder)
        .with_context(|| format!("cannot read {}: set DARKROOM_CORPUS", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    let file_name = |path: &Path| {
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    };
    paths.retain(|path| half.contains(&file_name(path)));
    let images = paths.into_iter().filter_map(|path| {
        let pixels = open(&path)?;
        let is_large = pixels.width() >= 32 && pixels.height() >= 32;
        is_large.then(|| NamedImage {
            name: file_name(&path),
            pixels,
        })
    });
    Ok(images.take(limit).collect())
}

fn open(path: &Path) -> Option<Image> {
    let reader = ImageReader::open(path).ok()?.with_guessed_format().ok()?;
    let rgb = reader.decode().ok()?.into_rgb8();
    Some(Image::new(rgb.width(), rgb.height(), rgb.into_raw()))
}

fn generated(name: String, size: u32, pixel: impl Fn(u32, u32) -> [u8; 3]) -> NamedImage {
    let pixels = (0..size * size).flat_map(|i| pixel(i % size, i / size));
    NamedImage {
        name,
        pixels: Image::new(size, size, pixels.collect()),
    }
}

/// Returns images of windows, lines and glyph-like strokes.
fn screenshots(half: Half) -> Vec<NamedImage> {
    let names = (0..6).map(|i| format!("screenshot-{i}"));
    names
        .filter(|name| half.contains(name))
        .map(|name| {
            let seed = u64::from(name.as_bytes()[11]);
            let mut random = fastrand::Rng::with_seed(seed);
            let glyphs: Vec<u32> = (0..64).map(|_| random.u32(..) & random.u32(..)).collect();
            let palette: Vec<[u8; 3]> = (0..8)
                .map(|_| [random.u8(..), random.u8(..), random.u8(..)])
                .collect();
            generated(name, 600, |x, y| {
                let window = ((x / 150 + 3 * (y / 200)) % 8) as usize;
                let dark_on_light = window.is_multiple_of(2);
                if y % 200 < 20 {
                    return palette[window];
                }
                let glyph = glyphs[((x / 8 * 7 + y / 12 * 13) % 64) as usize];
                let (gx, gy) = (x % 8, y % 12);
                let ink = gx < 5 && gy < 6 && (glyph >> (gx + 5 * gy)) & 1 == 1;
                let (ground, ink_color) = if dark_on_light { (250, 20) } else { (30, 220) };
                if ink {
                    [ink_color; 3]
                } else {
                    [ground, ground, ground.saturating_sub(5)]
                }
            })
        })
        .collect()
}

/// Returns skies: smooth gradients with little noise.
fn gradients(half: Half) -> Vec<NamedImage> {
    let names = (0..8).map(|i| format!("gradient-{i}"));
    names
        .filter(|name| half.contains(name))
        .map(|name| {
            let index = i32::from(name.as_bytes()[9] - b'0');
            let noise: Vec<i32> = {
                let mut random = fastrand::Rng::with_seed(index as u64);
                (0..4096)
                    .map(|_| random.i32(-(index % 3)..=index % 3))
                    .collect()
            };
            generated(name, 768, |x, y| {
                let (x, y) = (x as i32, y as i32);
                let noise = noise[((x * 31 + y * 577) & 4095) as usize];
                let distance =
                    ((x - 384) * (x - 384) + (y - 300) * (y - 300)) / (3000 + 500 * index);
                let channel = |base: i32, slope: i32| {
                    (base + y * slope / 768 - distance + noise).clamp(0, 255) as u8
                };
                [
                    channel(60 + 10 * index, 120),
                    channel(110, 90 - 5 * index),
                    channel(200, 40),
                ]
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_halves_do_not_overlap_and_generated_sets_have_images_in_both() {
        for make in [screenshots, gradients] {
            let names = |half| -> Vec<String> {
                let images: Vec<NamedImage> = make(half);
                images.into_iter().map(|image| image.name).collect()
            };
            let (tuning, held_out) = (names(Half::Tuning), names(Half::HeldOut));
            assert!(!tuning.is_empty() && !held_out.is_empty());
            assert!(tuning.iter().all(|name| !held_out.contains(name)));
            assert_eq!(tuning.len() + held_out.len(), names(Half::All).len());
        }
    }
}
