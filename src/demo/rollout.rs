//! A service as the lives of its tasks: who is made, serves, sickens and goes when, by which
//! deployment. Everything ECS and the load balancer say of it follows from that. Pure.

use super::changes::{AppliedChange, ChangeKind};
use super::scenario_context::ScenarioContext;
use super::shift::{Shift, ShiftBy};

/// Seconds a target drains after its task began to stop.
pub(super) const DRAIN: i64 = 30;

/// Seconds until tasks that are missing are made: whoever replaces all there are counts these among them.
const REFILL: i64 = 6;

/// How a task ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// Its service wanted fewer tasks, or newer ones.
    Scaled,
    /// It took more memory than it may.
    Memory,
    /// Its program ended with an error.
    Crash,
    /// Its image could not be pulled.
    Pull,
    /// An operator stopped it.
    Stopped,
}

/// What becomes of the tasks of a rollout.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fate {
    Good,
    Crash,
    Pull,
}

/// One task from its making to its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Life {
    /// Which of the service's places it takes: its zone and address follow from it.
    pub slot: u32,
    /// Which deployment made it: index in [`Script::rollouts`].
    pub rollout: usize,
    /// When it was made.
    pub made: i64,
    /// When it runs and is registered.
    pub up: i64,
    /// When its first health check succeeds.
    pub ready: i64,
    /// When its health checks fail, from and to.
    pub sick: Option<(i64, i64)>,
    /// When it begins to stop.
    pub leaves: Option<i64>,
    /// When it has stopped.
    pub gone: Option<i64>,
    /// How.
    pub end: End,
}

impl Life {
    /// A task made at `made` that comes up in the usual time.
    pub(super) fn new(slot: u32, rollout: usize, made: i64) -> Self {
        let (up, ready) = (made + 38, made + 70);
        Self { slot, rollout, made, up, ready, sick: None, leaves: None, gone: None, end: End::Scaled }
    }

    /// Lets it stop, beginning at `leaves`.
    pub(super) fn leave(&mut self, leaves: i64) {
        self.leaves = Some(leaves);
        self.gone = Some(leaves + 35);
        self.end = End::Scaled;
    }

    /// Lets it be killed for its memory at `at`.
    pub(super) fn exhaust(&mut self, at: i64) {
        self.leaves = Some(at);
        self.gone = Some(at);
        self.end = End::Memory;
    }

    /// Whether it is there at `now` and not about to go.
    pub(super) fn stays(&self, now: i64) -> bool {
        self.made <= now && self.leaves.is_none_or(|leaves| leaves > now)
    }
}

/// One deployment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Rollout {
    /// When it began.
    pub from: i64,
    /// When it was complete, if it ever is.
    pub done: Option<i64>,
    /// Its revision.
    pub revision: i32,
    /// When it was given up, if it was, and when the service was back on what ran before.
    pub failed: Option<(i64, i64)>,
}

/// A service's course.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Script {
    /// Deployments, oldest first.
    pub rollouts: Vec<Rollout>,
    /// Tasks, oldest first.
    pub lives: Vec<Life>,
    /// From when on how many tasks are wanted.
    pub desired: Vec<(i64, u32)>,
    /// Sentences ECS says at a second, beyond the usual ones.
    pub message: Vec<(i64, String)>,
    /// By which strategy its deployments shift traffic; `None` where its tasks are replaced one by one.
    pub by: Option<ShiftBy>,
    /// Those that do.
    pub shifts: Vec<Shift>,
    /// Which of the two target groups the tasks have that were there before the first of them.
    pub side: usize,
}

impl Script {
    /// A service that has run `count` tasks of `revision` for days.
    pub(super) fn steady(revision: i32, count: u32) -> Self {
        let from = -3 * 86_400;
        let lives = (0..count).map(|slot| Life::new(slot, 0, from + 10)).collect();
        let rollouts = vec![Rollout { from, done: Some(from + 120), revision, failed: None }];
        Self {
            rollouts,
            lives,
            desired: vec![(from, count)],
            message: Vec::new(),
            by: None,
            shifts: Vec::new(),
            side: 0,
        }
    }

    /// Tasks wanted at `now`.
    pub(super) fn wanted(&self, now: i64) -> u32 {
        self.desired.iter().rev().find(|(from, _)| *from <= now).map_or(0, |(_, count)| *count)
    }

