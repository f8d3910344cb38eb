//! The decoders' samples equal the encoder's reconstruction.

use super::decoders::{Decoded, image_webp, libwebp};
use super::random_image::RandomImage;
use crate::{Encoder, EncoderOptions};

/// Returns the encoder's reconstruction without padding.
fn reconstruction(encoder: &Encoder, width: u32, height: u32) -> Decoded {
    let columns = width.div_ceil(16) as usize;
    let sample = |x: usize, y: usize, size: usize, first_row: usize, first_column: usize| {
        let pixels = &encoder.reconstruction[y / size * columns + x / size];
        pixels.0[first_row + y % size][first_column + x % size]
    };
    let plane = |width: u32, height: u32, size, first_row, first_column| {
        let positions = (0..height as usize).flat_map(|y| (0..width as usize).map(move |x| (x, y)));
        positions
            .map(|(x, y)| sample(x, y, size, first_row, first_column))
            .collect()
    };
    let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
    Decoded {
        y: plane(width, height, 16, 0, 0),
        u: plane(half_width, half_height, 8, 16, 0),
        v: plane(half_width, half_height, 8, 16, 8),
    }
}

fn check_images(count: u32, max_size: u32, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    for index in 0..count {
        let image = RandomImage::new(&mut random, max_size);
        let planes = image.planes();
        let quality = random.u8(0..=100);
        let effort = (index % 7) as u8;
        let options = EncoderOptions {
            quality,
            effort,
            max_bytes: None,
        };
        let mut encoder = Encoder::new(options).unwrap();
        encoder.unfiltered = index % 2 == 0;
        let frame = encoder.encode(&planes).unwrap();
        let decoded = libwebp(&frame);
        assert!(
            decoded == image_webp(&frame),
            "the decoders differ for image {index} of seed {seed}"
        );
        if encoder.unfiltered {
            assert!(
                decoded == reconstruction(&encoder, planes.width, planes.height),
                "the reconstruction differs for image {index} of seed {seed}: {options:?}, {} x {}",
                planes.width,
                planes.height,
            );
        }
    }
}

#[test]
fn decoders_reproduce_the_reconstruction_of_random_images() {
    check_images(210, 100, 1);
}

#[test]
#[ignore = "takes most of a minute"]
fn decoders_reproduce_the_reconstruction_of_10_000_random_images() {
    check_images(10_000, 150, 2);
}
