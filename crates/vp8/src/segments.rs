//! Segments: groups of macroblocks with similar activity, each with its own quantizer (RFC 6386, section 9.3).

use crate::Planes;
use crate::kernels::{Kernels, Pixels};
use crate::source::load;
use crate::tuning;

pub(crate) const SEGMENTS: usize = 4;

/// The number of values of [`activity`].
const ACTIVITIES: usize = 256;

/// The segments of a frame.
#[derive(Debug, Clone)]
pub(crate) struct Segments {
    /// The quantizer index of each segment.
    pub(crate) indices: [u8; SEGMENTS],
    /// The segment for each activity.
    by_activity: [u8; ACTIVITIES],
}

impl Segments {
    /// Returns segments that all have the same quantizer index.
    pub(crate) fn uniform(index: u8) -> Self {
        Self {
            indices: [index; SEGMENTS],
            by_activity: [0; ACTIVITIES],
        }
    }

    /// Chooses segments by the activities of a sample of macroblocks.
    ///
    /// Texture masks errors, so segments with more texture get higher quantizer indices.
    pub(crate) fn analyze<K: Kernels>(kernels: K, planes: &Planes<'_>, index: u8) -> Self {
        let histogram = sample_activities(kernels, planes);
        let total: u64 = histogram.iter().map(|&count| u64::from(count)).sum();
        let sum: u64 = (0..)
            .zip(&histogram)
            .map(|(a, &count)| a * u64::from(count))
            .sum();
        let mean = (sum / total.max(1)) as i32;
        let (centers, by_activity) = cluster(&histogram);
        let indices = centers.map(|center| {
            let strength = tuning::ACTIVITY_WEIGHT * (64 - i32::from(index) / 2);
            let delta = ((center as i32 - mean) * strength) >> 14;
            (i32::from(index) + delta).clamp(0, 127) as u8
        });
        if i32::from(indices[SEGMENTS - 1]) - i32::from(indices[0]) < tuning::LEAST_INDEX_RANGE {
            return Self::uniform(index);
        }
        Self {
            indices,
            by_activity,
        }
    }

    /// Returns whether all macroblocks have the same quantizer.
    pub(crate) fn is_uniform(&self) -> bool {
        self.indices.iter().all(|&index| index == self.indices[0])
    }

    /// Returns the segment of a macroblock.
    #[inline]
    pub(crate) fn segment(&self, activity: u8) -> u8 {
        self.by_activity[usize::from(activity)]
    }
}

/// Returns the mean of the logarithms of the energies of all luma blocks, in 16ths.
#[inline]
pub(crate) fn activity<K: Kernels>(kernels: K, source: &Pixels) -> u8 {
    let energies = kernels.energies(source.luma());
    let sum: u32 = energies
        .iter()
        .map(|&energy| log2(u32::from(energy) + tuning::ACTIVITY_FLOOR))
        .sum();
    (sum / 16) as u8
}

/// Returns `log2(value)` in 16ths, linear between powers of 2. `value` is at least 16.
#[inline(always)]
fn log2(value: u32) -> u32 {
    let integer = 31 - value.leading_zeros();
    16 * integer + ((value >> (integer - 4)) & 15)
}

/// Counts each activity in a sample of macroblocks.
fn sample_activities<K: Kernels>(kernels: K, planes: &Planes<'_>) -> [u32; ACTIVITIES] {
    let columns = planes.width.div_ceil(16) as usize;
    let rows = planes.height.div_ceil(16) as usize;
    let step = match columns * rows {
        ..1000 => 1,
        1000..8000 => 2,
        _ => 4,
    };
    let mut histogram = [0; ACTIVITIES];
    let mut source = Pixels::new();
    for row in (step / 2..rows).step_by(step) {
        // Each sampled row starts at a different column, so that vertical structures are not sampled
        // repeatedly.
        for column in ((row / step) % step..columns).step_by(step) {
            load(planes, column, row, &mut source);
            histogram[usize::from(activity(kernels, &source))] += 1;
        }
    }
    histogram
}

/// Divides activities into segments around centers (the k-means algorithm in one dimension).
fn cluster(histogram: &[u32; ACTIVITIES]) -> ([usize; SEGMENTS], [u8; ACTIVITIES]) {
    let low = histogram.iter().position(|&count| count > 0).unwrap_or(0);
    let high = histogram.iter().rposition(|&count| count > 0).unwrap_or(0);
    let mut centers: [usize; SEGMENTS] =
        std::array::from_fn(|i| low + (high - low) * (2 * i + 1) / (2 * SEGMENTS));
    let mut by_activity = [0; ACTIVITIES];
    for _ in 0..8 {
        let mut sums = [(0u64, 0u64); SEGMENTS];
        for activity in 0..ACTIVITIES {
            let segment = (1..SEGMENTS)
                .filter(|&segment| 2 * activity > centers[segment - 1] + centers[segment])
                .count();
            by_activity[activity] = segment as u8;
            let count = u64::from(histogram[activity]);
            sums[segment].0 += count;
            sums[segment].1 += count * activity as u64;
        }
        for (center, (count, sum)) in centers.iter_mut().zip(sums) {
            if let Some(mean) = (sum + count / 2).checked_div(count) {
                *center = mean as usize;
            }
        }
    }
    (centers, by_activity)
}