    /// The deployment in charge at `now`.
    pub(super) fn current(&self, now: i64) -> Option<(usize, &Rollout)> {
        let stands = |rollout: &Rollout| rollout.from <= now && rollout.failed.is_none_or(|(at, _)| at > now);
        self.rollouts.iter().enumerate().rev().find(|(_, rollout)| stands(rollout))
    }

    /// The indices of tasks that are there at `now` to stay.
    fn staying(&self, now: i64) -> Vec<usize> {
        let stays = |(index, life): (usize, &Life)| life.stays(now).then_some(index);
        self.lives.iter().enumerate().filter_map(stays).collect()
    }

    /// Deploys `revision` at `at`, `batch` tasks at a time: new ones come, and when they serve old ones go.
    pub(super) fn roll(&mut self, at: i64, revision: i32, batch: usize) {
        let old = self.staying(at + REFILL);
        self.interrupt(at);
        let done = self.replace(&old, self.rollouts.len(), at + 12, batch) + 10;
        self.rollouts.push(Rollout { from: at, done: Some(done), revision, failed: None });
    }

    /// The same service, deployed by shifting traffic.
    pub(super) fn shifting(self, by: ShiftBy) -> Self {
        Self { by: Some(by), ..self }
    }

    /// Deploys `revision` at `at` beside what runs, by the service's strategy.
    pub(super) fn shift(&mut self, at: i64, revision: i32, by: ShiftBy) {
        let old = self.staying(at + REFILL);
        self.interrupt(at);
        let rollout = self.rollouts.len();
        let slots: Vec<u32> = old.iter().filter_map(|index| self.lives.get(*index)).map(|life| life.slot).collect();
        self.lives.extend(slots.into_iter().map(|slot| Life::new(slot, rollout, at + 12)));
        self.rollouts.push(Rollout { from: at, done: None, revision, failed: None });
        let side = 1 - self.live_side(at).min(1);
        self.shifts.push(Shift { side, ..Shift::new(rollout, at, by, old) });
        self.plan_shift();
    }

    /// Lets the tasks of both sides live as the last shift will have it.
    fn plan_shift(&mut self) {
        let Some(shift) = self.shifts.last().cloned() else { return };
        if let Some(rollout) = self.rollouts.get_mut(shift.rollout) {
            rollout.done = shift.done();
            rollout.failed = shift.back().zip(shift.settled());
        }
        for (index, life) in self.lives.iter_mut().enumerate() {
            let (is_new, is_old) = (life.rollout == shift.rollout, shift.old.contains(&index));
            if !is_new && !is_old {
                continue;
            }
            (life.leaves, life.gone) = (None, None);
            let leaves = if is_new { shift.back() } else { shift.cleans() };
            if let Some(leaves) = leaves {
                life.leave(leaves.max(life.made + 1));
            }
        }
    }

    /// The pause of the shift on its way is answered at `at`.
    fn answer(&mut self, at: i64, go_on: bool) {
        if let Some(shift) = self.shifts.last_mut().filter(|shift| shift.waits(at)) {
            shift.answered = Some((at, go_on));
            self.plan_shift();
        }
    }

    /// The shift on its way at `at`.
    pub(super) fn shift_at(&self, at: i64) -> Option<&Shift> {
        self.shifts.last().filter(|shift| shift.is_on_its_way(at))
    }

    /// Which of the two target groups has the traffic at `at`, but for a shift on its way.
    fn live_side(&self, at: i64) -> usize {
        let through = |shift: &&Shift| shift.from <= at && shift.at(at).status == "SUCCESSFUL";
        self.shifts.iter().rev().find(through).map_or(self.side, |shift| shift.side)
    }

    /// Which of the two target groups the tasks of a deployment take.
    pub(super) fn side_of(&self, rollout: usize) -> usize {
        self.shifts.iter().find(|shift| shift.rollout == rollout).map_or(self.side, |shift| shift.side)
    }

    /// The weights of the two target groups of a service that shifts traffic, in percent.
    pub(super) fn weights(&self, now: i64) -> [u32; 2] {
        let on_new = self.shift_at(now).map(|shift| (shift.side, shift.at(now).on_new));
        let (side, share) = on_new.unwrap_or_else(|| (self.live_side(now), 100));
        if side == 0 { [share, 100 - share] } else { [100 - share, share] }
    }

