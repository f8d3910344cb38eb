//! A sheet with images before and after processing side by side, for visual review.
//!
//! The left side of each pair shows the image as it is stored, neither rotated nor color-managed.
//! It is empty if this program cannot read the image. The right side shows the output of
//! `darkroom process`, or is red if the image is rejected.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use image::{DynamicImage, ImageReader, Rgb, RgbImage, imageops};
use serde_json::Value;

const TILE: u32 = 120;
const PAIRS_PER_ROW: u32 = 8;
const GAP: u32 = 8;
const BACKGROUND: Rgb<u8> = Rgb([90, 90, 90]);
const REJECTED: Rgb<u8> = Rgb([190, 40, 40]);
/// A profile that accepts every format, with high limits.
const SETTINGS: &str = r#"
[profiles.sheet]
prefix = "sheet"
max_bytes = "200MiB"
max_width = 20000
max_height = 20000
max_megapixels = 200
max_frames = 1000
max_animation_megapixels = 1000
variants = [
  { name = "tile", suffix = "", format = "webp", quality = 90, width = 120, height = 120, fit = "inside" },
]
"#;

/// A sheet, with a list of the images on it.
#[derive(Debug)]
pub struct ContactSheet {
    /// The pairs, eight in a row.
    pub image: RgbImage,
    /// A line for each pair: its row and position, the file, and the result.
    pub listing: Vec<String>,
}

impl ContactSheet {
    /// Processes every file in `folders` with the binary `darkroom`, and draws the results.
    ///
    /// # Errors
    /// If the binary cannot be run, or there are no files.
    pub fn new(darkroom: &Path, folders: &[PathBuf]) -> anyhow::Result<Self> {
        let work = tempfile::tempdir()?;
        let outcomes = process(darkroom, folders, work.path())?;
        Ok(Self {
            image: sheet(&outcomes)?,
            listing: outcomes.iter().enumerate().map(line).collect(),
        })
    }
}

fn line((index, outcome): (usize, &Value)) -> String {
    let pairs = PAIRS_PER_ROW as usize;
    let (row, pair) = (index / pairs + 1, index % pairs + 1);
    let path = outcome["source"]["path"].as_str().unwrap_or_default();
    let result = outcome["error"]["code"].as_str().unwrap_or("ready");
    format!("row {row} pair {pair}: {path}: {result}")
}

/// Returns one JSON object for each file, sorted by path.
fn process(darkroom: &Path, folders: &[PathBuf], work: &Path) -> anyhow::Result<Vec<Value>> {
    let config = work.join("darkroom.toml");
    std::fs::write(&config, SETTINGS)?;
    let output = Command::new(darkroom)
        .args(["process", "--profile", "sheet", "--json"])
        .arg("--config")
        .arg(&config)
        .arg("--out")
        .arg(work.join("out"))
        .args(folders)
        .output()
        .with_context(|| format!("failed to run {}", darkroom.display()))?;
    let reason = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(!output.stdout.is_empty(), "no images found: {reason}");
    let mut outcomes = output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(serde_json::from_slice)
        .collect::<Result<Vec<Value>, _>>()?;
    outcomes.sort_by_key(|outcome| outcome["source"]["path"].as_str().map(str::to_owned));
    Ok(outcomes)
}

fn sheet(outcomes: &[Value]) -> anyhow::Result<RgbImage> {
    let rows = u32::try_from(outcomes.len())?.div_ceil(PAIRS_PER_ROW);
    let (across, down) = (2 * TILE + GAP, TILE + GAP);
    let mut sheet = RgbImage::from_pixel(PAIRS_PER_ROW * across, rows * down, BACKGROUND);
    for (index, outcome) in (0_u32..).zip(outcomes) {
        let (x, y) = (index % PAIRS_PER_ROW * across, index / PAIRS_PER_ROW * down);
        if let Some(before) = outcome["source"]["path"].as_str().and_then(decode) {
            draw(&mut sheet, &before, x, y);
        }
        match outcome["variants"][0]["path"].as_str() {
            Some(after) => {
                let after = decode(after).context("failed to decode a variant")?;
                draw(&mut sheet, &after, x + TILE, y);
            }
            None => {
                let red = RgbImage::from_pixel(TILE, TILE, REJECTED);
                imageops::replace(&mut sheet, &red, (x + TILE).into(), y.into());
            }
        }
    }
    Ok(sheet)
}

fn decode(path: &str) -> Option<DynamicImage> {
    let reader = ImageReader::open(path).ok()?.with_guessed_format().ok()?;
    reader.decode().ok()
}

/// Draws an image. The background is visible through transparent parts.
fn draw(sheet: &mut RgbImage, image: &DynamicImage, x: u32, y: u32) {
    let mut page = RgbImage::from_pixel(image.width(), image.height(), BACKGROUND);
    for (below, pixel) in page.pixels_mut().zip(image.to_rgba8().pixels()) {
        let alpha = u16::from(pixel[3]);
        for channel in 0..3 {
            let mixed =
                u16::from(pixel[channel]) * alpha + u16::from(below[channel]) * (255 - alpha);
            below[channel] = u8::try_from(mixed / 255).unwrap_or(u8::MAX);
        }
    }
    let page = DynamicImage::from(page);
    let small = if page.width().max(page.height()) > TILE {
        page.thumbnail(TILE, TILE).into_rgb8()
    } else {
        page.into_rgb8()
    };
    let (left, top) = (
        x + (TILE - small.width()) / 2,
        y + (TILE - small.height()) / 2,
    );
    imageops::replace(sheet, &small, left.into(), top.into());
}
