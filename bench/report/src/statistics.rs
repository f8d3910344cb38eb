//! Median and percentiles.

/// Returns the median: the mean of the middle two if the number of values is even, 0 without values.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.get(middle) {
        Some(&upper) if sorted.len() % 2 == 1 => upper,
        Some(&upper) => f64::midpoint(sorted[middle - 1], upper),
        None => 0.0,
    }
}

/// Returns the value that a share (0 to 1) of the values does not exceed, 0 without values.
pub fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let index = (sorted.len() as f64 * share) as usize;
    let last = sorted.len().saturating_sub(1);
    sorted.get(index.min(last)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_outlier_does_not_change_the_median() {
        assert_eq!(median([9.0, 1.0, 1.5]), 1.5);
        assert_eq!(median([4.0, 1.0]), 2.5);
        assert_eq!(median([]), 0.0);
    }

    #[test]
    fn percentiles_are_values_in_their_order() {
        let values: Vec<f64> = (0..100).rev().map(f64::from).collect();
        let shares = [0.0, 0.5, 0.99, 1.0];
        assert_eq!(
            shares.map(|share| percentile(&values, share)),
            [0.0, 50.0, 99.0, 99.0]
        );
        assert_eq!(percentile(&[], 0.5), 0.0);
    }
}
