//! Frames do not depend on the instruction set.

use std::ops::ControlFlow;

use super::random_image::RandomImage;
use crate::kernels::{Kernels, Scalar};
use crate::{Encoder, EncoderOptions, Planes};

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

fn encode_with<K: Kernels>(kernels: K, planes: &Planes<'_>, options: EncoderOptions) -> Vec<u8> {
    let mut encoder = Encoder::new(options).unwrap();
    encoder
        .encode_with(kernels, planes, |_| ControlFlow::Continue(()))
        .unwrap()
}

/// Compares frames of every effort.
fn check_image<K: Kernels>(kernels: K, image: &RandomImage, quality: u8) {
    let planes = image.planes();
    for effort in 0..=6 {
        let options = EncoderOptions {
            quality,
            effort,
            max_bytes: None,
        };
        let frame = encode_with(Scalar, &planes, options);
        let (width, height) = (planes.width, planes.height);
        let is_equal = encode_with(kernels, &planes, options) == frame;
        assert!(is_equal, "{width} x {height}, {options:?}");
        let default = Encoder::new(options).unwrap().encode(&planes).unwrap();
        assert!(
            default == frame,
            "default kernels: {width} x {height}, {options:?}"
        );
    }
}

fn check<K: Kernels>(kernels: K, random_sizes: u32) {
    let mut random = fastrand::Rng::with_seed(4);
    for (width, height) in SIZES {
        for kind in 0..RandomImage::KINDS {
            let image = RandomImage::with_size(&mut random, kind, width, height);
            check_image(kernels, &image, random.u8(0..=100));
        }
    }
    for _ in 0..random_sizes {
        check_image(
            kernels,
            &RandomImage::new(&mut random, 200),
            random.u8(0..=100),
        );
    }
}

#[test]
#[cfg(target_arch = "x86_64")]
fn frames_with_avx2_equal_scalar_frames() {
    if let Some(kernels) = crate::kernels::Avx2::detect() {
        check(kernels, 20);
    }
}

#[test]
#[cfg(target_arch = "x86_64")]
fn frames_with_sse41_equal_scalar_frames() {
    if let Some(kernels) = crate::kernels::Sse41::detect() {
        check(kernels, 20);
    }
}

#[test]
#[cfg(all(target_arch = "aarch64", target_endian = "little"))]
fn frames_with_neon_equal_scalar_frames() {
    if let Some(kernels) = crate::kernels::Neon::detect() {
        check(kernels, 20);
    }
}
