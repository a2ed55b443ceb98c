//! A whole environment put to sleep or woken as a procedure: stage by stage, each step worked out anew from what is
//! seen, so that any colleague's console picks it up where another left it. What comes next is said by
//! `schedule::transition::sleep_wake_order`; how a member stands and which calls it takes, by its kind. Pure.

use jiff::{SignedDuration, Timestamp};

use crate::change::gate::Change;
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::procedure::{Observation, Procedure, Step};
use crate::change::receipt::Receipt;
use crate::change::{Ending, Report};
use crate::schedule::TargetState;
use crate::schedule::transition::sleep_wake_order;
use crate::schedule::transition::sleep_wake_order::{MemberState, NextStage, StageAction};
use crate::world::read_request::ReadRequest;
use crate::world::{Fault, ResourceId};

use super::member::MemberProgress;
use crate::kinds::alarm::mute_plan::AlarmMute;

/// Between looks while something moves, at first and later.
const LOOK: SignedDuration = SignedDuration::from_secs(15);
const LATER: SignedDuration = SignedDuration::from_secs(30);
/// How long to look often.
const OFTEN: SignedDuration = SignedDuration::from_mins(5);
/// How long services and instances may stand still before the rest is given up. Databases may take hours.
const PATIENCE: SignedDuration = SignedDuration::from_mins(30);

/// How the alarms stand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum MuteState {
    /// Nothing to do, or done.
    Settled,
    /// Still to be done.
    Open,
    /// It did not work; why.
    Failed(String),
}

/// The procedure.
#[derive(Debug)]
pub struct Sleep {
    pub(super) plan: Plan,
    pub(super) goal: TargetState,
    pub(super) members: Vec<MemberProgress>,
    pub(super) hushes: Vec<AlarmMute>,
    pub(super) hushed: MuteState,
    pub(super) changed: bool,
    pub(super) began: Option<Timestamp>,
    /// What was waited for at last, and since when it has looked the same.
    pub(super) still: Option<(Vec<String>, Timestamp)>,
    /// The calls that are out now: which member's, for the answer.
    pub(super) asked: Vec<(ResourceId, StageAction)>,
    pub(super) alone: bool,
}

impl Sleep {
    /// Brings `members` to `goal` as `plan` says; `hushes` silence the alarms meanwhile.
    #[must_use]
    pub fn new(plan: Plan, goal: TargetState, members: Vec<MemberProgress>, hushes: Vec<AlarmMute>) -> Self {
        let hushed = if hushes.is_empty() { MuteState::Settled } else { MuteState::Open };
        Self {
            plan,
            goal,
            members,
            hushes,
            hushed,
            changed: false,
            began: None,
            still: None,
            asked: Vec::new(),
            alone: false,
        }
    }

    fn seen(&self, observation: &Observation<'_>) -> Vec<MemberState> {
        self.members.iter().map(|member| member.seen(&self.plan.environment, observation)).collect()
    }

    /// The changes that silence the alarms or let them speak, once.
    fn mute_alarms(&mut self) -> Option<Step> {
        if self.hushed != MuteState::Open {
            return None;
        }
        self.hushed = MuteState::Settled;
        let goal = self.goal;
        let changes = std::mem::take(&mut self.hushes).into_iter().map(|alarm_mute| match goal {
            TargetState::Stopped => alarm_mute.mute,
            TargetState::Running => alarm_mute.unmute,
        });
        Some(Step::Act(changes.collect()))
    }

    fn wait(&mut self, waiting: &[(String, String)], observation: &Observation<'_>, seen: &[MemberState]) -> Step {
        let message: Vec<String> = waiting.iter().map(|(label, what)| format!("{label}: {what}")).collect();
        let same = self.still.as_ref().filter(|(before, _)| *before == message).map(|(_, since)| *since);
        let since = same.unwrap_or(observation.now);
        self.still = Some((message, since));
        let awaited = |seen: &MemberState| waiting.iter().any(|(label, _)| *label == seen.member.label());
        let database = seen.iter().any(|seen| seen.member.kind.is_database() && awaited(seen));
        if !database && observation.now.duration_since(since) >= PATIENCE {
            return Step::End(self.given_up(observation, seen));
        }
        let began = self.began.unwrap_or(observation.now);
        Step::Wait(if observation.now.duration_since(began) < OFTEN { LOOK } else { LATER })
    }

