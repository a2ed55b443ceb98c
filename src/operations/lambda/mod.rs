//! New code for a Lambda function and where its alias sends: update, wait, publish, shift at once or by a share that
//! is watched, and back. Pure; each step follows from what is seen.

pub mod actions;
mod report;
mod sending;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};

use crate::change::gate::Change;
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::procedure::{Observation, Procedure, Step};
use crate::change::receipt::Receipt;
use crate::change::{Ending, Report};
use crate::kinds::lambda_alias_metrics::{AliasMetrics, part};
use crate::kinds::lambda_function::{Code, Function, PublishVersion, ShiftAlias, UpdateCode, reason};
use crate::kinds::lambda_version::{Alias, FunctionVersions};
use crate::operations::attempt::Attempt;
use crate::world::read_request::ReadRequest;
use crate::world::{Fault, Resource};

/// What is wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AliasTarget {
    /// This code, by an alias if there is one.
    Code {
        /// The code.
        code: Code,
        /// The hundredths of calls it gets first; `None` gives it all at once.
        weight: Option<u8>,
        /// For how long they are watched.
        minutes: u32,
    },
    /// This version behind the alias.
    Back(String),
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Phase {
    Update,
    /// The answer to new code was lost: whether it is in place is looked for.
    Unheard,
    Updating(Timestamp),
    Publish,
    Shift,
    Shifting(Timestamp),
    Watch(Timestamp),
    Over(Ending),
}

/// Where the alias is to send at the moment.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Goal {
    version: String,
    share: Option<(String, u8)>,
}

const LOOK: SignedDuration = SignedDuration::from_secs(2);
const WATCH: SignedDuration = SignedDuration::from_secs(30);
/// How long another update of the function may take.
const BUSY: SignedDuration = SignedDuration::from_mins(10);
/// How long what was changed may take to be seen.
const UNSEEN: SignedDuration = SignedDuration::from_mins(5);

/// A deployment of a function.
#[derive(Debug)]
pub struct AliasShift {
    plan: Plan,
    name: String,
    revision: Option<String>,
    /// What tells that the code changed since: its hash and the time of the last change.
    code_before: (Option<String>, Option<Timestamp>),
    alias: Option<String>,
    /// The version the alias sends to before.
    before: Option<String>,
    aim: AliasTarget,
    phase: Phase,
    goal: Option<Goal>,
    code: Option<String>,
    version: Option<String>,
    /// Why the last change is made again.
    wait: Option<String>,
    /// Whether that was waited for.
    waited: bool,
    /// Whether the answer to new code was lost: it may be in place.
    lost: bool,
    /// Whether AWS's answer to what was sent last was lost.
    unheard: bool,
    /// How often in a row it was.
    losses: u32,
    /// Why.
    heard_last: Option<String>,
    attempt: Attempt,
    busy_since: Option<Timestamp>,
    touched: bool,
    /// Why the share was taken back.
    trouble: Option<String>,
    /// What the watch saw, for the end.
    watched: Option<String>,
}

impl AliasShift {
    /// A deployment of `item` by `alias`. `plan.on` is the function.
    #[must_use]
    pub fn new(plan: Plan, item: &Function, alias: Option<&Alias>, aim: AliasTarget) -> Self {
        let (phase, goal) = match &aim {
            AliasTarget::Code { .. } => (Phase::Update, None),
            AliasTarget::Back(version) => (Phase::Shift, Some(Goal { version: version.clone(), share: None })),
        };
        Self {
            plan,
            name: item.name.clone(),
            revision: item.revision.clone(),
            code_before: (item.code.clone(), item.changed_at),
            alias: alias.map(|alias| alias.name.clone()),
            before: alias.map(|alias| alias.version.clone()),
            aim,
            phase,
            goal,
            code: None,
            version: None,
            wait: None,
            waited: false,
            lost: false,
            unheard: false,
            losses: 0,
            heard_last: None,
            attempt: Attempt::default(),
            busy_since: None,
            touched: false,
            trouble: None,
            watched: None,
        }
    }

    fn part(&self, message: String, call: &str) -> Plan {
        Plan::new(message, self.plan.environment.clone(), self.plan.on.clone(), vec![call.to_owned()])
    }

