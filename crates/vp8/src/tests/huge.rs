//! Frames whose modes do not all fit into the first partition.

use super::decoders::libwebp;
use crate::{Encoder, EncoderOptions, MAX_DIMENSION, Planes};

fn check(width: u32, height: u32, quality: u8, effort: u8) {
    let mut random = fastrand::Rng::with_seed(9);
    let (y_stride, stride) = (width as usize, width.div_ceil(2) as usize);
    let tile: Vec<u8> = (0..1 << 20).map(|_| random.u8(..)).collect();
    let y: Vec<u8> = tile
        .iter()
        .copied()
        .cycle()
        .take(y_stride * height as usize)
        .collect();
    let (u, v) = (&y[..], &y[..]);
    let planes = Planes {
        y: &y,
        u,
        v,
        y_stride,
        u_stride: stride,
        v_stride: stride,
        width,
        height,
    };
    let options = EncoderOptions {
        quality,
        effort,
        max_bytes: None,
    };
    let frame = Encoder::new(options).unwrap().encode(&planes).unwrap();
    let decoded = libwebp(&frame);
    assert_eq!(decoded.y.len(), y.len());
    let error: u64 = decoded
        .y
        .iter()
        .zip(&y)
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    assert!(
        error / (y.len() as u64) < 60,
        "mean error {}",
        error / y.len() as u64
    );
}

#[test]
#[ignore = "needs 2 GiB of memory"]
fn modes_of_huge_frames_fit_into_the_first_partition() {
    check(6000, 6000, 60, 2);
    check(MAX_DIMENSION, 5000, 50, 3);
    check(MAX_DIMENSION, 7000, 50, 2);
    check(MAX_DIMENSION, MAX_DIMENSION, 30, 2);
}
