//! Schedules of ours and rules of others, in stages: each is begun only once the one before it is seen at AWS, so that
//! an interruption between any two calls leaves somebody in force. Rules are switched on and off, never edited or
//! deleted, and one that is not as the plan saw it stays as it is. Decides from what is read, so it resumes.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::sync::Sync;
use super::{Ending, How, Procedure, Report, Sight, Step, Want};
use crate::app::gate::{Change, Deed, Plan};
use crate::cloud::Receipt;
use crate::kinds::event_rule::Rule;
use crate::kinds::event_rule::change::Switch;
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
    /// These rules are switched on or off, and seen to be so.
    Rules(Switches),
}

/// Rules to be switched, as the plan saw them.
#[derive(Debug)]
pub struct Switches {
    environment: EnvironmentName,
    rules: Vec<(Scope, Rule)>,
    enable: bool,
    /// Set once the calls were made.
    acted: bool,
    looks: u32,
    /// What kept one from being switched.
    faults: Vec<Fault>,
    /// Those left as they are, with the reason.
    left: Vec<String>,
}

impl Switches {
    /// Switches `rules` for `environment`.
    #[must_use]
    pub fn new(environment: EnvironmentName, rules: Vec<(Scope, Rule)>, enable: bool) -> Self {
        Self { environment, rules, enable, acted: false, looks: 0, faults: Vec::new(), left: Vec::new() }
    }

    const fn word(&self) -> &'static str {
        if self.enable { "enabled" } else { "disabled" }
    }

    fn names(&self) -> String {
        self.rules.iter().map(|(_, rule)| rule.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn wants(&self) -> Vec<Want> {
        let mut scopes: Vec<&Scope> = self.rules.iter().map(|(scope, _)| scope).collect();
        scopes.dedup();
        scopes.into_iter().map(|scope| Want::all(scope, Rule::KIND)).collect()
    }

    /// The calls that are still to be made, from what is seen.
    fn remaining(&mut self, sight: &Sight<'_>) -> Vec<Box<dyn Change>> {
        let (mut calls, mut left): (Vec<Box<dyn Change>>, Vec<String>) = (Vec::new(), Vec::new());
        for (scope, known) in &self.rules {
            // A rule that is gone fires no more.
            let Some(rule) = sight.world.by_key::<Rule>(scope, known.key()) else { continue };
            if rule.enabled == self.enable {
                continue;
            }
            if !self.enable && !same(known, rule) {
                left.push(format!("the rule {} was changed since the plan was made, and stays as it is", rule.name));
                continue;
            }
            calls.push(Box::new(Switch::of(rule, scope, &self.environment, self.enable)));
        }
        self.left = left;
        calls
    }

    fn turn(&mut self, sight: &Sight<'_>) -> Turn {
        if let Some((_, fault)) = sight.faults.iter().find(|(_, fault)| fault.operation == "events:ListRules") {
            return Turn::Stuck(format!("rules cannot be read: {}", fault.sentence()));
        }
        let calls = self.remaining(sight);
        if calls.is_empty() {
            return match self.left.first() {
                Some(left) => Turn::Stuck(left.clone()),
                None if self.rules.is_empty() => Turn::Over(None),
                None => Turn::Over(Some(format!("{} {}", self.names(), self.word()))),
            };
        }
        if !self.acted {
            self.acted = true;
            return Turn::Step(Step::Act(calls));
        }
        if let Some(fault) = self.faults.first() {
            return Turn::Stuck(fault.sentence());
        }
        self.looks += 1;
        if self.looks < LOOKS {
            return Turn::Step(Step::Wait(AGAIN));
        }
        let first = calls.first().map(|call| call.plan().says).unwrap_or_default();
        Turn::Stuck(format!("AWS took every call, and yet it is not seen: {first}"))
    }
}

/// Whether a rule does what it did.
fn same(known: &Rule, rule: &Rule) -> bool {
    let does = |it: &Rule| (it.expression.clone(), it.targets.clone(), it.waits, it.managed_by.clone());
    rule.whole && does(known) == does(rule)
}

/// What a stage says.
enum Turn {
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
}

impl Handover {
    /// Carries `stages` out in their order. `again` is the command that goes on; `idle` is said if nothing is to be done.
    #[must_use]
    pub fn new(plan: Plan, stages: Vec<Stage>, again: String, idle: String) -> Self {
        Self { plan, stages: stages.into(), again, idle, calls: 0, done: Vec::new() }
    }

    fn stuck(&self, says: &str) -> Ending {
        if self.calls == 0 {
            return Ending::failed(says);
        }
        let done = if self.done.is_empty() { String::new() } else { format!("{}; ", self.done.join("; ")) };
        Ending::incomplete(format!("{done}{says}; `{}` goes on", self.again))
    }
}

impl Procedure for Handover {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn wants(&self, now: Timestamp) -> Vec<Want> {
        match self.stages.front() {
            Some(Stage::Ours(sync)) => sync.wants(now),
            Some(Stage::Rules(rules)) => rules.wants(),
            None => Vec::new(),
        }
    }

    fn step(&mut self, sight: &Sight<'_>) -> Step {
        let turn = match self.stages.front_mut() {
            None if self.done.is_empty() => return Step::End(Ending::done(self.idle.clone())),
            None => return Step::End(Ending::done(self.done.join("; "))),
            Some(Stage::Ours(sync)) => match sync.step(sight) {
                Step::End(Ending { how: How::Done, says }) => Turn::Over(Some(says)),
                Step::End(Ending { says, .. }) => Turn::Stuck(says),
                step => Turn::Step(step),
            },
            Some(Stage::Rules(rules)) => rules.turn(sight),
        };
        match turn {
            Turn::Step(step) => step,
            Turn::Over(says) => {
                self.done.extend(says);
                self.stages.pop_front();
                // What the next one goes by has to be read first.
                Step::Act(Vec::new())
            }
            Turn::Stuck(says) => Step::End(self.stuck(&says)),
        }
    }

    fn told(&mut self, deed: &Deed, got: &Result<Receipt, Fault>, now: Timestamp) {
        self.calls += usize::from(got.is_ok());
        match self.stages.front_mut() {
            Some(Stage::Ours(sync)) => sync.told(deed, got, now),
            Some(Stage::Rules(rules)) => rules.faults.extend(got.as_ref().err().cloned()),
            None => {}
        }
    }

    fn report(&self, sight: &Sight<'_>) -> Report {
        let says = match self.stages.front() {
            Some(Stage::Ours(sync)) => format!("schedules: {}", sync.report(sight).says),
            Some(Stage::Rules(rules)) => format!("{} is to be seen {}", rules.names(), rules.word()),
            None => "done".to_owned(),
        };
        let stands = format!("{} calls were made, and nothing is out of force; `{}` goes on", self.calls, self.again);
        Report { says, health: Health::Changing, stands: Some(stands), ..Report::default() }
    }
}

#[cfg(test)]
mod tests;
