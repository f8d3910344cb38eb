//! The sets of images, and their split into halves for tuning and for checking.
#![allow(
    clippy::panic,
    clippy::expect_used,
    reason = "a measurement ends at the first error"
)]

use std::path::{Path, PathBuf};

use image::ImageReader;

/// An image of a set.
pub(crate) struct Image {
    pub(crate) name: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) rgb: Vec<u8>,
}

/// The half of a set.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Half {
    All,
    /// Constants were chosen by these images.
    Tuning,
    /// These images were kept for checks.
    HeldOut,
}

impl Half {
    /// Returns whether an image belongs here: the FNV-1a hash of names for tuning is even.
    pub(crate) fn contains(self, name: &str) -> bool {
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

fn corpus() -> PathBuf {
    std::env::var_os("DARKROOM_CORPUS").map_or_else(|| "../shared/corpus".into(), PathBuf::from)
}

/// Returns the images of a set: `photos`, `small`, `graphics` or `gradients`.
pub(crate) fn load(set: &str, half: Half, crop: Option<u32>) -> Vec<Image> {
    let mut images = match set {
        "photos" => folder("bench", half, usize::MAX),
        "small" => [folder("metadata", half, 12), folder("orientation", half, 4)].concat_images(),
        "graphics" => [
            folder("colour", half, 12),
            folder("pngsuite", half, 0),
            screenshots(half),
        ]
        .concat_images(),
        "gradients" => gradients(half),
        other => panic!("unknown set {other}"),
    };
    if let Some(crop) = crop {
        images.iter_mut().for_each(|image| image.crop(crop));
    }
    images
}

trait Concat {
    fn concat_images(self) -> Vec<Image>;
}

impl<const N: usize> Concat for [Vec<Image>; N] {
    fn concat_images(self) -> Vec<Image> {
        self.into_iter().flatten().collect()
    }
}

fn folder(name: &str, half: Half, limit: usize) -> Vec<Image> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(corpus().join(name))
        .expect("DARKROOM_CORPUS must be the folder of the corpus")
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let file_name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    paths.retain(|path| half.contains(&file_name(path)));
    paths
        .into_iter()
        .filter_map(|path| Some((file_name(&path), open(&path)?)))
        .map(|(name, rgb)| Image {
            name,
            width: rgb.width(),
            height: rgb.height(),
            rgb: rgb.into_raw(),
        })
        .filter(|image| image.width >= 32 && image.height >= 32)
        .take(limit)
        .collect()
}

fn open(path: &Path) -> Option<image::RgbImage> {
    Some(
        ImageReader::open(path)
            .ok()?
            .with_guessed_format()
            .ok()?
            .decode()
            .ok()?
            .into_rgb8(),
    )
}

impl Image {
    /// Keeps the middle.
    fn crop(&mut self, size: u32) {
        let (width, height) = (self.width.min(size), self.height.min(size));
        let (x, y) = ((self.width - width) / 2, (self.height - height) / 2);
        let mut rgb = Vec::new();
        for row in y..y + height {
            let start = 3 * (row as usize * self.width as usize + x as usize);
            rgb.extend_from_slice(&self.rgb[start..start + 3 * width as usize]);
        }
        (self.width, self.height, self.rgb) = (width, height, rgb);
    }

    fn from_fn(name: String, size: u32, pixel: impl Fn(u32, u32) -> [u8; 3]) -> Self {
        let pixels = (0..size * size).flat_map(|i| pixel(i % size, i / size));
        Self {
            name,
            width: size,
            height: size,
            rgb: pixels.collect(),
        }
    }
}

/// Returns images of windows, lines and glyph-like strokes.
fn screenshots(half: Half) -> Vec<Image> {
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
            Image::from_fn(name, 600, |x, y| {
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
fn gradients(half: Half) -> Vec<Image> {
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
            Image::from_fn(name, 768, |x, y| {
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
