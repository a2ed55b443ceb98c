//! From the SDK's values to plain ones: times, counts, texts. Nothing here fails: what makes
//! no sense (a time out of range, a negative count) becomes nothing or zero.

use aws_smithy_types::DateTime;
use jiff::Timestamp;

/// A moment, if it lies in a range a clock can show.
#[must_use]
pub fn when(at: Option<&DateTime>) -> Option<Timestamp> {
    let at = at?;
    let nanos = i32::try_from(at.subsec_nanos()).ok()?;
    Timestamp::new(at.secs(), nanos).ok()
}

/// A moment as the SDK wants it.
#[must_use]
pub(crate) fn at(moment: Timestamp) -> DateTime {
    DateTime::from_secs(moment.as_second())
}

/// A count; less than nothing is nothing.
#[must_use]
pub fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

/// A count that may be absent.
#[must_use]
pub fn maybe(number: Option<i32>) -> Option<u32> {
    number.and_then(|number| u32::try_from(number).ok())
}

/// A length as a count.
#[must_use]
pub fn tally(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A text; empty is none.
#[must_use]
pub fn text(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Texts that are there.
#[must_use]
pub fn texts<'a>(all: impl IntoIterator<Item = Option<&'a str>>) -> Vec<String> {
    all.into_iter().filter_map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::{DateTime, at, count, maybe, when};

    #[test]
    fn times_and_counts_out_of_range_are_nothing() {
        assert_eq!(when(Some(&DateTime::from_secs(i64::MAX))), None);
        assert_eq!((count(-4), maybe(Some(-1)), maybe(Some(3))), (0, None, Some(3)));
    }

    #[test]
    fn a_time_goes_both_ways() {
        let moment = when(Some(&DateTime::from_secs(1_763_700_000))).expect("in range");
        assert_eq!(at(moment), DateTime::from_secs(1_763_700_000));
    }
}
