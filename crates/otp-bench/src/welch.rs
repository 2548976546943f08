//! Welch's t-test: whether two samples have the same mean, though their variances differ.

/// From this |t| on, a difference is certain.
pub(crate) const CERTAIN: f64 = 4.5;

/// The share of the largest values that is left out. They come from the machine, not from the measured code,
/// and would hide a small difference.
const CROPPED_PERCENT: usize = 5;

/// Returns t of two samples without their largest values. The limit is that of both together, so that the
/// cropping favours neither.
pub(crate) fn cropped_t(one: &[f64], other: &[f64]) -> f64 {
    let mut all = [one, other].concat();
    all.sort_by(f64::total_cmp);
    let kept = all.len() - all.len() * CROPPED_PERCENT / 100;
    let limit = all[..kept].last().copied().unwrap_or_default();
    let crop = |sample: &[f64]| -> Vec<f64> {
        let values = sample.iter().copied();
        values.filter(|value| *value <= limit).collect()
    };
    t(&crop(one), &crop(other))
}

/// Returns t; infinite if the means differ and nothing varies, or if a sample has fewer than two values.
fn t(one: &[f64], other: &[f64]) -> f64 {
    let (one, other) = (Moments::of(one), Moments::of(other));
    let (Some(one), Some(other)) = (one, other) else {
        return f64::INFINITY;
    };
    let difference = one.mean - other.mean;
    let error = (one.squared_error + other.squared_error).sqrt();
    if difference == 0.0 {
        0.0
    } else {
        difference / error
    }
}

struct Moments {
    mean: f64,
    /// The square of the mean's standard error: the variance divided by the number of values.
    squared_error: f64,
}

impl Moments {
    fn of(sample: &[f64]) -> Option<Self> {
        if sample.len() < 2 {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "some ten thousand values")]
        let count = sample.len() as f64;
        let mean = sample.iter().sum::<f64>() / count;
        let squares = sample.iter().map(|value| (value - mean).powi(2));
        let variance = squares.sum::<f64>() / (count - 1.0);
        Some(Self {
            mean,
            squared_error: variance / count,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A textbook's example, with means of 20.82 and 22.99 and variances of 7.87 and 3.80.
    #[test]
    fn t_is_the_difference_in_standard_errors() {
        let one = [
            27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7,
            21.4,
        ];
        let other = [
            27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 20.5,
            24.4,
        ];
        assert!(
            (t(&one, &other) - -2.46).abs() < 0.01,
            "{}",
            t(&one, &other)
        );
        assert!((t(&one, &other) + t(&other, &one)).abs() < 1e-9);
        assert!(t(&one, &one).abs() < 1e-9);
    }

    #[test]
    fn an_outlier_of_one_sample_does_not_hide_a_difference() {
        let steady = |value: f64| (0..100).map(move |number| value + f64::from(number % 5));
        let one: Vec<_> = steady(100.0).collect();
        let mut other: Vec<_> = steady(103.0).collect();
        other[0] = 1e6;
        assert!(t(&one, &other).abs() < 4.5);
        assert!(cropped_t(&one, &other) < -4.5);
    }

    #[test]
    fn samples_that_cannot_be_compared_differ() {
        assert!(t(&[], &[1.0, 2.0]).is_infinite());
        assert!(t(&[1.0, 1.0], &[2.0, 2.0]).is_infinite());
    }
}
