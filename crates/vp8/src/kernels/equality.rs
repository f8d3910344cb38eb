//! Tests that SIMD kernels return the same values as the scalar kernels.

mod inputs;

use self::inputs::{
    coefficients, costs, edges, edges_from, extreme_quantizers, patterns, quantizer, samples,
    subblock_edge,
};
use super::{
    Candidate, Edges, Kernels, Pixels, Quantizer, SUBBLOCK_MODES, Scalar, SubblockEdge,
    SubblockEdges, SubblockJob, WholeMode,
};
use crate::tables::{AC_STEPS, DC_STEPS};

/// Compares kernels over rows of luma and chroma.
fn check_rows<K: Kernels>(
    kernels: K,
    source: &[[u8; 16]; 16],
    edges: &Edges,
    quantizer: &Quantizer,
) {
    assert_eq!(kernels.energies(source), Scalar.energies(source));
    for length in [16, 8] {
        let source = &source[..length];
        assert_eq!(kernels.score(source, edges), Scalar.score(source, edges));
        for mode in WholeMode::ALL {
            let mut predictions = [[[0; 16]; 16]; 2];
            kernels.predict(edges, mode, &mut predictions[0][..length]);
            Scalar.predict(edges, mode, &mut predictions[1][..length]);
            assert_eq!(predictions[0], predictions[1]);
            check_transforms(kernels, source, &predictions[0][..length], quantizer);
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
    check_quantize(kernels, &mut blocks[0][..length], quantizer);
    check_inverse(kernels, &blocks[0][..length], prediction);
}

/// Compares quantization, and replaces the coefficients with the dequantized ones.
fn check_quantize<K: Kernels>(kernels: K, blocks: &mut [[i16; 16]], quantizer: &Quantizer) {
    let length = blocks.len();
    let mut scalar = blocks.to_vec();
    let mut levels = [[[0; 16]; 16]; 2];
    let mut nonzero = [[0; 16]; 2];
    kernels.quantize(blocks, quantizer, &mut levels[0][..length], &mut nonzero[0]);
    Scalar.quantize(
        &mut scalar,
        quantizer,
        &mut levels[1][..length],
        &mut nonzero[1],
    );
    assert_eq!(
        (&*blocks, levels[0], nonzero[0]),
        (&*scalar, levels[1], nonzero[1])
    );
}

fn check_inverse<K: Kernels>(kernels: K, blocks: &[[i16; 16]], prediction: &[[u8; 16]]) {
    let mut rows = [[[0; 16]; 16]; 2];
    kernels.inverse(blocks, prediction, &mut rows[0][..blocks.len()]);
    Scalar.inverse(blocks, prediction, &mut rows[1][..blocks.len()]);
    assert_eq!(rows[0], rows[1]);
}

/// Compares kernels of subblocks.
fn check_subblock<K: Kernels>(
    kernels: K,
    source: &[u8; 16],
    edge: &SubblockEdge,
    costs: &[u16; 16],
    quantizer: &Quantizer,
) {
    assert_eq!(
        kernels.score_subblock(source, edge, costs),
        Scalar.score_subblock(source, edge, costs)
    );
    assert_eq!(
        kernels.choose_subblock(source, edge, costs),
        Scalar.choose_subblock(source, edge, costs)
    );
    for mode in 0..SUBBLOCK_MODES as u8 {
        let mut levels = [[0; 16]; 2];
        let ours = kernels.code_subblock(source, edge, mode, quantizer, &mut levels[0]);
        let scalar = Scalar.code_subblock(source, edge, mode, quantizer, &mut levels[1]);
        assert_eq!((ours, levels[0]), (scalar, levels[1]), "mode {mode}");
    }
}

/// Compares the coding of all subblocks of a macroblock.
fn check_subblocks<K: Kernels>(kernels: K, random: &mut fastrand::Rng) {
    let mut source = Pixels::new();
    source.luma_mut().copy_from_slice(&samples::<16>(random));
    let ([top, left, rest], quantizer) = (samples::<3>(random), quantizer(random));
    let costs = std::array::from_fn(|_| std::array::from_fn(|_| costs(random)));
    let edges = || {
        let top = std::array::from_fn(|i| if i < 16 { top[i] } else { rest[i - 16] });
        SubblockEdges::new(top, left, rest[15])
    };
    let (above, left) = (
        std::array::from_fn(|_| random.u8(0..10)),
        [random.u8(0..10); 4],
    );
    let limit = [random.u32(..30_000), u32::MAX][random.usize(..2)];
    let job = || SubblockJob {
        source: &source,
        costs: &costs,
        quantizer: &quantizer,
        edges: edges(),
        above,
        left,
        limit,
    };
    let (mut ours, mut scalar) = (Candidate::new(), Candidate::new());
    let modes = kernels.code_subblocks(job(), &mut ours);
    assert_eq!(modes, Scalar.code_subblocks(job(), &mut scalar));
    assert_eq!(ours.nonzero, scalar.nonzero);
    assert_eq!(ours.levels.0, scalar.levels.0);
    assert_eq!(ours.reconstruction.0, scalar.reconstruction.0);
}

fn check_random_inputs<K: Kernels>(kernels: K) {
    let mut random = fastrand::Rng::with_seed(3);
    for _ in 0..4000 {
        let random = &mut random;
        check_rows(
            kernels,
            &samples(random),
            &edges(random),
            &quantizer(random),
        );
        let blocks: [_; 16] = std::array::from_fn(|_| coefficients(random));
        check_inverse(kernels, &blocks, &samples::<16>(random));
        let [source, edge] = samples::<2>(random);
        let (costs, quantizer) = (costs(random), quantizer(random));
        check_subblock(kernels, &source, &subblock_edge(edge), &costs, &quantizer);
        check_subblocks(kernels, random);
    }
}

/// Compares all pairs of patterns, one as source, the other as prediction or edge.
fn check_patterns<K: Kernels>(kernels: K) {
    let patterns = patterns();
    for source in &patterns {
        for other in &patterns {
            for quantizer in &extreme_quantizers() {
                check_rows(kernels, source, &edges_from(other), quantizer);
                check_transforms(kernels, source, other, quantizer);
                for (row, edge) in source.iter().zip(other) {
                    for costs in [[0; 16], [1; 16], [u16::MAX - 1000; 16], [u16::MAX; 16]] {
                        check_subblock(kernels, row, &subblock_edge(*edge), &costs, quantizer);
                    }
                }
            }
        }
    }
}

/// Compares all quantizers with all possible coefficients of blocks, and beyond.
fn check_all_coefficients<K: Kernels>(kernels: K) {
    for (&dc_step, &ac_step) in DC_STEPS.iter().zip(&AC_STEPS) {
        for (dc_step, ac_step) in [(dc_step, ac_step), (2 * dc_step, ac_step * 155 / 100)] {
            let quantizer = Quantizer::new(dc_step, ac_step, &[128; 16]);
            for first in (-16_400..16_400).step_by(160) {
                let mut blocks: [_; 16] = std::array::from_fn(|i| [first + 10 * i as i16; 16]);
                for (i, value) in blocks.as_flattened_mut().iter_mut().enumerate() {
                    *value += (i % 16) as i16;
                }
                check_quantize(kernels, &mut blocks, &quantizer);
            }
        }
    }
}

fn check<K: Kernels>(kernels: K) {
    check_random_inputs(kernels);
    check_patterns(kernels);
    check_all_coefficients(kernels);
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
