//! Scaling of chroma planes to the resolution of luma.

use super::frame::Frame;

/// A reader of both chroma planes. It scales one row at a time to the resolution of luma, linearly
/// between the centers of samples, as for the chroma of JPEG.
pub(super) struct ChromaRows<'a> {
    frame: &'a Frame,
    is_halved_x: bool,
    is_halved_y: bool,
    /// The latest row of each plane, at the width of luma.
    rows: [Vec<f32>; 2],
    /// A row of one plane, at the width of chroma.
    narrow: Vec<f32>,
}

impl<'a> ChromaRows<'a> {
    pub(super) fn new(frame: &'a Frame) -> Self {
        let width = frame.widths[0] as usize;
        Self {
            frame,
            is_halved_x: matches!(frame.chroma_format, 1 | 2),
            is_halved_y: frame.chroma_format == 1,
            rows: [vec![0.0; width], vec![0.0; width]],
            narrow: vec![0.0; frame.widths[1] as usize],
        }
    }

    /// Returns row `y` of the blue-difference and red-difference planes.
    pub(super) fn row(&mut self, y: usize) -> (&[f32], &[f32]) {
        for index in 0..2 {
            let plane = &self.frame.planes[index + 1];
            let (width, height) = (self.narrow.len(), self.frame.heights[index + 1] as usize);
            let line = |y: usize| &plane[y * width..][..width];
            if self.is_halved_y {
                let near = (y / 2).min(height - 1);
                let far = if y.is_multiple_of(2) {
                    near.saturating_sub(1)
                } else {
                    (near + 1).min(height - 1)
                };
                let lines = line(near).iter().zip(line(far));
                for (sample, (near, far)) in self.narrow.iter_mut().zip(lines) {
                    *sample = blend(f32::from(*near), f32::from(*far));
                }
            } else {
                for (sample, stored) in self.narrow.iter_mut().zip(line(y)) {
                    *sample = f32::from(*stored);
                }
            }
            let row = &mut self.rows[index];
            if self.is_halved_x {
                widen(&self.narrow, row);
            } else {
                row.copy_from_slice(&self.narrow);
            }
        }
        (&self.rows[0], &self.rows[1])
    }
}

/// Returns the value a quarter of the way from `near` to `far`.
fn blend(near: f32, far: f32) -> f32 {
    0.75 * near + 0.25 * far
}

/// Doubles the width of a row. `wide` may be one sample shorter than twice the length of `narrow`.
fn widen(narrow: &[f32], wide: &mut [f32]) {
    let (Some(first), Some(last)) = (narrow.first(), narrow.last()) else {
        return;
    };
    // The outermost pixels lie beyond the centers of the outermost samples, so they get the values
    // of these samples. Two pixels lie between the centers of every two neighboring samples.
    wide[0] = *first;
    if let Some(end) = wide.last_mut() {
        *end = *last;
    }
    let pairs = wide[1..].chunks_exact_mut(2);
    for (pair, neighbors) in pairs.zip(narrow.windows(2)) {
        pair[0] = blend(neighbors[0], neighbors[1]);
        pair[1] = blend(neighbors[1], neighbors[0]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_widened_linearly_between_centers() {
        let mut wide = [0.0; 5];
        widen(&[0.0, 8.0, 8.0], &mut wide);
        assert_eq!(wide, [0.0, 2.0, 6.0, 8.0, 8.0]);
        let mut wide = [0.0; 4];
        widen(&[0.0, 8.0], &mut wide);
        assert_eq!(wide, [0.0, 2.0, 6.0, 8.0]);
        let mut wide = [0.0; 1];
        widen(&[5.0], &mut wide);
        assert_eq!(wide, [5.0]);
    }
}
