//! Frames do not depend on the instruction set.

use std::path::{Path, PathBuf};

use super::random_image::RandomImage;
use crate::{Encoder, EncoderOptions, InstructionSet, Planes};

/// Sizes around those of macroblocks and blocks.
const SIZES: [(u32, u32); 10] = [
    (1, 1),
    (1, 200),
    (200, 1),
    (4, 5),
    (15, 16),
    (16, 17),
    (17, 15),
    (32, 33),
    (64, 48),
    (197, 203),
];

fn encode_with(set: InstructionSet, planes: &Planes<'_>, options: EncoderOptions) -> Vec<u8> {
    let mut encoder = Encoder::new(options).unwrap();
    encoder.set_instruction_set(set).unwrap();
    encoder.encode(planes).unwrap()
}

/// Compares frames of every effort.
fn check_image(image: &RandomImage, quality: u8) {
    let planes = image.planes();
    let available = InstructionSet::ALL.into_iter();
    let available = available.filter(|set| set.is_available());
    for effort in 0..=6 {
        let options = EncoderOptions {
            quality,
            effort,
            max_bytes: None,
        };
        let frame = encode_with(InstructionSet::Scalar, &planes, options);
        for set in available.clone() {
            let (width, height) = (planes.width, planes.height);
            let is_equal = encode_with(set, &planes, options) == frame;
            assert!(is_equal, "{set:?}: {width} x {height}, {options:?}");
        }
        let default = Encoder::new(options).unwrap().encode(&planes).unwrap();
        assert!(default == frame, "the default: {options:?}");
    }
}

#[test]
fn frames_of_all_instruction_sets_are_equal() {
    let mut random = fastrand::Rng::with_seed(4);
    for (width, height) in SIZES {
        for kind in 0..RandomImage::KINDS {
            let image = RandomImage::with_size(&mut random, kind, width, height);
            check_image(&image, random.u8(0..=100));
        }
    }
    for _ in 0..20 {
        let image = RandomImage::new(&mut random, 200);
        check_image(&image, random.u8(0..=100));
    }
}

/// Returns all files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// Compares frames of an image, whose channels stand for planes, with all instruction sets and most efforts.
fn check_rgb_image(image: &image::RgbImage) {
    let (width, height) = image.dimensions();
    let plane = |channel: usize, step: usize| -> Vec<u8> {
        let rows = image.rows().step_by(step);
        rows.flat_map(|row| row.step_by(step).map(move |pixel| pixel.0[channel]))
            .collect()
    };
    let (y, u, v) = (plane(1, 1), plane(2, 2), plane(0, 2));
    let stride = width.div_ceil(2) as usize;
    let planes = Planes {
        y: &y,
        u: &u,
        v: &v,
        y_stride: width as usize,
        u_stride: stride,
        v_stride: stride,
        width,
        height,
    };
    for (effort, quality) in [(0, 85), (2, 85), (2, 50), (4, 75)] {
        let options = EncoderOptions {
            quality,
            effort,
            max_bytes: None,
        };
        let frame = encode_with(InstructionSet::Scalar, &planes, options);
        for set in InstructionSet::ALL {
            if set.is_available() {
                let is_equal = encode_with(set, &planes, options) == frame;
                assert!(is_equal, "{set:?}: {options:?}");
            }
        }
    }
}

#[test]
#[ignore = "takes minutes, and needs a folder of images in DARKROOM_CORPUS"]
fn frames_of_all_instruction_sets_are_equal_over_a_folder_of_images() {
    let folder = std::env::var_os("DARKROOM_CORPUS").expect("set DARKROOM_CORPUS to a folder");
    let mut count = 0;
    for path in files(Path::new(&folder)) {
        // Hostile files, and formats that `image` cannot decode here, are left out.
        let reader = image::ImageReader::open(&path).unwrap();
        let Ok(Ok(image)) = reader.with_guessed_format().map(|reader| reader.decode()) else {
            continue;
        };
        if image.width().max(image.height()) <= crate::MAX_DIMENSION {
            check_rgb_image(&image.into_rgb8());
            count += 1;
        }
    }
    let sets = InstructionSet::ALL;
    let sets: Vec<_> = sets.iter().filter(|set| set.is_available()).collect();
    println!("{count} images, {sets:?}");
    assert!(count > 0, "no images in {}", folder.display());
}
