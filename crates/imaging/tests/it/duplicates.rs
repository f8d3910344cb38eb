//! Perceptual hashes of copies and of different images, on the corpus.
//!
//! `cargo xtask duplicates` prints the figures of `docs/duplicates.md`. Otherwise, the tests use a
//! part of the corpus.

use darkroom_imaging::{
    Encoding, Fit, PerceptualHashes, Recipe, Resize, Variant, WebpMode, render,
};
use darkroom_testkit::fixture::{Exif, Jpeg, Png, rotated_for_orientation};
use image::{RgbImage, imageops};

use crate::corpus;
use crate::images::only;
use crate::recipes::{lossless, variant, webp};

/// Photos of different scenes.
const PHOTOS: [&str; 18] = [
    "metadata/gps-dscn0010.jpg",
    "metadata/gps-dscn0012.jpg",
    "metadata/android-depth-map.jpg",
    "metadata/nikon-e995-iptc.jpg",
    "orientation/landscape-0.jpg",
    "orientation/portrait-0.jpg",
    "bench/canon-1000d-orient6.jpg",
    "bench/galaxy-s4.jpg",
    "bench/galaxy-s7-edge.jpg",
    "bench/icc-12mp.jpg",
    "bench/iphone-6.jpg",
    "bench/nikon-d90.jpg",
    "bench/oppo-r7.jpg",
    "bench/phone-12mp.jpg",
    "colour/gain-map.jpg",
    "metadata/iphone-4s.jpg",
    "metadata/iphone-hdr.jpg",
    "metadata/nokia-8.3.jpg",
];
/// The number of photos at the beginning that are small.
const SMALL_PHOTOS: usize = 6;

/// The largest distance between copies.
const MAX_DISTANCE: usize = 4;
/// The largest distance between a copy that was mirrored or turned and a turned hash.
const MAX_TURNED_DISTANCE: usize = 2;
/// The number of pairs of different images per false pair, at least.
const PAIRS_PER_FALSE_PAIR: u64 = 1_000_000;
/// The share of copies that are found, at least.
const MIN_RECALL: f64 = 0.99;

/// The number of pairs at each distance.
struct Distances([u64; 65]);

impl Distances {
    const fn new() -> Self {
        Self([0; 65])
    }

    fn add(&mut self, distance: u32) {
        self.0[distance as usize] += 1;
    }

    fn count(&self) -> u64 {
        self.0.iter().sum()
    }

    fn up_to(&self, distance: usize) -> u64 {
        self.0[..=distance].iter().sum()
    }

    fn recall(&self, distance: usize) -> f64 {
        self.up_to(distance) as f64 / self.count() as f64
    }

    /// Prints the number of pairs up to each distance.
    fn report(&self, name: &str) {
        let up_to = (0..=12).step_by(2);
        let up_to: Vec<_> = up_to
            .map(|it| format!("{it}: {}", self.up_to(it)))
            .collect();
        eprintln!(
            "{name}: {} pairs; up to distance {}",
            self.count(),
            up_to.join(", ")
        );
    }
}

fn is_full() -> bool {
    std::env::var_os("DARKROOM_TEST_DUPLICATES_IN_FULL").is_some()
}

fn photos() -> impl Iterator<Item = Vec<u8>> {
    let photos = match is_full() {
        true => &PHOTOS[..],
        false => &PHOTOS[..SMALL_PHOTOS],
    };
    photos.iter().filter_map(|name| corpus::read(name))
}

fn inside(side: u32) -> Option<Resize> {
    Some(Resize {
        width: Some(side),
        height: Some(side),
        fit: Fit::Inside,
        enlarge: false,
    })
}

fn recipe(variants: Vec<Variant>) -> Recipe {
    Recipe {
        variants,
        ..lossless()
    }
}

/// Returns the hashes of a file, as a worker computes them.
fn hashes(bytes: &[u8]) -> Option<PerceptualHashes> {
    let thumbnail = variant("thumb", inside(64), webp(80, WebpMode::Lossy));
    render(bytes, &recipe(vec![thumbnail]))
        .unwrap()
        .perceptual_hashes
}

/// Returns copies of a photo in several sizes and encodings.
fn copies(photo: &[u8]) -> Vec<Vec<u8>> {
    let sides: &[u32] = match is_full() {
        true => &[4096, 2048, 1024, 640, 400, 200, 128],
        false => &[400, 128],
    };
    let jpeg = |quality| Encoding::Jpeg {
        quality,
        background: darkroom_imaging::Color::WHITE,
    };
    let encodings = [jpeg(90), jpeg(60), jpeg(30), webp(50, WebpMode::Lossy)];
    let variants = sides.iter().flat_map(|side| {
        encodings.map(|encoding| variant(&format!("{side} {encoding:?}"), inside(*side), encoding))
    });
    let rendered = render(photo, &recipe(variants.collect())).unwrap();
    rendered
        .variants
        .into_iter()
        .map(|copy| copy.bytes)
        .collect()
}

