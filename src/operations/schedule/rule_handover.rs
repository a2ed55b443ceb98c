//! Schedules of ours and rules of others, in stages: each is begun only once the one before it is seen at AWS, so that
//! an interruption between any two calls leaves somebody in force. Rules are switched on and off, never edited or
//! deleted, and one that is not as the plan saw it stays as it is. Decides from what is read, so it resumes.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::sync::Sync;
use crate::change::gate::Change;
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::procedure::{Observation, Procedure, Step};
use crate::change::receipt::Receipt;
use crate::change::{Ending, How, Report};
use crate::kinds::event_rule::Rule;
use crate::kinds::event_rule::change::{Mark, Switch};
use crate::kinds::schedule_group::Group;
use crate::kinds::schedule_group::change::{DropSchedule, MakeGroup, PutSchedule, SchedulePlace};
use crate::offhours::ActualAtAws;
use crate::schedule::drift::schedule_drift;
use crate::schedule::stored::planned_schedules::Planned;
use crate::schedule::stored::tags;
use crate::text::counted;
use crate::world::read_request::ReadRequest;
use crate::world::{EnvironmentName, Fault, Health, Resource, Scope};

/// How often what was written is looked for again: answers may lag behind.
const LOOKS: u32 = 6;
/// How long between two looks.
const AGAIN: SignedDuration = SignedDuration::from_secs(2);

/// One stage.
#[derive(Debug)]
pub enum Stage {
    /// The environment's own schedules are brought to what was computed, and seen to be so.
    Ours(Box<Sync>),
    /// These single schedules are written into the environment's group, and seen there.
    Put(Singles),
    /// These schedules of the group are deleted, and seen gone.
    Drop(SchedulePlace, Vec<String>),
    /// These rules are switched on or off, and seen to be so.
    Rules(Switches),
}

/// Single schedules to be written.
#[derive(Debug)]
pub struct Singles {
    /// Where.
    pub place: SchedulePlace,
    /// What.
    pub planned: Vec<Planned>,
    /// The role they act by.
    pub role: String,
    /// Queue for what fails for good.
    pub queue: Option<String>,
}

impl Singles {
    /// The calls that are still to be made.
    fn remaining(&self, observation: &Observation<'_>) -> Result<Vec<Box<dyn Change>>, String> {
        let at_aws = ActualAtAws::of(observation.world, &self.place.scope, &self.place.group);
        let place = || self.place.clone();
        let Some(group) = at_aws.group else {
            let writes = self.planned.iter().map(|planned| self.put(planned, false));
            return Ok(std::iter::once(Box::new(MakeGroup(place())) as Box<dyn Change>).chain(writes).collect());
        };
        let mine = tags::allowed(self.place.environment.as_str());
        if group.tags.get(tags::ENV) != Some(&mine) {
            return Err(format!(
                "the schedule group {} lacks the tag {}={mine}: somebody else created it, and nothing in it was changed",
                group.name,
                tags::ENV
            ));
        }
        let mut calls: Vec<Box<dyn Change>> = Vec::new();
        for planned in &self.planned {
            let held = at_aws.schedules().find(|held| held.name == planned.name);
            let right = held.is_some_and(|held| {
                held.role == self.role
                    && schedule_drift(std::slice::from_ref(planned), &[held.stored()], observation.now).is_empty()
            });
            if !right {
                calls.push(self.put(planned, held.is_some()));
            }
        }
        Ok(calls)
    }

    fn put(&self, planned: &Planned, known: bool) -> Box<dyn Change> {
        let (place, planned) = (self.place.clone(), planned.clone());
        Box::new(PutSchedule { place, planned, role: self.role.clone(), queue: self.queue.clone(), known })
    }
}

/// Rules to be switched, as the plan saw them.
#[derive(Debug)]
pub struct Switches {
    environment: EnvironmentName,
    rules: Vec<(Scope, Rule, Mark)>,
    enable: bool,
}

impl Switches {
    /// Switches `rules` for `environment`.
    #[must_use]
    pub const fn new(environment: EnvironmentName, rules: Vec<(Scope, Rule, Mark)>, enable: bool) -> Self {
        Self { environment, rules, enable }
    }

