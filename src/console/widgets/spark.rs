//! A line of little bars: how a number went. Missing values are gaps, never zeros. Made of text,
//! for cells and lines alike; whoever shows it adds the unit.

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The last `columns` of `values` as bars between `bounds`, or between the smallest and largest of
/// them. More values than columns are drawn together, the largest of each group showing: peaks
/// are what one looks for. Always exactly `columns` columns; fewer values stand at the right.
pub fn spark(values: &[Option<f64>], columns: u16, bounds: Option<(f64, f64)>) -> String {
    let values = gathered(values, usize::from(columns));
    let (low, high) = bounds.or_else(|| extent(&values)).unwrap_or((0.0, 0.0));
    let mut out = " ".repeat(usize::from(columns).saturating_sub(values.len()));
    out.extend(values.iter().map(|value| value.map_or(' ', |value| one(value, low, high))));
    out
}

/// The smallest and the largest of `values`; `None` when all are missing.
pub fn extent(values: &[Option<f64>]) -> Option<(f64, f64)> {
    let known = values.iter().flatten().copied().filter(|value| value.is_finite());
    known.fold(None, |extent, value| match extent {
        None => Some((value, value)),
        Some((low, high)) => Some((value.min(low), value.max(high))),
    })
}

/// `values` in at most `columns` groups, each as its largest known value.
pub(super) fn gathered(values: &[Option<f64>], columns: usize) -> Vec<Option<f64>> {
    if columns == 0 {
        return Vec::new();
    }
    let groups = values.len().min(columns);
    (0..groups)
        .map(|at| {
            let group = at * values.len() / groups..(at + 1) * values.len() / groups;
            extent(values.get(group).unwrap_or_default()).map(|(_, high)| high)
        })
        .collect()
}

/// Where `value` lies between `low` and `high`, in steps from 0 to `top`. All equal: the lowest.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=top just before")]
pub(super) fn step(value: f64, low: f64, high: f64, top: u16) -> u16 {
    // Halved first, because the distance between two finite numbers need not be finite.
    let part = (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
    if part.is_finite() { (part * f64::from(top)).round().clamp(0.0, f64::from(top)) as u16 } else { 0 }
}

fn one(value: f64, low: f64, high: f64) -> char {
    BARS.get(usize::from(step(value, low, high, 7))).copied().unwrap_or(' ')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case::empty(&[], 3, None, "   ")]
    #[case::one(&[Some(5.0)], 3, None, "  ▁")]
    #[case::rising(&[Some(0.0), Some(1.0), Some(7.0)], 3, None, "▁▂█")]
    #[case::gap(&[Some(0.0), None, Some(1.0)], 3, None, "▁ █")]
    #[case::bounds(&[Some(50.0), Some(500.0)], 2, Some((0.0, 100.0)), "▅█")]
    #[case::peaks_stay(&[Some(0.0), Some(9.0), Some(0.0), None, None, None], 3, None, "█▁ ")]
    #[case::not_a_number(&[Some(f64::NAN), Some(1.0), Some(f64::INFINITY)], 3, None, " ▁ ")]
    #[case::huge(&[Some(f64::MIN), Some(f64::MAX)], 2, None, "▁█")]
    #[case::no_room(&[Some(1.0)], 0, None, "")]
    fn sparks(
        #[case] values: &[Option<f64>],
        #[case] columns: u16,
        #[case] bounds: Option<(f64, f64)>,
        #[case] expected: &str,
    ) {
        assert_eq!(spark(values, columns, bounds), expected);
    }

    proptest! {
        #[test]
        fn always_as_wide_as_asked(values in proptest::collection::vec(any::<Option<f64>>(), 0..50), columns in 0u16..40) {
            prop_assert_eq!(crate::text::width(&spark(&values, columns, None)), usize::from(columns));
        }
    }
}
