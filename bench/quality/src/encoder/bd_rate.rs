//! The difference in bytes at equal quality.

use super::Point;

/// The number of scores at which two curves are compared.
const STEPS: u32 = 100;

/// Returns the mean relative difference in bytes at equal scores (Bjøntegaard's rate difference, with straight
/// lines between points), or `None` if the scores do not overlap.
pub fn bd_rate(reference: &[Point], other: &[Point]) -> Option<f64> {
    let (low, high) = (range(reference)?, range(other)?);
    let (from, to) = (low.0.max(high.0), low.1.min(high.1));
    if from >= to {
        return None;
    }
    let scores = (0..=STEPS).map(|step| from + (to - from) * f64::from(step) / f64::from(STEPS));
    let differences = scores.map(|score| log_bytes(other, score) - log_bytes(reference, score));
    let mean = differences.sum::<f64>() / f64::from(STEPS + 1);
    Some(mean.exp() - 1.0)
}

/// Returns the lowest and the highest score, or `None` without a range.
fn range(points: &[Point]) -> Option<(f64, f64)> {
    let scores = || points.iter().map(|point| point.score);
    let (low, high) = (
        scores().fold(f64::INFINITY, f64::min),
        scores().fold(f64::NEG_INFINITY, f64::max),
    );
    (low < high).then_some((low, high))
}

/// Returns the logarithm of the bytes at a score, linear between points.
fn log_bytes(points: &[Point], score: f64) -> f64 {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.score.total_cmp(&b.score));
    let upper = sorted.iter().position(|point| point.score >= score);
    let upper = upper.unwrap_or(sorted.len() - 1).max(1);
    let (a, b) = (sorted[upper - 1], sorted[upper]);
    let part = ((score - a.score) / (b.score - a.score)).clamp(0.0, 1.0);
    (a.bytes as f64).ln() * (1.0 - part) + (b.bytes as f64).ln() * part
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(points: &[(usize, f64)]) -> Vec<Point> {
        let point = |&(bytes, score)| Point {
            seconds: 1.0,
            bytes,
            score,
        };
        points.iter().map(point).collect()
    }

    #[test]
    fn half_of_the_bytes_at_each_score_is_minus_50_percent() {
        let reference = curve(&[(1000, 60.0), (2000, 70.0), (4000, 80.0)]);
        let other = curve(&[(1000, 70.0), (500, 60.0), (2000, 80.0)]);
        let rate = bd_rate(&reference, &other).unwrap();
        assert!((rate + 0.5).abs() < 1e-9, "{rate}");
        assert_eq!(bd_rate(&reference, &reference), Some(0.0));
    }

    #[test]
    fn curves_without_common_scores_have_no_rate() {
        let (low, high) = (
            curve(&[(1, 10.0), (2, 20.0)]),
            curve(&[(1, 30.0), (2, 40.0)]),
        );
        assert_eq!(bd_rate(&low, &high), None);
        assert_eq!(bd_rate(&low, &low[..1]), None);
    }
}