    /// The shift on its way at `at` gives way to something else: the service stays on what ran before it.
    fn drop_shift(&mut self, at: i64) {
        let Some(shift) = self.shifts.iter_mut().rev().find(|shift| shift.is_on_its_way(at)) else { return };
        shift.dropped = Some(at);
        if let Some(rollout) = self.rollouts.get_mut(shift.rollout) {
            (rollout.done, rollout.failed) = (None, Some((at, at)));
        }
    }

    /// What is on its way at `at` will not be completed.
    fn interrupt(&mut self, at: i64) {
        for rollout in &mut self.rollouts {
            rollout.done = rollout.done.filter(|done| *done <= at);
            rollout.failed = rollout.failed.filter(|(failed, _)| *failed <= at);
        }
        self.drop_shift(at);
    }

    /// Deploys `revision` at `at`, whose tasks all fail: three tries, then the circuit breaker goes back.
    fn fail(&mut self, at: i64, revision: i32, fate: Fate) {
        let slots: Vec<u32> =
            self.staying(at + REFILL).iter().filter_map(|index| self.lives.get(*index)).map(|life| life.slot).collect();
        if slots.is_empty() {
            return self.roll(at, revision, 1);
        }
        self.interrupt(at);
        let rollout = self.rollouts.len();
        for (try_, slot) in (0..3).zip(slots.iter().cycle()) {
            let mut life = Life::new(*slot, rollout, at + 12 + try_ * 45);
            life.ready = i64::MAX;
            let (ends, end) = match fate {
                Fate::Good | Fate::Crash => (life.up + 4, End::Crash),
                Fate::Pull => (life.made + 28, End::Pull),
            };
            if fate == Fate::Pull {
                life.up = i64::MAX;
            }
            (life.leaves, life.gone, life.end) = (Some(ends), Some(ends), end);
            self.lives.push(life);
        }
        let failed = at + 12 + 2 * 45 + 50;
        self.rollouts.push(Rollout { from: at, done: None, revision, failed: Some((failed, failed + 30)) });
    }

    /// Goes back at `at` from the rollout on its way: its tasks are replaced by those of the one before.
    fn take_back(&mut self, at: i64) {
        if let Some(shift) = self.shifts.last_mut().filter(|shift| shift.is_on_its_way(at)) {
            shift.stopped = Some(at);
            return self.plan_shift();
        }
        let Some((index, _)) = self.current(at).filter(|(index, _)| *index > 0) else { return };
        self.interrupt(at);
        if let Some(rollout) = self.rollouts.get_mut(index) {
            rollout.failed = Some((at, at));
        }
        self.freeze(at);
        let before = self.current(at).map_or(0, |(before, _)| before);
        let new = |at: &usize| self.lives.get(*at).is_some_and(|life| life.rollout == index);
        let new: Vec<usize> = self.staying(at + REFILL).into_iter().filter(new).collect();
        let done = self.replace(&new, before, at + 8, 1) + 20;
        if let Some(rollout) = self.rollouts.get_mut(index) {
            rollout.failed = Some((at, done));
        }
    }

    /// Replaces the tasks at these indices from `clock` on; says when the last one has gone.
    fn replace(&mut self, old: &[usize], rollout: usize, mut clock: i64, batch: usize) -> i64 {
        for batch in old.chunks(batch.max(1)) {
            let mut served = clock;
            for &index in batch {
                let Some(slot) = self.lives.get(index).map(|life| life.slot) else { continue };
                let life = Life::new(slot, rollout, clock);
                served = life.ready + 8;
                self.lives.push(life);
                if let Some(old) = self.lives.get_mut(index) {
                    old.leave(served);
                }
            }
            clock = served + 40;
        }
        clock
    }