    fn function<'a>(&self, observation: &Observation<'a>) -> Option<&'a Function> {
        observation.world.get::<Function>(&self.plan.on)
    }

    fn seen<'a>(&self, observation: &Observation<'a>) -> Option<&'a Alias> {
        let release = observation.world.by_key::<FunctionVersions>(&self.plan.scope, &self.plan.on.key)?;
        release.alias(self.alias.as_deref()?)
    }

    fn load<'a>(&self, version: &str, since: Timestamp, observation: &Observation<'a>) -> Option<&'a AliasMetrics> {
        let key = part(&self.name, self.alias.as_deref()?, version, since);
        observation.world.by_key::<AliasMetrics>(&self.plan.scope, &key)
    }

    fn end(&mut self, ending: Ending) -> Step {
        self.phase = Phase::Over(ending.clone());
        Step::End(ending)
    }

    /// What stands when something goes wrong: what was made is named.
    fn stands(&self) -> String {
        let alias = match (&self.alias, &self.goal) {
            (Some(alias), Some(Goal { version, share: Some((other, percent)) })) => {
                format!("; {alias} sends {percent} % of calls to {other} and the rest to {version}")
            }
            _ => String::new(),
        };
        match (&self.version, self.touched) {
            (None, true) if matches!(self.aim, AliasTarget::Back(_)) => {
                format!("{} was shifted", self.alias.as_deref().unwrap_or("the alias"))
            }
            (Some(version), _) => format!("version {version} is published{alias}"),
            (None, true) => "the new code is in place but not published".to_owned(),
            (None, false) => "nothing was changed".to_owned(),
        }
    }

    fn amiss(&mut self, why: String) -> Step {
        let message = format!("{why}; {}", self.stands());
        self.end(if self.touched { Ending::incomplete(message) } else { Ending::failed(message) })
    }

    fn go(&mut self, observation: &Observation<'_>) -> Step {
        match self.phase.clone() {
            Phase::Update => self.update(),
            Phase::Unheard => self.look_for_code(observation),
            Phase::Updating(since) => self.updating(since, observation),
            Phase::Publish => {
                let message = format!("publish a version of {}", self.name);
                let plan = self.part(message, "lambda:PublishVersion");
                act(PublishVersion { plan, name: self.name.clone(), code: self.code.clone() })
            }
            Phase::Shift => self.shift(observation),
            Phase::Shifting(since) => self.shifting(since, observation),
            Phase::Watch(since) => self.watch(since, observation),
            Phase::Over(ending) => Step::End(ending),
        }
    }

    fn update(&mut self) -> Step {
        let AliasTarget::Code { code, .. } = &self.aim else { return Step::Wait(LOOK) };
        let plan = self
            .part(format!("put {} in place of the code of {}", code.words(), self.name), "lambda:UpdateFunctionCode");
        act(UpdateCode { plan, name: self.name.clone(), code: code.clone(), revision: self.revision.clone() })
    }

    fn updating(&mut self, since: Timestamp, observation: &Observation<'_>) -> Step {
        let Some(function) = self.function(observation) else {
            return self.amiss(format!("{} is not there any more", self.name));
        };
        match function.update.as_deref() {
            Some("Failed") => {
                let why = reason(&function.update_reason);
                self.amiss(format!("Lambda could not take the new code in: {why}; the code before goes on serving"))
            }
            Some("Successful") | None if self.code.is_none() || function.code == self.code => {
                self.phase = Phase::Publish;
                Step::Wait(SignedDuration::ZERO)
            }
            _ if observation.now.duration_since(since) > BUSY => {
                self.amiss("Lambda has not taken the new code in within 10 minutes".to_owned())
            }
            _ => Step::Wait(LOOK),
        }
    }

    /// Decides where the alias is to send once the version is known.
    fn published(&mut self, version: String) {
        let weight = match &self.aim {
            AliasTarget::Code { weight, .. } => *weight,
            AliasTarget::Back(_) => None,
        };
        self.phase = Phase::Shift;
        self.goal = match (&self.alias, &self.before, weight) {
            (None, ..) | (_, None, _) => {
                let message = format!("version {version} of {} is published; no alias was shifted", self.name);
                self.phase = Phase::Over(Ending::done(message));
                None
            }
            (Some(_), Some(before), Some(percent)) if *before != version => {
                Some(Goal { version: before.clone(), share: Some((version.clone(), percent)) })
            }
            (Some(_), Some(_), _) => Some(Goal { version: version.clone(), share: None }),
        };
        self.version = Some(version);
    }

    fn shift(&mut self, observation: &Observation<'_>) -> Step {
        let (Some(goal), Some(alias)) = (self.goal.clone(), self.alias.clone()) else { return Step::Wait(LOOK) };
        let Some(seen) = self.seen(observation) else {
            let fault = observation.faults.iter().find(|(want, _)| want.kind == FunctionVersions::KIND);
            let why =
                fault.map_or_else(|| format!("the alias {alias} is not there any more"), |(_, fault)| fault.sentence());
            return self.amiss(why);
        };
        if seen.version == goal.version && seen.share == goal.share {
            self.phase = Phase::Shifting(observation.now);
            return Step::Wait(SignedDuration::ZERO);
        }
        let ours = self.version.as_deref();
        let foreign = match (&seen.share, &self.before) {
            (Some((other, _)), _) if matches!(self.aim, AliasTarget::Code { .. }) && Some(other.as_str()) != ours => {
                Some(format!(
                    "{alias} sends a share of its calls to version {other} already; finish that or shift it back first"
                ))
            }
            (_, Some(before)) if seen.version != *before && Some(seen.version.as_str()) != ours => {
                Some(format!("somebody else shifted {alias} to version {} meanwhile", seen.version))
            }
            _ => None,
        };
        if let Some(why) = foreign {
            return self.amiss(why);
        }
        let message = match &goal.share {
            Some((other, percent)) => format!("send {percent} % of the calls of {alias} to version {other}"),
            None => format!("send all calls of {alias} to version {}", goal.version),
        };
        let plan = self.part(message, "lambda:UpdateAlias");
        let Goal { version, share } = goal;
        let revision = seen.revision.clone();
        act(ShiftAlias { plan, name: self.name.clone(), alias, version, share, revision })
    }

    fn shifting(&mut self, since: Timestamp, observation: &Observation<'_>) -> Step {
        let Some(goal) = self.goal.clone() else { return Step::Wait(LOOK) };
        let there = self.seen(observation).is_some_and(|seen| seen.version == goal.version && seen.share == goal.share);
        if !there {
            if observation.now.duration_since(since) > UNSEEN {
                return self.amiss("where the alias sends is not seen to have changed".to_owned());
            }
            return Step::Wait(LOOK);
        }
        if goal.share.is_some() {
            self.phase = Phase::Watch(observation.now);
            return Step::Wait(WATCH);
        }
        let alias = self.alias.clone().unwrap_or_default();
        if let Some(why) = self.trouble.take() {
            let message =
                format!("{why}; all calls of {alias} go to version {} again. {}", goal.version, self.stands());
            return self.end(Ending::incomplete(message));
        }
        let watched = self.watched.take().map(|saw| format!("; {saw}")).unwrap_or_default();
        self.end(Ending::done(format!("all calls of {alias} go to version {}{watched}", goal.version)))
    }

    /// Looks how the new version fares against the one before.
    fn watch(&mut self, since: Timestamp, observation: &Observation<'_>) -> Step {
        let (Some(Goal { version, share: Some((new, _)) }), AliasTarget::Code { minutes, .. }) =
            (self.goal.clone(), &self.aim)
        else {
            return Step::Wait(WATCH);
        };
        let until = SignedDuration::from_mins(i64::from(*minutes));
        if let Some(seen) = self.seen(observation)
            && (seen.version != version || seen.share.is_none())
        {
            return self.amiss(format!("somebody else shifted the alias meanwhile: it sends to {}", seen.sends()));
        }
        if let Some((_, fault)) = observation.faults.iter().find(|(want, _)| want.kind == AliasMetrics::KIND) {
            let why = format!("the new version cannot be watched: {}", fault.sentence());
            return self.take_back(why, version);
        }
        let (fresh, old) = (self.load(&new, since, observation), self.load(&version, since, observation));
        self.watched = Some(report::fares(&new, fresh, old));
        let rate = |load: Option<&AliasMetrics>| {
            load.filter(|load| load.calls > 0.0).map_or(0.0, |load| load.errors / load.calls)
        };
        if rate(fresh) > 0.01 && rate(fresh) > 2.0 * rate(old) {
            let (errors, calls) = fresh.map_or((0.0, 0.0), |load| (load.errors, load.calls));
            return self.take_back(format!("version {new} failed {errors} of {calls} calls"), version);
        }
        if observation.now.duration_since(since) < until {
            return Step::Wait(WATCH);
        }
        self.goal = Some(Goal { version: new, share: None });
        self.phase = Phase::Shift;
        Step::Wait(SignedDuration::ZERO)
    }

    fn take_back(&mut self, why: String, version: String) -> Step {
        self.trouble = Some(why);
        self.goal = Some(Goal { version, share: None });
        self.phase = Phase::Shift;
        Step::Wait(SignedDuration::ZERO)
    }
}