    const fn word(&self) -> &'static str {
        if self.enable { "enabled" } else { "disabled" }
    }

    fn names(&self) -> String {
        self.rules.iter().map(|(_, rule, _)| rule.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn wants(&self) -> Vec<ReadRequest> {
        let mut scopes: Vec<&Scope> = self.rules.iter().map(|(scope, ..)| scope).collect();
        scopes.dedup();
        scopes.into_iter().map(|scope| ReadRequest::all(scope, Rule::KIND)).collect()
    }

    /// The calls that are still to be made, from what is seen. `first`: before any was made, when marks are still to be
    /// written on those that are as they should be.
    fn remaining(&self, observation: &Observation<'_>, first: bool) -> Result<Vec<Box<dyn Change>>, String> {
        if let Some((_, fault)) = observation.faults.iter().find(|(_, fault)| fault.operation == "events:ListRules") {
            return Err(format!("rules cannot be read: {}", fault.sentence()));
        }
        let (mut calls, mut left): (Vec<Box<dyn Change>>, Vec<&str>) = (Vec::new(), Vec::new());
        for (scope, known, mark) in &self.rules {
            // A rule that is gone fires no more.
            let Some(rule) = observation.world.by_key::<Rule>(scope, known.key()) else { continue };
            let marks = first && *mark != Mark::Keep;
            if rule.enabled == self.enable && !marks {
                continue;
            }
            if !self.enable && rule.enabled && !same(known, rule) {
                left.push(&rule.name);
                continue;
            }
            let switch = Switch::of(rule, scope, &self.environment, self.enable);
            calls.push(Box::new(switch.marking(mark.clone())));
        }
        match left.first() {
            Some(name) if calls.is_empty() => {
                Err(format!("the rule {name} was changed since the plan was made, and stays as it is"))
            }
            _ => Ok(calls),
        }
    }
}

/// Whether a rule does what it did.
fn same(known: &Rule, rule: &Rule) -> bool {
    let does = |it: &Rule| (it.expression.clone(), it.targets.clone(), it.waits, it.managed_by.clone());
    rule.whole && does(known) == does(rule)
}

/// The deletions that are still to be made.
fn deletions(place: &SchedulePlace, names: &[String], observation: &Observation<'_>) -> Vec<Box<dyn Change>> {
    let at_aws = ActualAtAws::of(observation.world, &place.scope, &place.group);
    let there = names.iter().filter(|name| at_aws.schedules().any(|held| held.name == **name));
    there.map(|name| Box::new(DropSchedule { place: place.clone(), name: name.clone() }) as _).collect()
}

impl Stage {
    fn wants(&self, now: Timestamp) -> Vec<ReadRequest> {
        match self {
            Self::Ours(sync) => sync.wants(now),
            Self::Put(Singles { place, .. }) | Self::Drop(place, _) => {
                vec![ReadRequest::all(&place.scope, Group::KIND)]
            }
            Self::Rules(rules) => rules.wants(),
        }
    }

    /// What it has done once it is over, in words.
    fn sentence(&self) -> Option<String> {
        match self {
            Self::Ours(_) => None,
            Self::Put(singles) => Some(format!("{} written", counted(singles.planned.len(), "single schedule"))),
            Self::Drop(_, names) => Some(format!("{} deleted", counted(names.len(), "single schedule"))),
            Self::Rules(rules) => Some(format!("{} {}", rules.names(), rules.word())),
        }
    }

    fn remaining(&self, observation: &Observation<'_>, first: bool) -> Result<Vec<Box<dyn Change>>, String> {
        if let (Self::Put(_) | Self::Drop(..), Some((_, fault))) = (self, observation.faults.first()) {
            return Err(format!("what AWS holds of the schedule can't be read: {}", fault.sentence()));
        }
        match self {
            Self::Ours(_) => Ok(Vec::new()),
            Self::Put(singles) => singles.remaining(observation),
            Self::Drop(place, names) => Ok(deletions(place, names, observation)),
            Self::Rules(rules) => rules.remaining(observation, first),
        }
    }
}

/// What a stage says.
enum RuleStep {
    /// This comes next.
    Step(Step),
    /// It is seen to be done, in words.
    Over(Option<String>),
    /// It cannot go on.
    Stuck(String),
}

/// The procedure.
#[derive(Debug)]
pub struct Handover {
    plan: Plan,
    stages: VecDeque<Stage>,
    /// The command that goes on where it was left.
    again: String,
    /// What is said where there is nothing to do.
    idle: String,
    /// How many calls AWS took.
    calls: usize,
    /// What was done, stage by stage.
    done: Vec<String>,
    /// Whether the calls of the stage at hand were made.
    acted: bool,
    looks: u32,
    /// What went wrong in it.
    faults: Vec<Fault>,
}

impl Handover {
    /// Carries `stages` out in their order. `again` is the command that goes on; `idle` is said if nothing is to be done.
    #[must_use]
    pub fn new(plan: Plan, stages: Vec<Stage>, again: String, idle: String) -> Self {
        let (done, faults) = (Vec::new(), Vec::new());
        Self { plan, stages: stages.into(), again, idle, calls: 0, done, acted: false, looks: 0, faults }
    }

    fn stuck(&self, message: &str) -> Ending {
        if self.calls == 0 {
            return Ending::failed(message);
        }
        let done = if self.done.is_empty() { String::new() } else { format!("{}; ", self.done.join("; ")) };
        Ending::incomplete(format!("{done}{message}; `{}` goes on", self.again))
    }

    /// The turn of the stage at hand; `None` where none is left.
    fn turn(&mut self, observation: &Observation<'_>) -> Option<RuleStep> {
        let stage = self.stages.front_mut()?;
        if let Stage::Ours(sync) = stage {
            return Some(match sync.step(observation) {
                Step::End(Ending { how: How::Done, message }) => RuleStep::Over(Some(message)),
                Step::End(Ending { message, .. }) => RuleStep::Stuck(message),
                step => RuleStep::Step(step),
            });
        }
        let calls = match stage.remaining(observation, !self.acted) {
            Ok(calls) => calls,
            Err(message) => return Some(RuleStep::Stuck(message)),
        };
        if calls.is_empty() {
            return Some(RuleStep::Over(stage.sentence()));
        }
        if !self.acted {
            self.acted = true;
            return Some(RuleStep::Step(Step::Act(calls)));
        }
        if let Some(fault) = self.faults.first() {
            return Some(RuleStep::Stuck(fault.sentence()));
        }
        self.looks += 1;
        if self.looks < LOOKS {
            return Some(RuleStep::Step(Step::Wait(AGAIN)));
        }
        let first = calls.first().map(|call| call.plan().message).unwrap_or_default();
        Some(RuleStep::Stuck(format!("AWS took every call, and yet it is not seen: {first}")))
    }
}

impl Procedure for Handover {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn wants(&self, now: Timestamp) -> Vec<ReadRequest> {
        self.stages.front().map(|stage| stage.wants(now)).unwrap_or_default()
    }

    fn step(&mut self, observation: &Observation<'_>) -> Step {
        match self.turn(observation) {
            None if self.done.is_empty() => Step::End(Ending::done(self.idle.clone())),
            None => Step::End(Ending::done(self.done.join("; "))),
            Some(RuleStep::Step(step)) => step,
            Some(RuleStep::Over(message)) => {
                self.done.extend(message);
                self.stages.pop_front();
                (self.acted, self.looks) = (false, 0);
                self.faults.clear();
                // What the next one goes by has to be read first.
                Step::Act(Vec::new())
            }
            Some(RuleStep::Stuck(message)) => Step::End(self.stuck(&message)),
        }
    }

    fn told(&mut self, change_request: &ChangeRequest, got: &Result<Receipt, Fault>, now: Timestamp) {
        self.calls += usize::from(got.is_ok());
        match self.stages.front_mut() {
            Some(Stage::Ours(sync)) => sync.told(change_request, got, now),
            Some(_) => self.faults.extend(got.as_ref().err().cloned()),
            None => {}
        }
    }

    fn report(&self, observation: &Observation<'_>) -> Report {
        let message = match self.stages.front() {
            Some(Stage::Ours(sync)) => format!("schedules: {}", sync.report(observation).message),
            Some(stage) => format!("looking for: {}", stage.sentence().unwrap_or_default()),
            None => "done".to_owned(),
        };
        let stands = format!("{} calls were made, and nothing is out of force; `{}` goes on", self.calls, self.again);
        Report { message, health: Health::Changing, stands: Some(stands), ..Report::default() }
    }
}

#[cfg(test)]
mod tests;
