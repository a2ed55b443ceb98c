//! How fast a cloud's time runs beside the time people and processes live in: as fast, but for a simulation. Turns
//! spans of the one into spans of the other; reads no clock.

use jiff::SignedDuration;

/// The cloud's seconds in one of ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Speed {
    /// In thousandths, so that it can be compared.
    thousandths: u32,
}

/// How close two looks may come, in our time, however fast the cloud's time runs.
const APART: SignedDuration = SignedDuration::from_secs(1);

impl Speed {
    /// As fast as ours: every cloud but a simulated one.
    pub const REAL: Self = Self { thousandths: 1000 };

    /// `factor` times as fast as ours, to a thousandth; what is no positive number counts as 1.
    #[must_use]
    pub fn times(factor: f64) -> Self {
        if !factor.is_finite() || factor <= 0.0 {
            return Self::REAL;
        }
        // A float casts to the nearest integer there is; it cannot wrap around.
        Self { thousandths: ((factor * 1000.0).round() as u32).max(1) }
    }

    /// How many times as fast as ours.
    #[must_use]
    pub fn factor(self) -> f64 {
        f64::from(self.thousandths) / 1000.0
    }

    /// The cloud's time that goes by in `ours`.
    #[must_use]
    pub fn of_ours(self, ours: SignedDuration) -> SignedDuration {
        self.scaled(ours, i128::from(self.thousandths), 1000)
    }

    /// Our time that goes by in `theirs`, the cloud's.
    #[must_use]
    pub fn in_ours(self, theirs: SignedDuration) -> SignedDuration {
        self.scaled(theirs, 1000, i128::from(self.thousandths))
    }

    /// The cloud's time from one look to the next: `theirs`, but never so little that it would be no time for us.
    #[must_use]
    pub fn apart(self, theirs: SignedDuration) -> SignedDuration {
        if self == Self::REAL { theirs } else { theirs.max(self.of_ours(APART)) }
    }

    fn scaled(self, span: SignedDuration, by: i128, over: i128) -> SignedDuration {
        if self == Self::REAL {
            return span;
        }
        let micros = span.as_micros().saturating_mul(by) / over;
        let most = if micros < 0 { i64::MIN } else { i64::MAX };
        SignedDuration::from_micros(i64::try_from(micros).unwrap_or(most))
    }
}

impl Default for Speed {
    fn default() -> Self {
        Self::REAL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_turn_into_each_other_and_nothing_overflows() {
        let (second, minute) = (SignedDuration::from_secs(1), SignedDuration::from_mins(1));
        let fast = Speed::times(60.0);
        assert_eq!((fast.of_ours(second), fast.in_ours(minute)), (minute, second));
        assert_eq!(fast.of_ours(-second), -minute);
        assert_eq!((Speed::REAL.of_ours(minute), Speed::default()), (minute, Speed::REAL));
        assert_eq!(Speed::times(0.5).of_ours(minute), SignedDuration::from_secs(30));
        for odd in [f64::NAN, f64::INFINITY, 0.0, -1.0] {
            assert_eq!(Speed::times(odd), Speed::REAL);
        }
        let fastest = Speed::times(f64::MAX);
        assert!(fastest.of_ours(SignedDuration::MAX) > minute && fastest.of_ours(SignedDuration::MIN) < -minute);
        assert!(Speed::times(0.0001).in_ours(SignedDuration::MAX) > minute);
    }

    #[test]
    fn looks_are_a_second_of_ours_apart_at_least_where_time_races() {
        let (short, long) = (SignedDuration::from_secs(15), SignedDuration::from_mins(10));
        let speed = Speed::times(60.0);
        assert_eq!(speed.apart(short), SignedDuration::from_mins(1));
        assert_eq!(speed.apart(long), long);
        assert_eq!(Speed::REAL.apart(SignedDuration::ZERO), SignedDuration::ZERO);
    }
}
