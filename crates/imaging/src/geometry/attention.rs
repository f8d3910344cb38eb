//! The position of a crop window that follows the attention of a viewer.

/// The number of steps in which a window is moved along a side.
const STEPS: u32 = 96;

/// The weights of an image's columns and rows, which measure how strongly each attracts attention.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AttentionProfile {
    /// One weight per column of the analyzed image, from left to right.
    pub(crate) columns: Vec<f64>,
    /// One weight per row, from top to bottom.
    pub(crate) rows: Vec<f64>,
}

impl AttentionProfile {
    /// Returns the best origin `(x, y)` of a window of size `window` within an image of size
    /// `image`, both `(width, height)` in pixels.
    pub(super) fn window_origin(&self, image: (f64, f64), window: (f64, f64)) -> (f64, f64) {
        (
            best_start(&self.columns, window.0 / image.0) * image.0,
            best_start(&self.rows, window.1 / image.1) * image.1,
        )
    }
}

/// Returns the start of the window with the most weight near its middle. Among equal windows, the
/// one nearest to the middle of the side wins. Both `length`, which is the length of the window,
/// and the result are fractions of the side.
fn best_start(weights: &[f64], length: f64) -> f64 {
    let side = f64::from(u32::try_from(weights.len()).unwrap_or(u32::MAX));
    let window = length * side;
    let room = (side - window).max(0.0);
    let starts = (0..=STEPS).map(|step| room * f64::from(step) / f64::from(STEPS));
    let score = |start: f64| -> f64 {
        (0..)
            .zip(weights)
            .map(|(index, weight)| {
                let position = ((f64::from(index) + 0.5 - start) / window).clamp(0.0, 1.0);
                weight * position * (1.0 - position)
            })
            .sum()
    };
    let off_middle = |start: f64| (start - room / 2.0).abs();
    let mut best = (room / 2.0, score(room / 2.0));
    for start in starts {
        let score = score(start);
        let is_equal = (score - best.1).abs() <= 1e-9;
        if score > best.1 + 1e-9 || (is_equal && off_middle(start) < off_middle(best.0)) {
            best = (start, score);
        }
    }
    best.0 / side
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_moves_to_the_weight() {
        let mut weights = vec![0.0; 100];
        weights[70] = 1.0;
        let start = best_start(&weights, 0.2);
        assert!((start - 0.605).abs() < 0.01, "{start}");
    }

    #[test]
    fn without_weights_the_middle_is_kept() {
        assert_eq!(best_start(&[0.0; 50], 0.5), 0.25);
    }
}