    /// Wants `count` tasks from `at` on, and makes or stops tasks for it; the newest go first.
    pub(super) fn scale(&mut self, at: i64, count: u32) {
        self.desired.push((at, count));
        let staying = self.staying(at);
        let rollout = self.current(at).map_or(0, |(index, _)| index);
        let wanted = usize::try_from(count).unwrap_or(usize::MAX);
        for &index in staying.iter().skip(wanted) {
            if let Some(life) = self.lives.get_mut(index) {
                life.leave(at + 5);
            }
        }
        let taken =
            |slot: &u32| staying.iter().filter_map(|index| self.lives.get(*index)).any(|life| life.slot == *slot);
        let missing = wanted.saturating_sub(staying.len());
        let free: Vec<u32> = (0..).filter(|slot| !taken(slot)).take(missing).collect();
        self.lives.extend(free.into_iter().map(|slot| Life::new(slot, rollout, at + REFILL)));
    }

    /// Ends the story at `at`: what was to come does not, and the service is left to itself and its operator.
    pub(super) fn freeze(&mut self, at: i64) {
        let wanted = self.wanted(at);
        self.rollouts.retain(|rollout| rollout.from <= at);
        self.shifts.retain(|shift| shift.from <= at);
        self.drop_shift(at);
        self.desired.retain(|(from, _)| *from <= at);
        self.message.retain(|(when, _)| *when <= at);
        self.lives.retain(|life| life.made <= at);
        for life in &mut self.lives {
            if life.leaves.is_some_and(|leaves| leaves > at) {
                (life.leaves, life.gone) = (None, None);
            }
            if let Some((from, _)) = life.sick.filter(|(_, until)| *until > at) {
                life.sick = (from <= at).then_some((from, i64::MAX));
            }
        }
        self.scale(at, wanted);
    }

    /// Completes a deployment that was interrupted at `at`: tasks of older ones are replaced after all.
    fn finish(&mut self, at: i64) {
        let last = self.rollouts.len().saturating_sub(1);
        let older = |index: &usize| self.lives.get(*index).is_some_and(|life| life.rollout < last);
        let old: Vec<usize> = self.staying(at + REFILL).into_iter().filter(older).collect();
        if self
            .rollouts
            .last()
            .is_some_and(|rollout| rollout.failed.is_none() && rollout.done.is_none_or(|done| done > at))
        {
            let done = self.replace(&old, last, at + 12, 1) + 110;
            if let Some(rollout) = self.rollouts.last_mut() {
                rollout.done = Some(done);
            }
        }
    }

    fn deploy(&mut self, at: i64, revision: i32, fate: Fate) {
        match (fate, self.by) {
            (Fate::Good, Some(by)) => self.shift(at, revision, by),
            (Fate::Good, None) => self.roll(at, revision, 1),
            (Fate::Crash | Fate::Pull, _) => self.fail(at, revision, fate),
        }
    }

    /// Stops the task that `is_it` knows at `at`, by an operator's hand; another one takes its place.
    fn stop(&mut self, at: i64, is_it: impl Fn(&Life) -> bool) {
        let Some(life) = self.lives.iter_mut().find(|life| is_it(life)) else { return };
        life.leave(at);
        life.end = End::Stopped;
        self.scale(at, self.wanted(at));
    }

