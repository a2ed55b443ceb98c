//! How the simulated network behaves: how long an answer takes, and when AWS asks to slow down.
//! Falls alike for the same seed, second and question. Pure; nobody sleeps here.

use std::time::Duration;

use super::play::dice;
use crate::world::{Fault, FaultKind};

/// No slow or throttled answers before that second: the first picture comes quickly.
const CALM: i64 = 60;

/// How long an answer takes, and whether it is a fault.
pub(super) fn of(seed: u64, now: i64, question: &str) -> (Duration, Option<Fault>) {
    let mut dice = dice(seed, &format!("weather/{now}/{question}"));
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