fn act(change: impl Change) -> Step {
    Step::Act(vec![Box::new(change)])
}

impl Procedure for AliasShift {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn wants(&self, _now: Timestamp) -> Vec<ReadRequest> {
        let (scope, key) = (&self.plan.scope, &self.plan.on.key);
        match &self.phase {
            Phase::Unheard | Phase::Updating(_) => vec![ReadRequest::part(scope, Function::KIND, key)],
            Phase::Shift | Phase::Shifting(_) => vec![ReadRequest::part(scope, FunctionVersions::KIND, key)],
            Phase::Watch(since) => {
                let mut wants = vec![ReadRequest::part(scope, FunctionVersions::KIND, key)];
                if let (Some(Goal { version, share: Some((new, _)) }), Some(alias)) = (&self.goal, &self.alias) {
                    let load = |version: &str| {
                        ReadRequest::part(scope, AliasMetrics::KIND, &part(&self.name, alias, version, *since))
                    };
                    wants.extend([load(new), load(version)]);
                }
                wants
            }
            Phase::Update | Phase::Publish | Phase::Over(_) => Vec::new(),
        }
    }

    fn step(&mut self, observation: &Observation<'_>) -> Step {
        // It stands in the report as long as it is waited for.
        if self.wait.is_some() && !std::mem::replace(&mut self.waited, true) {
            return Step::Wait(SignedDuration::from_secs(5));
        }
        (self.wait, self.waited) = (None, false);
        self.go(observation)
    }

    fn told(&mut self, _deed: &ChangeRequest, got: &Result<Receipt, Fault>, now: Timestamp) {
        self.hear(got, now);
    }

    fn report(&self, observation: &Observation<'_>) -> Report {
        self.tell(observation)
    }
}
