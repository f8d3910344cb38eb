//! SIMD kernels return what the scalar kernels return.

use super::{Edges, Kernels, Quantizer, SUBBLOCK_MODES, Scalar, WholeMode};
use crate::tables::{AC_STEPS, DC_STEPS};

/// Returns samples of one of several kinds: noise, extremes, nearly flat.
fn samples<const N: usize>(random: &mut fastrand::Rng) -> [[u8; 16]; N] {
    let (kind, base) = (random.u8(0..4), random.u8(..));
    let mut rows = [[0; 16]; N];
    for sample in rows.as_flattened_mut() {
        *sample = match kind {
            0 => random.u8(..),
            1 => 255 * random.u8(0..2),
            2 => base.saturating_add(random.u8(0..4)),
            _ => {
                if random.u8(..) < 20 {
                    255 - base
                } else {
                    base
                }
            }
        };
    }
    rows
}

fn edges(random: &mut fastrand::Rng) -> Edges {
    let [top, left_a, left_b, rest] = samples::<4>(random);
    let (corner, dc) = ([rest[0], rest[1]], [rest[2], rest[3]]);
    Edges {
        top,
        left: [left_a, left_b],
        corner,
        dc,
    }
}

fn quantizer(random: &mut fastrand::Rng) -> Quantizer {
    let dc = DC_STEPS[random.usize(0..128)] * random.u16(1..=2);
    let ac = AC_STEPS[random.usize(0..128)];
    Quantizer::new(dc, ac, &std::array::from_fn(|_| random.u16(0..=160)))
}

/// Compares kernels over rows of luma and chroma.
fn check_rows<K: Kernels>(kernels: K, random: &mut fastrand::Rng) {
    let (source, edges, quantizer) = (samples::<16>(random), edges(random), quantizer(random));
    assert_eq!(kernels.energies(&source), Scalar.energies(&source));
    for length in [16, 8] {
        let source = &source[..length];
        assert_eq!(kernels.score(source, &edges), Scalar.score(source, &edges));
        for mode in WholeMode::ALL {
            let mut predictions = [[[0; 16]; 16]; 2];
            kernels.predict(&edges, mode, &mut predictions[0][..length]);
            Scalar.predict(&edges, mode, &mut predictions[1][..length]);
            assert_eq!(predictions[0], predictions[1]);
            check_transforms(kernels, source, &predictions[0][..length], &quantizer);
        }
    }
}

fn check_transforms<K: Kernels>(
    kernels: K,
    source: &[[u8; 16]],
    prediction: &[[u8; 16]],
    quantizer: &Quantizer,
) {
    let length = source.len();
    let error = kernels.squared_error(source, prediction);
    assert_eq!(error, Scalar.squared_error(source, prediction));
    let mut blocks = [[[0; 16]; 16]; 2];
    kernels.forward(source, prediction, &mut blocks[0][..length]);
    Scalar.forward(source, prediction, &mut blocks[1][..length]);
    assert_eq!(blocks[0], blocks[1]);
    let mut levels = [[[0; 16]; 16]; 2];
    let mut nonzero = [[0; 16]; 2];
    let [ours, scalar] = &mut blocks;
    kernels.quantize(
        &mut ours[..length],
        quantizer,
        &mut levels[0][..length],
        &mut nonzero[0],
    );
    Scalar.quantize(
        &mut scalar[..length],
        quantizer,
        &mut levels[1][..length],
        &mut nonzero[1],
    );
    assert_eq!(
        (blocks[0], levels[0], nonzero[0]),
        (blocks[1], levels[1], nonzero[1])
    );
    let mut rows = [[[0; 16]; 16]; 2];
    kernels.inverse(&blocks[0][..length], prediction, &mut rows[0][..length]);
    Scalar.inverse(&blocks[0][..length], prediction, &mut rows[1][..length]);
    assert_eq!(rows[0], rows[1]);
}

/// Compares kernels of subblocks.
fn check_subblock<K: Kernels>(kernels: K, random: &mut fastrand::Rng) {
    let [source, mut edge] = samples::<2>(random);
    edge[13] = edge[12];
    (edge[14], edge[15]) = (edge[0], edge[0]);
    let most = [1, 300, u16::MAX][random.usize(0..3)];
    let costs = std::array::from_fn(|_| random.u16(0..=most));
    assert_eq!(
        kernels.score_subblock(&source, &edge, &costs),
        Scalar.score_subblock(&source, &edge, &costs)
    );
    assert_eq!(
        kernels.choose_subblock(&source, &edge, &costs),
        Scalar.choose_subblock(&source, &edge, &costs)
    );
    let quantizer = quantizer(random);
    for mode in 0..SUBBLOCK_MODES as u8 {
        let mut levels = [[0; 16]; 2];
        let ours = kernels.code_subblock(&source, &edge, mode, &quantizer, &mut levels[0]);
        let scalar = Scalar.code_subblock(&source, &edge, mode, &quantizer, &mut levels[1]);
        assert_eq!((ours, levels[0]), (scalar, levels[1]), "mode {mode}");
    }
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn check<K: Kernels>(kernels: K) {
    let mut random = fastrand::Rng::with_seed(3);
    for _ in 0..2000 {
        check_rows(kernels, &mut random);
        check_subblock(kernels, &mut random);
    }
}

#[test]
#[cfg(target_arch = "x86_64")]
fn avx2_kernels_equal_scalar_kernels() {
    if let Some(kernels) = super::Avx2::detect() {
        check(kernels);
    }
}

#[test]
#[cfg(target_arch = "x86_64")]
fn sse41_kernels_equal_scalar_kernels() {
    if let Some(kernels) = super::Sse41::detect() {
        check(kernels);
    }
}

#[test]
#[cfg(all(target_arch = "aarch64", target_endian = "little"))]
fn neon_kernels_equal_scalar_kernels() {
    if let Some(kernels) = super::Neon::detect() {
        check(kernels);
    }
}
