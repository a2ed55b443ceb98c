//! One group's bucket of calls, as AWS keeps it and as far as we know it. Pure: the time comes in, in seconds.
//! It serves two paces at once: all that is granted, for a first picture, and a polite share of it.

use super::limits::Limit;
use crate::store::Rate;

/// How much of its rate is left to a group that AWS throttled.
const LESS: f64 = 0.7;
/// Throttles this close together, seconds, are one: the calls were under way together.
const ONE_THROTTLE: f64 = 1.0;
/// What a throttled group gets back each second, up to near where it was throttled, and beyond that.
const BACK: f64 = 0.1;
const BEYOND: f64 = 0.01;
/// What a polite pace gets back each second: a tenth of it a minute.
const CALM: f64 = 0.1 / 60.0;

/// How many calls of a group may be made now.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Bucket(pub(super) Rate);

impl Bucket {
    /// A full one.
    pub(super) fn new(limit: Limit, now: f64) -> Self {
        Self(Rate {
            at: now,
            left: limit.granted.0,
            polite_left: limit.polite.0,
            factor: 1.0,
            ceiling: 1.0,
            calm: 1.0,
            slowed_at: f64::NEG_INFINITY,
        })
    }

    fn refill(&mut self, limit: Limit, now: f64) {
        let Self(known) = self;
        // A clock that was set back makes nothing of what was counted by it.
        let passed = (now - known.at).max(0.0);
        known.at = now;
        known.left = (known.left + passed * limit.granted.1 * known.factor).min(limit.granted.0);
        known.polite_left = (known.polite_left + passed * limit.polite.1 * known.calm).min(limit.polite.0);
        let near = 0.9 * known.ceiling;
        if known.factor < near {
            known.factor = (known.factor + passed * BACK).min(near);
        } else {
            known.factor = (known.factor + passed * BEYOND).min(1.0);
            known.ceiling = known.ceiling.max(known.factor);
        }
        known.calm = (known.calm + passed * CALM).min(1.0);
    }

    /// Takes one call, or says how many seconds it is too early.
    pub(super) fn take(&mut self, limit: Limit, polite: bool, now: f64) -> Result<(), f64> {
        self.refill(limit, now);
        let Self(known) = self;
        let lacking = |left: f64, rate: f64| if left >= 1.0 - 1e-6 { 0.0 } else { (1.0 - left) / rate };
        let mut early = lacking(known.left, limit.granted.1 * known.factor);
        if polite {
            early = early.max(lacking(known.polite_left, limit.polite.1 * known.calm));
        }
        if early > 0.0 {
            return Err(early);
        }
        self.spend(1.0, polite);
        Ok(())
    }

    /// Counts calls that were made already.
    pub(super) fn spend(&mut self, calls: f64, polite: bool) {
        self.0.left -= calls;
        if polite {
            self.0.polite_left -= calls;
        }
    }

    /// AWS asked for less. The call is made once more, and counted.
    pub(super) fn slow(&mut self, limit: Limit, now: f64) {
        self.refill(limit, now);
        let Self(known) = self;
        known.left = known.left.min(0.0) - 1.0;
        known.polite_left = known.polite_left.min(0.0);
        // From the future, it was told by a clock that was set back since.
        if (0.0..ONE_THROTTLE).contains(&(now - known.slowed_at)) {
            return;
        }
        known.slowed_at = now;
        known.ceiling = known.factor;
        known.factor = (known.factor * LESS).max(0.05);
        known.calm = (known.calm / 2.0).max(0.1);
    }
}
