//! Where and when a script plays: the moment, the account, what was done to it, and dice that
//! fall alike for the same seed and label. Pure.

use std::f64::consts::TAU;

use jiff::{SignedDuration, Timestamp};

use super::changes::AppliedChange;
use crate::world::Arn;

/// The region everything simulated is in: Tokyo.
pub(super) const REGION: &str = "ap-northeast-1";
/// The zones in use there.
pub(super) const ZONES: [&str; 2] = ["ap-northeast-1a", "ap-northeast-1c"];

/// One moment of the simulation in one account. Times are seconds since its start; before it they are negative.
#[derive(Clone, Copy)]
pub(super) struct ScenarioContext<'a> {
    /// When the simulation began.
    pub start: Timestamp,
    /// Now.
    pub now: i64,
    /// What makes two runs alike.
    pub seed: u64,
    /// The account.
    pub account: &'static str,
    /// What was changed so far, oldest first.
    pub acts: &'a [AppliedChange],
}

impl ScenarioContext<'_> {
    /// The moment `seconds` after the start.
    pub(super) fn at(&self, seconds: i64) -> Timestamp {
        self.start.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(self.start)
    }

    /// The same if it has come already.
    pub(super) fn past(&self, seconds: i64) -> Option<Timestamp> {
        (seconds <= self.now).then(|| self.at(seconds))
    }

    /// An ARN in this account and region.
    pub(super) fn arn(&self, service: &str, resource: &str) -> Arn {
        Arn::from(format!("arn:aws:{service}:{REGION}:{}:{resource}", self.account))
    }

    /// Dice for `label`: the same seed and label throw the same.
    pub(super) fn dice(&self, label: &str) -> fastrand::Rng {
        dice(self.seed, label)
    }

    /// `length` hexadecimal digits for `label`.
    pub(super) fn hex(&self, label: &str, length: usize) -> String {
        let mut dice = self.dice(label);
        std::iter::repeat_with(|| char::from_digit(dice.u32(0..16), 16).unwrap_or('0')).take(length).collect()
    }

    /// `length` decimal digits for `label`, the first not 0.
    pub(super) fn digits(&self, label: &str, length: usize) -> String {
        let mut dice = self.dice(label);
        (0..length).map(|at| dice.digit(10).max(if at == 0 { '1' } else { '0' })).collect()
    }

    /// A UUID for `label`.
    pub(super) fn uuid(&self, label: &str) -> String {
        let hex = self.hex(label, 32);
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
        [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
    }

    /// A value between -1 and 1 that wanders with time: a slow wave with grain on it.
    pub(super) fn wander(&self, label: &str, seconds: i64) -> f64 {
        let phase = self.dice(label).f64();
        let grain = self.dice(&format!("{label}@{}", seconds.div_euclid(300))).f64() * 2.0 - 1.0;
        #[expect(clippy::cast_precision_loss, reason = "seconds of a session are far below 2^52")]
        let wave = (TAU * (seconds as f64 / 5400.0 + phase)).sin();
        wave * 0.7 + grain * 0.3
    }

    /// What was done to the resource with that key up to now, oldest first.
    pub(super) fn acts_on<'s>(&'s self, key: &'s str) -> impl Iterator<Item = &'s AppliedChange> {
        self.acts.iter().filter(move |act| act.key == key && act.at <= self.now)
    }
}

/// Dice for a seed and a label (FNV-1a, so that they fall alike in every build).
pub(super) fn dice(seed: u64, label: &str) -> fastrand::Rng {
    let hash = label
        .bytes()
        .chain(seed.to_le_bytes())
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    fastrand::Rng::with_seed(hash)
}
