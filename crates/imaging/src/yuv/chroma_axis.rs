//! The positions of chroma samples on one axis.

/// The relation between the samples of a stored plane and those of upright, halved chroma on one
/// axis of the stored image.
///
/// Upright chroma belongs to pairs of pixels that begin at the first upright column or row. If an
/// axis is mirrored, the first upright pixel is the last stored one. If the length of a mirrored
/// axis is odd, the pairs of the upright image therefore begin one pixel earlier than the pairs of
/// the stored image, and the first pair consists of one pixel only. If the stored chroma is halved
/// already, each stored sample then lies between two pairs, and each pair gets the mean of the two
/// samples next to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ChromaAxis {
    /// `true` if the stored plane has one sample for two pixels, not one for each.
    pub(super) is_halved: bool,
    /// `true` if the pairs begin one pixel before the first stored pixel.
    pub(super) is_shifted: bool,
}

impl ChromaAxis {
    /// Creates the relation for an axis of `length` pixels.
    pub(crate) const fn new(is_halved: bool, length: u32, is_mirrored: bool) -> Self {
        Self {
            is_halved,
            is_shifted: is_mirrored && !length.is_multiple_of(2),
        }
    }

    /// Returns the positions of the two stored samples whose mean is the halved sample `index`,
    /// counted in stored order. If the second position is one past the end, it means the last
    /// sample.
    pub(crate) const fn sources(self, index: usize) -> (usize, usize) {
        match (self.is_halved, self.is_shifted) {
            (true, false) => (index, index),
            (true, true) => (index.saturating_sub(1), index),
            (false, false) => (2 * index, 2 * index + 1),
            (false, true) => ((2 * index).saturating_sub(1), 2 * index),
        }
    }

    /// Returns the positions of the stored samples that contribute to the halved sample `index`,
    /// counted in stored order, and their weights in eighths. A position one past the end means the
    /// last sample.
    ///
    /// Chroma that is halved already is filtered as if it were interpolated and then averaged.
    pub(crate) const fn taps(self, index: usize) -> [(usize, u16); 3] {
        let (first, second) = self.sources(index);
        match (self.is_halved, self.is_shifted) {
            (true, false) => [(index.saturating_sub(1), 1), (index, 6), (index + 1, 1)],
            _ => [(first, 4), (second, 4), (second, 0)],
        }
    }

    /// Sets each halved sample of a row to 8 times the weighted mean of its [taps](Self::taps).
    pub(super) fn filter(self, samples: &[u16], halved: &mut [u16]) {
        if !self.is_halved || self.is_shifted {
            return self.halve(samples, halved, |left, right| 4 * (left + right));
        }
        for (to, window) in halved[1..].iter_mut().zip(samples.windows(3)) {
            *to = window[0] + 6 * window[1] + window[2];
        }
        if let (Some(to), [first, ..]) = (halved.first_mut(), samples) {
            *to = 7 * first + samples.get(1).unwrap_or(first);
        }
        if let (Some(to), [.., before, last]) = (halved.last_mut(), samples) {
            *to = before + 7 * last;
        }
    }

    /// Sets each halved sample of a row to `convert` of the sum of its two sources in `samples`.
    #[inline(always)]
    pub(super) fn halve<S: Copy, T>(
        self,
        samples: &[S],
        halved: &mut [T],
        convert: impl Fn(S, S) -> T,
    ) {
        let (Some(&first), Some(&last)) = (samples.first(), samples.last()) else {
            return;
        };
        match (self.is_halved, self.is_shifted) {
            (true, false) => {
                for (to, sample) in halved.iter_mut().zip(samples) {
                    *to = convert(*sample, *sample);
                }
            }
            (true, true) => {
                let Some((to, halved)) = halved.split_first_mut() else {
                    return;
                };
                *to = convert(first, first);
                for (to, (before, sample)) in
                    halved.iter_mut().zip(samples.iter().zip(&samples[1..]))
                {
                    *to = convert(*before, *sample);
                }
            }
            (false, false) => {
                let (pairs, rest) = samples.as_chunks::<2>();
                for (to, pair) in halved.iter_mut().zip(pairs) {
                    *to = convert(pair[0], pair[1]);
                }
                if let (Some(to), [_]) = (halved.last_mut(), rest) {
                    *to = convert(last, last);
                }
            }
            (false, true) => {
                let Some((to, halved)) = halved.split_first_mut() else {
                    return;
                };
                *to = convert(first, first);
                for (to, pair) in halved.iter_mut().zip(samples[1..].as_chunks::<2>().0) {
                    *to = convert(pair[0], pair[1]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_halved_from_the_sources_of_each_index() {
        for length in 1..40_u32 {
            let samples: Vec<u32> = (0..length).map(|at| at * at).collect();
            for is_mirrored in [false, true] {
                for is_halved in [false, true] {
                    let axis = ChromaAxis::new(is_halved, length, is_mirrored);
                    let stored = if is_halved {
                        length.div_ceil(2)
                    } else {
                        length
                    } as usize;
                    let samples = &samples[..stored];
                    let mut halved = vec![0; length.div_ceil(2) as usize];
                    axis.halve(samples, &mut halved, |a, b| a + b);
                    for (index, sum) in halved.iter().enumerate() {
                        let (a, b) = axis.sources(index);
                        assert_eq!(*sum, samples[a] + samples[b.min(stored - 1)]);
                    }
                }
            }
        }
    }

    #[test]
    fn rows_are_filtered_by_the_taps_of_each_index() {
        for length in 1..40_u32 {
            for is_mirrored in [false, true] {
                for is_halved in [false, true] {
                    let axis = ChromaAxis::new(is_halved, length, is_mirrored);
                    let halved_length = length.div_ceil(2);
                    let stored = if is_halved { halved_length } else { length };
                    let samples: Vec<_> = (0..stored).map(|at| (at * at) as u16).collect();
                    let mut halved = vec![0; halved_length as usize];
                    axis.filter(&samples, &mut halved);
                    for (index, sum) in halved.iter().enumerate() {
                        let sample = |at: usize| samples[at.min(samples.len() - 1)];
                        let taps = axis.taps(index).map(|(at, weight)| sample(at) * weight);
                        assert_eq!(*sum, taps.iter().sum::<u16>(), "{axis:?} {length} {index}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_pairs_of_a_mirrored_odd_axis_begin_at_its_end() {
        let axis = ChromaAxis::new(false, 5, true);
        assert_eq!(
            [0, 1, 2].map(|index| axis.sources(index)),
            [(0, 0), (1, 2), (3, 4)]
        );
        let axis = ChromaAxis::new(true, 5, true);
        assert_eq!(
            [0, 1, 2].map(|index| axis.sources(index)),
            [(0, 0), (0, 1), (1, 2)]
        );
        let even = ChromaAxis::new(true, 6, true);
        assert_eq!([0, 1].map(|index| even.sources(index)), [(0, 0), (1, 1)]);
    }
}
