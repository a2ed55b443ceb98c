//! Deployments of the simulated account that shift traffic: blue/green with a pause that waits for an answer, and canary.
//! From the second it began, and from what was answered, follows where it is at a moment. Pure.

/// By which strategy a service shifts traffic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ShiftBy {
    /// All at once, after a pause.
    BlueGreen,
    /// A tenth first.
    Canary,
}

/// One of them. Times are seconds of the simulation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Shift {
    /// Which deployment it is: index in the script's rollouts.
    pub rollout: usize,
    /// When it began.
    pub from: i64,
    /// How.
    pub by: ShiftBy,
    /// When its pause was answered, and whether it may go on.
    pub answered: Option<(i64, bool)>,
    /// When it was stopped with rollback.
    pub stopped: Option<i64>,
    /// When another deployment took its place.
    pub dropped: Option<i64>,
    /// The tasks it replaces: indices in the script's lives.
    pub old: Vec<usize>,
    /// Which of the two target groups its tasks take: the one that what ran before does not have.
    pub side: usize,
}

/// How it stands at a moment, in ECS's words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ShiftState {
    /// Status of its record.
    pub status: &'static str,
    /// Its stage.
    pub stage: &'static str,
    /// When that began.
    pub since: i64,
    /// Share of the traffic on new, in percent.
    pub on_new: u32,
    /// Status of its pause, once it was reached.
    pub pause: Option<&'static str>,
}

/// Seconds until its tasks are there and tested.
const SCALED: i64 = 90;
const TESTED: i64 = 105;
/// How long its pause waits.
const WAITS: i64 = 45 * 60;
/// How long a tenth is watched, and both revisions run.
pub(crate) const STEP: i64 = 10 * 60;
pub(crate) const BAKE: i64 = 5 * 60;
/// How long old tasks take to stop, and going back.
const CLEANS: i64 = 60;
const BACK: i64 = 40;

impl Shift {
    /// One that begins at `from`.
    pub(crate) fn new(rollout: usize, from: i64, by: ShiftBy, old: Vec<usize>) -> Self {
        Self { rollout, from, by, answered: None, stopped: None, dropped: None, old, side: 1 }
    }

    /// Until when its pause waits.
    pub(crate) fn expires(&self) -> i64 {
        self.from + TESTED + WAITS
    }

    /// When ECS goes back, if it does.
    pub(crate) fn back(&self) -> Option<i64> {
        let by_answer = match (self.by, self.answered) {
            (ShiftBy::Canary, _) | (ShiftBy::BlueGreen, Some((_, true))) => None,
            (ShiftBy::BlueGreen, Some((at, false))) => Some(at),
            (ShiftBy::BlueGreen, None) => Some(self.expires()),
        };
        match (self.stopped, by_answer) {
            (Some(at), Some(other)) => Some(at.min(other)),
            (at, other) => at.or(other),
        }
    }

    /// When the service is as it was.
    pub(crate) fn settled(&self) -> Option<i64> {
        self.back().map(|at| at + BACK)
    }

    /// When all traffic is on new, if it comes to that.
    fn full(&self) -> Option<i64> {
        let at = match (self.by, self.answered) {
            (ShiftBy::Canary, _) => Some(self.from + SCALED + STEP),
            (ShiftBy::BlueGreen, Some((at, true))) => Some(at + 15),
            (ShiftBy::BlueGreen, _) => None,
        };
        at.filter(|at| self.stopped.is_none_or(|stopped| *at < stopped))
    }

    /// When the old tasks begin to stop.
    pub(crate) fn cleans(&self) -> Option<i64> {
        let at = self.full()? + 15 + BAKE;
        self.back().is_none_or(|back| at < back).then_some(at)
    }

    /// When it is through.
    pub(crate) fn done(&self) -> Option<i64> {
        self.cleans().map(|at| at + CLEANS)
    }

    /// Whether it is on its way at `now`.
    pub(crate) fn is_on_its_way(&self, now: i64) -> bool {
        self.from <= now && matches!(self.at(now).status, "IN_PROGRESS" | "ROLLBACK_IN_PROGRESS")
    }

    /// Whether its pause waits for an answer at `now`.
    pub(crate) fn waits(&self, now: i64) -> bool {
        self.at(now).pause == Some("AWAITING_ACTION")
    }

