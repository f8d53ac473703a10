//! A few words of statistics.

/// The value below which that part of the values lies; 0 of none.
pub(crate) fn quantile(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let rank = (sorted.len() as f64 * part).ceil();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rank is small and positive"
    )]
    let at = (rank as usize).saturating_sub(1);
    sorted.get(at).copied().unwrap_or_default()
}

pub(crate) fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// Welch's t of two samples: how many standard errors lie between their means.
pub(crate) fn welch(a: &[f64], b: &[f64]) -> f64 {
    let ((mean_a, error_a), (mean_b, error_b)) = (mean(a), mean(b));
    (mean_a - mean_b) / (error_a + error_b).sqrt()
}

/// The mean, and the square of its standard error.
fn mean(values: &[f64]) -> (f64, f64) {
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, variance / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_values_in_any_order_is_the_middle_one() {
        assert!((median(&[9.0, 1.0, 5.0]) - 5.0).abs() < f64::EPSILON);
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        assert!((quantile(&hundred, 0.95) - 95.0).abs() < f64::EPSILON);
    }

    #[test]
    fn samples_of_one_distribution_are_near_and_others_far() {
        let even: Vec<f64> = (0..1000).map(|n| f64::from(n % 10)).collect();
        let shifted: Vec<f64> = even.iter().map(|value| value + 1.0).collect();
        assert!(welch(&even, &even).abs() < 1e-9);
        // Each mean has the standard error √(8.258 / 1000).
        assert!((welch(&shifted, &even) - 7.78).abs() < 0.01);
    }
}