    /// What becomes of a story when it was interfered with: it is told up to each act, then the act takes over. `task`
    /// names a task.
    pub(super) fn acted(
        scenario: &ScenarioContext<'_>,
        key: &str,
        task: impl Fn(&Life) -> String,
        story: impl Fn(i64) -> Self,
    ) -> Self {
        let acts: Vec<_> = scenario.acts_on(key).collect();
        // Each registered revision with what its images do.
        let fate = |revision: i32| {
            let registered =
                |act: &&&AppliedChange| matches!(&act.what, ChangeKind::Register(number, _) if *number == revision);
            match acts.iter().find(registered).map(|act| &act.what) {
                Some(ChangeKind::Register(_, images)) if images.iter().any(|(_, image)| image.contains("broken")) => {
                    Fate::Crash
                }
                Some(ChangeKind::Register(_, images)) if images.iter().any(|(_, image)| image.contains("missing")) => {
                    Fate::Pull
                }
                _ => Fate::Good,
            }
        };
        let told = |act: &&&AppliedChange| {
            !matches!(
                act.what,
                ChangeKind::Register(..)
                    | ChangeKind::Label(_)
                    | ChangeKind::Remember(_)
                    | ChangeKind::Bounds(_)
                    | ChangeKind::Request(_)
            )
        };
        let mut acts = acts.iter().filter(told).peekable();
        let Some(first) = acts.peek() else { return story(scenario.now) };
        let mut script = story(first.at);
        for act in acts {
            // Before the second act the first one's own course is what is interrupted.
            if !matches!(act.what, ChangeKind::TakeBack | ChangeKind::Answer(_)) {
                script.freeze(act.at);
            }
            match &act.what {
                ChangeKind::Scale(count) => {
                    script.scale(act.at, *count);
                    script.finish(act.at);
                }
                ChangeKind::Redeploy => {
                    let revision = script.current(act.at).map_or(1, |(_, rollout)| rollout.revision);
                    script.deploy(act.at, revision, fate(revision));
                }
                ChangeKind::Deploy(revision) => script.deploy(act.at, *revision, fate(*revision)),
                ChangeKind::StopTask { task: id, .. } => {
                    script.stop(act.at, |life| task(life) == *id);
                    script.finish(act.at);
                }
                ChangeKind::TakeBack => script.take_back(act.at),
                ChangeKind::Answer(go_on) => script.answer(act.at, *go_on),
                ChangeKind::Stop
                | ChangeKind::Start
                | ChangeKind::Reboot
                | ChangeKind::FailOver(_)
                | ChangeKind::Register(..)
                | ChangeKind::Label(_)
                | ChangeKind::Remember(_)
                | ChangeKind::Bounds(_)
                | ChangeKind::Request(_) => {}
            }
        }
        script
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::demo::changes::{AppliedChange, ChangeKind};
    use crate::demo::episodes;

    /// Long enough for any deployment that was asked for to be through.
    const LATER: i64 = 3600;

    fn play<'a>(acts: &'a [AppliedChange], now: i64) -> ScenarioContext<'a> {
        let start = "2026-11-27T15:00:00Z".parse().unwrap();
        ScenarioContext { start, now, seed: 7, account: "123456789012", acts }
    }

    fn act(at: i64, what: ChangeKind) -> AppliedChange {
        AppliedChange { at, key: "service".to_owned(), what }
    }

    #[test]
    fn a_task_that_is_stopped_by_hand_goes_and_another_takes_its_place() {
        let stop = ChangeKind::StopTask { service: "service".to_owned(), task: "1".to_owned() };
        let acts = [act(100, stop)];
        let at = |now: i64| {
            let script =
                Script::acted(&play(&acts, now), "service", |life| life.slot.to_string(), |_| Script::steady(7, 3));
            let stays: Vec<u32> = script.lives.iter().filter(|life| life.stays(now)).map(|life| life.slot).collect();
            (stays, script.lives.iter().filter(|life| life.end == End::Stopped).count())
        };
        assert_eq!(at(99), (vec![0, 1, 2], 0));
        assert_eq!(at(101).0, [0, 2]);
        assert_eq!(at(400), (vec![0, 2, 1], 1));
    }

    /// What is not there yet when somebody deploys is made by the deployment before, and is replaced as all the rest.
    #[rstest]
    #[case::steady(|_| Script::steady(7, 3))]
    #[case::leak(episodes::leak::script)]
    #[case::stall(episodes::stall::script)]
    #[case::pipeline(episodes::pipeline::script)]
    fn a_deployment_replaces_every_task_whenever_it_is_asked_for(#[case] told: fn(i64) -> Script) {
        for at in (0..7200).step_by(13) {
            for again in [None, Some(at + 61)] {
                let acts: Vec<AppliedChange> =
                    std::iter::once(at).chain(again).map(|at| act(at, ChangeKind::Redeploy)).collect();
                let now = at + LATER;
                let script = Script::acted(&play(&acts, now), "service", |life| life.slot.to_string(), told);
                let (current, rollout) = script.current(now).unwrap();
                let runs: Vec<&Life> = script.lives.iter().filter(|life| life.stays(now)).collect();
                assert_eq!(u32::try_from(runs.len()).unwrap(), script.wanted(now), "at {at}, {again:?}");
                assert!(
                    runs.iter().all(|life| life.rollout == current && life.ready <= now),
                    "at {at}, {again:?}: {runs:?}"
                );
                assert!(rollout.done.is_some_and(|done| done <= now), "at {at}, {again:?}: {rollout:?}");
            }
        }
    }
}
