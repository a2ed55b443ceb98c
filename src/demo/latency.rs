//! How the simulated network behaves: how long an answer takes, and when AWS asks to slow down.
//! Falls alike for the same seed, second and question. Pure; nobody sleeps here.

use std::time::Duration;

use super::scenario_context::dice;
use crate::world::{Fault, FaultKind};

/// No slow or throttled answers before that second: the first picture comes quickly.
const CALM: i64 = 60;

/// How long an answer takes, and whether it is a fault.
pub(super) fn of(seed: u64, now: i64, account: &str, question: &str) -> (Duration, Option<Fault>) {
    let mut dice = dice(seed, &format!("weather/{now}/{account}/{question}"));
    let usual = Duration::from_millis(dice.u64(30..=250));
    let luck = dice.u32(0..1000);
    if now < CALM || luck >= 9 {
        return (usual, None);
    }
    if luck < 2 {
        let mut fault = Fault::new(FaultKind::Throttled, question, "Rate exceeded");
        fault.code = Some("ThrottlingException".to_owned());
        return (usual, Some(fault));
    }
    (Duration::from_millis(dice.u64(3000..=5000)), None)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{CALM, of};

    #[test]
    fn the_first_minute_is_calm_and_later_some_answers_are_slow_or_throttled() {
        let at = |second| of(7, second, "demo", "ecs:DescribeServices");
        let quick = Duration::from_millis(250);
        assert!((0..CALM).all(|second| at(second).0 <= quick && at(second).1.is_none()));
        let later: Vec<_> = (CALM..CALM + 5000).map(at).collect();
        let slow = later.iter().filter(|(latency, _)| *latency > quick).count();
        let throttled = later.iter().filter(|(_, fault)| fault.is_some()).count();
        assert!((10..100).contains(&slow), "{slow} slow of 5000");
        assert!((1..40).contains(&throttled), "{throttled} throttled of 5000");
    }
}