fn upright(photo: &[u8], side: u32) -> RgbImage {
    let whole = variant("whole", inside(side), webp(0, WebpMode::Lossless));
    image::DynamicImage::ImageRgba8(only(photo, &recipe(vec![whole]))).into_rgb8()
}

#[test]
fn resized_and_recompressed_copies_have_almost_the_same_hash() {
    let mut distances = Distances::new();
    for photo in photos() {
        let original = hashes(&photo).unwrap().upright;
        for copy in copies(&photo) {
            distances.add(original.distance(hashes(&copy).unwrap().upright));
        }
    }
    if distances.count() > 0 {
        distances.report("resized and recompressed copies");
        assert!(distances.recall(MAX_DISTANCE) >= MIN_RECALL);
    }
}

#[test]
fn turned_copies_have_almost_the_same_hash() {
    let (mut by_tag, mut by_pixels) = (Distances::new(), Distances::new());
    for photo in photos() {
        let original = hashes(&photo).unwrap();
        let image = upright(&photo, 1024);
        for orientation in 2..=8 {
            let tag = Exif::new().orientation(u16::from(orientation));
            // A viewer shows this file upright.
            let stored = rotated_for_orientation(&image, orientation);
            let file = Jpeg::new(&stored).exif(&tag).build();
            by_tag.add(original.upright.distance(hashes(&file).unwrap().upright));
            // A viewer shows this file turned.
            let file = Jpeg::new(&image).exif(&tag).build();
            let turned = original.turned[usize::from(orientation) - 2];
            by_pixels.add(turned.distance(hashes(&file).unwrap().upright));
        }
    }
    if by_tag.count() > 0 {
        by_tag.report("copies that their orientation tag turns upright");
        by_pixels.report("copies that are mirrored or turned, with the turned hash");
        assert!(by_tag.recall(MAX_DISTANCE) >= MIN_RECALL);
        assert!(by_pixels.recall(MAX_TURNED_DISTANCE) >= MIN_RECALL);
    }
}

/// Returns the hashes of the tiles of a photo, each of which shows something else.
fn tiles(photo: &[u8]) -> Vec<PerceptualHashes> {
    let sides: &[u32] = if is_full() { &[256, 384, 512] } else { &[128] };
    let image = image::load_from_memory(photo).unwrap().into_rgb8();
    let mut tiles = Vec::new();
    for &side in sides {
        for top in (0..=image.height().saturating_sub(side)).step_by(side as usize) {
            for left in (0..=image.width().saturating_sub(side)).step_by(side as usize) {
                let tile = imageops::crop_imm(&image, left, top, side, side).to_image();
                tiles.extend(hashes(&Png::new(&tile).build()));
            }
        }
    }
    tiles
}

/// The different images are tiles of different photos, because whole photos would make too few pairs.
#[test]
fn different_images_have_different_hashes() {
    let photos: Vec<_> = photos().map(|photo| tiles(&photo)).collect();
    let (mut upright, mut turned) = (Distances::new(), Distances::new());
    for (number, first) in photos.iter().enumerate() {
        for second in &photos[number + 1..] {
            for a in first {
                for b in second {
                    upright.add(a.upright.distance(b.upright));
                    let distances = a.turned.iter().map(|turned| turned.distance(b.upright));
                    turned.add(distances.min().unwrap());
                }
            }
        }
    }
    if upright.count() > 0 {
        upright.report("different images");
        turned.report("different images, the nearest of the turned hashes");
        for (distances, max_distance) in [(&upright, MAX_DISTANCE), (&turned, MAX_TURNED_DISTANCE)]
        {
            let false_pairs = distances.up_to(max_distance);
            assert!(false_pairs * PAIRS_PER_FALSE_PAIR <= distances.count());
        }
    }
}

/// The hashes by ImageHash 4.3.2 of the whole photos, turned upright.
#[test]
fn the_hashes_of_photos_are_those_of_imagehash() {
    for (name, expected) in [
        ("metadata/nokia-8.3.jpg", "e3a43c1393ec5c33"),
        ("orientation/portrait-0.jpg", "91bcb8d3cc79c30c"),
        ("bench/canon-1000d-orient6.jpg", "c29838e61f5d660f"),
        ("bench/galaxy-s4.jpg", "d516ae4ccb8f9a0c"),
        ("bench/iphone-6.jpg", "eecf8fce8409c88c"),
        ("bench/nikon-d90.jpg", "83de2c38712cc7d3"),
    ] {
        if let Some(photo) = corpus::read(name) {
            let hash = hashes(&photo).unwrap().upright;
            let distance = hash.distance(expected.parse().unwrap());
            assert!(distance <= 2, "{name}: {hash} instead of {expected}");
        }
    }
}
