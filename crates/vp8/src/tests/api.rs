//! Options, errors and limits.

use super::decoders::libwebp;
use super::random_image::RandomImage;
use crate::{Encoder, EncoderOptions, Error, InstructionSet, Planes};

const OPTIONS: EncoderOptions = EncoderOptions {
    quality: 90,
    effort: 2,
    max_bytes: None,
};

/// Returns gray planes of any size, with strides equal to the widths.
fn gray(samples: &[u8], width: u32, height: u32) -> Planes<'_> {
    let (y_stride, stride) = (width as usize, width.div_ceil(2) as usize);
    let (y, u, v) = (samples, samples, samples);
    Planes {
        y,
        u,
        v,
        y_stride,
        u_stride: stride,
        v_stride: stride,
        width,
        height,
    }
}

#[test]
fn options_out_of_range_are_refused() {
    let with = |quality, effort| {
        Encoder::new(EncoderOptions {
            quality,
            effort,
            ..OPTIONS
        })
        .err()
    };
    assert_eq!(with(101, 2), Some(Error::Quality(101)));
    assert_eq!(with(50, 7), Some(Error::Effort(7)));
    assert_eq!(with(100, 6), None);
}

#[test]
fn inconsistent_planes_are_refused() {
    let mut encoder = Encoder::new(OPTIONS).unwrap();
    let samples = [128; 64];
    for (width, height) in [(0, 8), (8, 0), (16_384, 1), (1, 16_384)] {
        let result = encoder.encode(&Planes {
            width,
            height,
            ..gray(&samples, 8, 8)
        });
        assert_eq!(result, Err(Error::Dimensions { width, height }));
    }
    let planes = gray(&samples, 8, 8);
    assert!(encoder.encode(&planes).is_ok());
    let narrow = [
        Planes {
            y_stride: 7,
            ..planes
        },
        Planes {
            u_stride: 3,
            ..planes
        },
        Planes {
            v_stride: 3,
            ..planes
        },
    ];
    for planes in narrow {
        assert_eq!(encoder.encode(&planes), Err(Error::Stride));
    }
    let short = [
        Planes {
            y: &samples[..63],
            ..planes
        },
        Planes {
            u: &samples[..15],
            ..planes
        },
        Planes { v: &[], ..planes },
        Planes {
            y_stride: usize::MAX,
            ..planes
        },
    ];
    for planes in short {
        assert_eq!(encoder.encode(&planes), Err(Error::PlaneTooShort));
    }
}

#[test]
fn a_frame_has_at_most_the_given_bytes() {
    let mut random = fastrand::Rng::with_seed(4);
    for _ in 0..40 {
        let image = RandomImage::new(&mut random, 90);
        let planes = image.planes();
        let bytes = Encoder::new(OPTIONS).unwrap().encode(&planes).unwrap();
        let with = |max_bytes| {
            let options = EncoderOptions {
                max_bytes: Some(max_bytes),
                ..OPTIONS
            };
            Encoder::new(options).unwrap().encode(&planes)
        };
        assert_eq!(with(bytes.len()), Ok(bytes.clone()));
        let max_bytes = bytes.len() - 1;
        assert_eq!(with(max_bytes), Err(Error::TooLarge { max_bytes }));
    }
}

#[test]
fn encoding_of_noise_ends_early_if_a_frame_is_certainly_too_large() {
    let mut random = fastrand::Rng::with_seed(5);
    let samples: Vec<u8> = (0..512 * 512).map(|_| random.u8(..)).collect();
    let options = EncoderOptions {
        max_bytes: Some(50_000),
        ..OPTIONS
    };
    let mut encoder = Encoder::new(options).unwrap();
    let result = encoder.encode(&gray(&samples, 512, 512));
    assert_eq!(result, Err(Error::TooLarge { max_bytes: 50_000 }));
    let rows = encoder.reconstruction.len() / 32;
    assert!((1..16).contains(&rows), "{rows} rows were coded");
}

#[test]
fn an_instruction_set_that_the_processor_lacks_is_refused() {
    let mut encoder = Encoder::new(OPTIONS).unwrap();
    for set in InstructionSet::ALL {
        let expected = match set.is_available() {
            true => Ok(()),
            false => Err(Error::InstructionSet(set)),
        };
        assert_eq!(encoder.set_instruction_set(set), expected);
    }
    assert!(InstructionSet::Scalar.is_available());
    assert!(!(InstructionSet::Avx2.is_available() && InstructionSet::Neon.is_available()));
}

#[test]
fn an_encoder_gives_the_same_bytes_after_other_frames_and_with_other_kernels() {
    let mut random = fastrand::Rng::with_seed(6);
    let mut encoders = [0, 1, 2, 3, 4, 5, 6]
        .map(|effort| Encoder::new(EncoderOptions { effort, ..OPTIONS }).unwrap());
    for _ in 0..30 {
        let image = RandomImage::new(&mut random, 120);
        let planes = image.planes();
        for (effort, encoder) in (0..).zip(&mut encoders) {
            let mut new = Encoder::new(EncoderOptions { effort, ..OPTIONS }).unwrap();
            new.set_instruction_set(InstructionSet::Scalar).unwrap();
            let scalar = new.encode(&planes).unwrap();
            assert_eq!(encoder.encode(&planes).unwrap(), scalar);
        }
    }
}

#[test]
fn a_partition_too_long_for_its_size_field_is_avoided() {
    let mut random = fastrand::Rng::with_seed(8);
    let image = RandomImage::new(&mut random, 200);
    let mut encoder = Encoder::new(OPTIONS).unwrap();
    let pair = encoder.encode(&image.planes()).unwrap();
    encoder.partition_limit = 0;
    let single = encoder.encode(&image.planes()).unwrap();
    assert_ne!(pair, single);
    assert_eq!(libwebp(&pair), libwebp(&single));
}