    /// How it stands at `now`.
    pub(crate) fn at(&self, now: i64) -> ShiftState {
        let pause = self.pause(now);
        let state = |status, stage, since, on_new| ShiftState { status, stage, since, on_new, pause };
        if let Some(at) = self.dropped.filter(|at| *at <= now) {
            return state("STOPPED", "SCALE_UP", at, 0);
        }
        if let Some(back) = self.back().filter(|back| *back <= now) {
            let done = back + BACK <= now;
            let status = if done { "ROLLBACK_SUCCESSFUL" } else { "ROLLBACK_IN_PROGRESS" };
            return state(status, "CLEAN_UP", back, 0);
        }
        if let (Some(cleans), Some(done)) = (self.cleans(), self.done())
            && cleans <= now
        {
            let status = if done <= now { "SUCCESSFUL" } else { "IN_PROGRESS" };
            return state(status, "CLEAN_UP", cleans, 100);
        }
        if let Some(full) = self.full().filter(|full| *full <= now) {
            let stage = if now < full + 15 { "PRODUCTION_TRAFFIC_SHIFT" } else { "BAKE_TIME" };
            return state("IN_PROGRESS", stage, if now < full + 15 { full } else { full + 15 }, 100);
        }
        let since = |seconds: i64| self.from + seconds;
        let go = |stage, seconds, on_new| state("IN_PROGRESS", stage, since(seconds), on_new);
        match (self.by, now - self.from) {
            (_, ..12) => go("RECONCILE_SERVICE", 0, 0),
            (_, ..SCALED) => go("SCALE_UP", 12, 0),
            (ShiftBy::Canary, _) => go("PRODUCTION_TRAFFIC_SHIFT", SCALED, 10),
            (ShiftBy::BlueGreen, ..TESTED) => go("TEST_TRAFFIC_SHIFT", SCALED, 0),
            (ShiftBy::BlueGreen, _) => match self.answered {
                Some((at, true)) if at <= now => state("IN_PROGRESS", "PRODUCTION_TRAFFIC_SHIFT", at, 0),
                _ => go("POST_TEST_TRAFFIC_SHIFT", TESTED, 0),
            },
        }
    }

    /// Status of its pause at `now`.
    fn pause(&self, now: i64) -> Option<&'static str> {
        if self.by == ShiftBy::Canary || now < self.from + TESTED {
            return None;
        }
        let over = self.stopped.or(self.dropped).is_some_and(|at| at <= now);
        match self.answered.filter(|(at, _)| *at <= now) {
            Some((_, true)) => Some("SUCCEEDED"),
            Some((_, false)) => Some("FAILED"),
            None if over => None,
            None if self.expires() <= now => Some("TIMED_OUT"),
            None => Some("AWAITING_ACTION"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stages(shift: &Shift) -> Vec<(i64, &'static str, &'static str, u32)> {
        let mut all: Vec<(i64, &'static str, &'static str, u32)> = Vec::new();
        for now in 0..6000 {
            let state = shift.at(now);
            let told = (state.status, state.stage, state.on_new);
            if all.last().map(|(_, status, stage, on_new)| (*status, *stage, *on_new)) != Some(told) {
                all.push((now, told.0, told.1, told.2));
            }
        }
        all
    }

    #[test]
    fn a_pause_that_nobody_answers_goes_back() {
        let shift = Shift::new(1, 0, ShiftBy::BlueGreen, Vec::new());
        let all = stages(&shift);
        assert_eq!(all[3], (105, "IN_PROGRESS", "POST_TEST_TRAFFIC_SHIFT", 0));
        assert_eq!(all[4], (2805, "ROLLBACK_IN_PROGRESS", "CLEAN_UP", 0));
        assert_eq!(all[5], (2845, "ROLLBACK_SUCCESSFUL", "CLEAN_UP", 0));
        assert_eq!((shift.at(200).pause, shift.at(2805).pause), (Some("AWAITING_ACTION"), Some("TIMED_OUT")));
    }

    #[test]
    fn one_that_is_answered_goes_on_to_its_end() {
        let shift = Shift { answered: Some((600, true)), ..Shift::new(1, 0, ShiftBy::BlueGreen, Vec::new()) };
        let all: Vec<_> =
            stages(&shift).into_iter().skip(4).map(|(at, status, stage, _)| (at, status, stage)).collect();
        assert_eq!(
            all,
            [
                (600, "IN_PROGRESS", "PRODUCTION_TRAFFIC_SHIFT"),
                (615, "IN_PROGRESS", "PRODUCTION_TRAFFIC_SHIFT"),
                (630, "IN_PROGRESS", "BAKE_TIME"),
                (930, "IN_PROGRESS", "CLEAN_UP"),
                (990, "SUCCESSFUL", "CLEAN_UP"),
            ]
        );
        let rejected = Shift { answered: Some((600, false)), ..shift };
        assert_eq!((rejected.at(620).status, rejected.at(640).status), ("ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL"));
        assert_eq!(rejected.at(620).pause, Some("FAILED"));
    }

    #[test]
    fn a_canary_watches_a_tenth_first() {
        let all = stages(&Shift::new(1, 0, ShiftBy::Canary, Vec::new()));
        let shares: Vec<u32> = all.iter().map(|(_, _, _, on_new)| *on_new).collect();
        assert_eq!(shares, [0, 0, 10, 100, 100, 100, 100]);
        assert_eq!(all.last().map(|(at, status, ..)| (*at, *status)), Some((1065, "SUCCESSFUL")));
    }
}