    fn changes(&mut self, acts: &[(usize, StageAction)], observation: &Observation<'_>) -> Vec<Box<dyn Change>> {
        let mut changes = Vec::new();
        self.asked.clear();
        for (place, act) in acts {
            let Some(member) = self.members.get(*place) else { continue };
            // Taken a moment ago, it only does not show yet.
            if member.just_did(*act, observation.now) {
                continue;
            }
            if let Some(change) = member.change(*act, &self.plan.environment, observation.world) {
                self.asked.push((member.id.clone(), *act));
                changes.push(change);
            }
        }
        changes
    }

    /// Whether nothing is left to be called: AWS finishes what is under way.
    fn only_watching(&self, seen: &[MemberState]) -> bool {
        self.goal == TargetState::Stopped
            && seen.iter().all(|seen| match sleep_wake_order::turn(self.goal, seen) {
                NextStage::Done | NextStage::Gone | NextStage::Stuck(_) => true,
                NextStage::Act(_) => false,
                NextStage::Wait(_) => seen.going_down(),
            })
    }
}

impl Procedure for Sleep {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn wants(&self, _now: Timestamp) -> Vec<ReadRequest> {
        let mut wants: Vec<ReadRequest> = Vec::new();
        for want in self.members.iter().flat_map(|member| &member.reads) {
            if !wants.contains(want) {
                wants.push(want.clone());
            }
        }
        wants
    }

    fn step(&mut self, observation: &Observation<'_>) -> Step {
        self.began.get_or_insert(observation.now);
        let seen = self.seen(observation);
        let next = sleep_wake_order::next(self.goal, &seen);
        self.alone = self.only_watching(&seen);
        // Alarms are silenced before the first thing goes down, and speak again when everything is up.
        if self.goal == TargetState::Stopped
            && !next.acts.is_empty()
            && let Some(step) = self.mute_alarms()
        {
            return step;
        }
        if !next.acts.is_empty() {
            let changes = self.changes(&next.acts, observation);
            if !changes.is_empty() {
                self.still = None;
                return Step::Act(changes);
            }
        }
        match next.ended {
            Some(sleep_wake_order::Ending::Done) if self.goal == TargetState::Running => match self.mute_alarms() {
                Some(step) => step,
                None => Step::End(self.done(&seen)),
            },
            Some(sleep_wake_order::Ending::Done) => Step::End(self.done(&seen)),
            Some(sleep_wake_order::Ending::Partly { done, not }) => Step::End(self.partly(&done, &not)),
            None => self.wait(&next.waiting, observation, &seen),
        }
    }

    fn told(&mut self, change_request: &ChangeRequest, got: &Result<Receipt, Fault>, now: Timestamp) {
        self.changed |= got.is_ok();
        let Some(at) = self.asked.iter().position(|(id, _)| *id == change_request.on) else {
            if let Err(fault) = got {
                self.hushed = MuteState::Failed(fault.sentence());
            }
            return;
        };
        let (id, act) = self.asked.remove(at);
        if let Some(member) = self.members.iter_mut().find(|member| member.id == id) {
            member.told(act, got, now);
        }
    }

    fn goes_on(&self) -> bool {
        self.alone
    }

    fn report(&self, observation: &Observation<'_>) -> Report {
        self.reported(&self.seen(observation))
    }
}

impl Sleep {
    fn given_up(&self, observation: &Observation<'_>, seen: &[MemberState]) -> Ending {
        let next = sleep_wake_order::next(self.goal, seen);
        let mut not: Vec<(String, String)> = next.waiting;
        let since = self.still.as_ref().map_or(observation.now, |(_, since)| *since);
        let span = crate::text::span(observation.now.duration_since(since).as_secs());
        for (_, why) in &mut not {
            *why = format!("{why}, unchanged for {span}");
        }
        not.extend(next.stuck);
        let open: Vec<String> = not.iter().map(|(label, _)| label.clone()).collect();
        let mut done = Vec::new();
        for seen in seen {
            let label = seen.member.label();
            match sleep_wake_order::turn(self.goal, seen) {
                NextStage::Done => done.push(label),
                _ if open.contains(&label) => {}
                NextStage::Gone => {}
                _ => not.push((label, format!("{} comes before it", open.join(", ")))),
            }
        }
        self.partly(&done, &not)
    }
}

#[cfg(test)]
mod tests;
