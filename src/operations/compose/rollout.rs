//! The procedure of a deployment to instances: lock, survey, then one instance after the other through drain,
//! command, check and back into the group. Each step follows from what is seen, so that it resumes anywhere. Pure;
//! what the instances tell is judged in `judge`, and told to people in `report`.

mod commands;
mod judge;
mod report;
mod steps;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};

use super::script::ScriptReport;
use crate::change::gate::Change;
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::procedure::{Observation, Procedure, Step};
use crate::change::receipt::Receipt;
use crate::change::{Ending, Report};
use crate::environment::deploy_recipe::{Recipe, short};
use crate::kinds::deploy_lock::{DeployLock, LOCK, Lock, OUT};
use crate::kinds::managed_node::{Node, RunScript};
use crate::kinds::target_group::{Labelling, Registering};
use crate::kinds::target_health::{Target, TargetHealth};
use crate::operations::attempt::{Attempt, Sent};
use crate::world::read_request::ReadRequest;
use crate::world::{Fault, Resource, ResourceId};
use commands::Run;

/// What is wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ComposeTarget {
    /// This branch, tag or commit on every instance.
    Place(String),
    /// The commit that ran before on every instance.
    Back,
    /// The recipe's migration, on the first instance only.
    Migrate(String),
}

/// An instance of the target group.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// `i-…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The port it serves on.
    pub port: u32,
}

/// Where it stands; the figure is the instance's place among the members.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Phase {
    Begin,
    Locking(Timestamp),
    Survey,
    Surveying(Run),
    Next,
    Mark(usize),
    Drain(usize, Timestamp),
    Draining(usize),
    Place(usize),
    Placing(usize, Run),
    Check(usize),
    Checking(usize, Run),
    Register(usize),
    Arriving(usize, Timestamp),
    Migrate,
    Migrating(Run),
    Unlock(Ending),
    Over(Ending),
}

/// How long a lock holds without being renewed, and when it is renewed.
const HOLDS: SignedDuration = SignedDuration::from_mins(60);
const RENEW: SignedDuration = SignedDuration::from_mins(20);
/// How long Systems Manager may take to know a command that it took, and a tag to be seen.
const UNKNOWN: SignedDuration = SignedDuration::from_mins(3);
/// How long an instance may take to become healthy.
const ARRIVES: SignedDuration = SignedDuration::from_mins(10);
const LOOK: SignedDuration = SignedDuration::from_secs(5);

/// A deployment to instances.
#[derive(Debug)]
pub struct Rollout {
    plan: Plan,
    recipe: Recipe,
    aim: ComposeTarget,
    members: Vec<Member>,
    user: String,
    phase: Phase,
    lock: Option<String>,
    renewing: bool,
    again: Option<String>,
    attempt: Attempt,
    /// Whether that was waited for.
    waited: bool,
    took_over: Option<String>,
    remembered: Option<String>,
    found: Vec<ScriptReport>,
    commit: Option<String>,
    done: Vec<bool>,
    /// Why the instance at hand goes back to what it ran.
    trouble: Option<String>,
    touched: bool,
    /// Something may be out of the group.
    out: bool,
    output: Vec<String>,
}

impl Rollout {
    /// A deployment by `user`. `plan.on` is the target group, `members` its instances in the order they are done.
    #[must_use]
    pub fn new(plan: Plan, recipe: Recipe, aim: ComposeTarget, members: Vec<Member>, user: String) -> Self {
        Self {
            found: vec![ScriptReport::default(); members.len()],
            done: vec![false; members.len()],
            plan,
            recipe,
            aim,
            members,
            user,
            phase: Phase::Begin,
            lock: None,
            renewing: false,
            again: None,
            attempt: Attempt::default(),
            waited: false,
            took_over: None,
            remembered: None,
            commit: None,
            trouble: None,
            touched: false,
            out: false,
            output: Vec::new(),
        }
    }

    fn group(&self) -> &ResourceId {
        &self.plan.on
    }

    fn name(&self, at: usize) -> &str {
        self.members.get(at).map_or("?", |member| member.name.as_str())
    }

    /// A step's own plan.
    fn part(&self, message: String, on: &ResourceId, call: &str) -> Plan {
        Plan::new(message, self.plan.environment.clone(), on.clone(), vec![call.to_owned()])
    }

    fn label(&self, message: &str, set: Vec<(&'static str, String)>, drop: Vec<&'static str>) -> Box<dyn Change> {
        let call = if set.is_empty() { "elasticloadbalancing:RemoveTags" } else { "elasticloadbalancing:AddTags" };
        Box::new(Labelling { plan: self.part(message.to_owned(), self.group(), call), set, drop })
    }

    fn fresh_lock(&mut self, now: Timestamp) -> (&'static str, String) {
        let until = now.checked_add(HOLDS).unwrap_or(now);
        let text = Lock { user: self.user.clone(), until }.text();
        self.lock = Some(text.clone());
        (LOCK, text)
    }

    fn register(&self, at: usize, into: bool) -> Step {
        let Some(member) = self.members.get(at) else { return Step::Wait(LOOK) };
        let (message, call) = match into {
            true => (format!("take {} into the group", member.name), "elasticloadbalancing:RegisterTargets"),
            false => (format!("take {} out of the group", member.name), "elasticloadbalancing:DeregisterTargets"),
        };
        let plan = self.part(message, self.group(), call);
        Step::Act(vec![Box::new(Registering { plan, target: member.id.clone(), port: member.port, into })])
    }

    fn targets<'a>(&self, observation: &Observation<'a>) -> &'a [Target] {
        let health = observation.world.by_key::<TargetHealth>(&self.plan.scope, &self.group().key);
        health.map_or(&[], |health| &health.targets)
    }

    fn target<'a>(&self, at: usize, observation: &Observation<'a>) -> Option<&'a Target> {
        let member = self.members.get(at)?;
        self.targets(observation).iter().find(|target| target.id == member.id && target.port == Some(member.port))
    }

    /// Whether the instance takes part in the group: an answer of today's reading.
    fn is_in(&self, at: usize, observation: &Observation<'_>) -> bool {
        self.target(at, observation).is_some_and(|target| !matches!(target.state.as_str(), "unused" | "draining"))
    }

    /// How many others serve.
    fn others(&self, at: usize, observation: &Observation<'_>) -> usize {
        let own = self.members.get(at).map_or("", |member| member.id.as_str());
        self.targets(observation).iter().filter(|target| target.id != own && target.state == "healthy").count()
    }

    fn tags<'a>(&self, observation: &Observation<'a>) -> Option<&'a DeployLock> {
        observation.world.by_key::<DeployLock>(&self.plan.scope, &self.group().key)
    }

    /// The commit an instance goes back to.
    fn before(&self, at: usize) -> Option<&str> {
        let aim = self.commit.as_deref();
        let own = self.found.get(at).and_then(|found| found.head.as_deref());
        let others = self.found.iter().filter_map(|found| found.head.as_deref());
        let not_aim = |commit: &&str| Some(*commit) != aim;
        own.into_iter().chain(others).find(not_aim).or_else(|| self.remembered.as_deref().filter(not_aim))
    }

    /// What the instance at hand is to run: the aim, or what it ran before once something failed.
    fn wanted(&self, at: usize) -> Option<String> {
        if self.trouble.is_some() { self.before(at).map(str::to_owned) } else { self.commit.clone() }
    }

    /// Gives the lock back and ends.
    fn finish(&mut self, ending: Ending) -> Step {
        self.phase = Phase::Unlock(ending);
        // What is out of the group stays noted, so that the next run finds it.
        let drop = if self.out { vec![LOCK] } else { vec![LOCK, OUT] };
        Step::Act(vec![self.label("give the lock back", Vec::new(), drop)])
    }

    /// Something failed on an instance: it goes back to what it ran, or is left as it is if it was going back already.
    fn fail(&mut self, at: usize, why: String) -> Step {
        let name = self.name(at).to_owned();
        if let Some(first) = &self.trouble {
            let message = format!(
                "{name} failed twice: {first}; going back: {why}. It is not serving; {}. Look at it, then run the \
                 deployment again: it begins with {name}",
                self.rest(at)
            );
            return self.finish(Ending::incomplete(message));
        }
        if self.before(at).is_none() {
            let message = format!("{name}: {why}. There is no earlier commit to go back to; {}", self.rest(at));
            self.trouble = Some(why);
            return self.finish(Ending::incomplete(message));
        }
        self.trouble = Some(why);
        self.phase = Phase::Place(at);
        Step::Wait(SignedDuration::ZERO)
    }

    /// What stands on the other instances.
    fn rest(&self, at: usize) -> String {
        let names = |wanted: bool| -> Vec<&str> {
            let each = self.members.iter().zip(&self.done).enumerate();
            each.filter(|(place, (_, done))| *place != at && **done == wanted)
                .map(|(_, (one, _))| one.name.as_str())
                .collect()
        };
        let aim = self.commit.as_deref().map_or("the new commit", short);
        match (names(true).join(", "), names(false).join(", ")) {
            (new, old) if new.is_empty() && old.is_empty() => "there is no other instance".to_owned(),
            (new, old) if new.is_empty() => format!("{old} untouched"),
            (new, old) if old.is_empty() => format!("{new} on {aim}"),
            (new, old) => format!("{new} on {aim}, {old} untouched"),
        }
    }

    /// Keeps the lock: tells that it was lost, or renews it.
    fn keep(&mut self, observation: &Observation<'_>) -> Option<Step> {
        let ours = self.lock.clone()?;
        if matches!(self.phase, Phase::Begin | Phase::Locking(_) | Phase::Unlock(_) | Phase::Over(_)) {
            return None;
        }
        let held = self.tags(observation).and_then(|tags| tags.held.as_deref());
        if let Some(other) = held.filter(|held| *held != ours).and_then(Lock::read)
            && other.holds(observation.now)
        {
            let message =
                format!("{} has taken the lock over meanwhile; this deployment stopped where it was", other.user);
            let ending = if self.touched { Ending::incomplete(message) } else { Ending::failed(message) };
            self.phase = Phase::Over(ending.clone());
            return Some(Step::End(ending));
        }
        let left = Lock::read(&ours).map_or(SignedDuration::ZERO, |lock| lock.until.duration_since(observation.now));
        if left > RENEW {
            return None;
        }
        self.renewing = true;
        let lock = self.fresh_lock(observation.now);
        Some(Step::Act(vec![self.label("renew the lock", vec![lock], Vec::new())]))
    }

    fn begin(&mut self, observation: &Observation<'_>) -> Step {
        let Some(tags) = self.tags(observation) else {
            let why = observation
                .faults
                .first()
                .map_or_else(|| "its tags could not be read".to_owned(), |(_, fault)| fault.sentence());
            return Step::End(Ending::failed(format!("nothing was changed: {why}")));
        };
        if let Some(held) = &tags.held {
            let lock = Lock::read(held);
            let holds = lock.as_ref().is_none_or(|lock| lock.holds(observation.now));
            match lock {
                Some(lock) if holds && lock.user != self.user => {
                    let message = format!(
                        "nothing was changed: {} is deploying there, and the lock holds until {} unless it is renewed",
                        lock.user, lock.until
                    );
                    return Step::End(Ending::failed(message));
                }
                None => {
                    let message = format!(
                        "nothing was changed: the tag {LOCK} says {held:?}, which is no lock of toban's; \
                                        take it away if nobody deploys there"
                    );
                    return Step::End(Ending::failed(message));
                }
                Some(lock) => {
                    self.took_over = Some(format!("took over the lock of {} until {}", lock.user, lock.until))
                }
            }
        }
        self.remembered.clone_from(&tags.previous);
        self.out = tags.out.is_some();
        if let Some(out) = tags.drained()
            && !self.members.iter().any(|member| member.id == out.id)
        {
            // Left outside by an earlier run: it goes first.
            self.members.insert(0, Member { name: out.id.clone(), id: out.id, port: out.port });
            self.found.insert(0, ScriptReport::default());
            self.done.insert(0, false);
        }
        let lock = self.fresh_lock(observation.now);
        Step::Act(vec![self.label("take the lock", vec![lock], Vec::new())])
    }

    fn locking(&mut self, since: Timestamp, observation: &Observation<'_>) -> Step {
        let held = self.tags(observation).and_then(|tags| tags.held.clone());
        match held {
            held if held == self.lock => {
                self.phase = Phase::Survey;
                Step::Wait(SignedDuration::ZERO)
            }
            Some(held)
                if Lock::read(&held).is_some_and(|lock| lock.holds(observation.now) && lock.user != self.user) =>
            {
                let message = format!("nothing was changed: somebody else took the lock at the same moment ({held})");
                Step::End(Ending::failed(message))
            }
            _ if observation.now.duration_since(since) > UNKNOWN => {
                self.finish(Ending::failed("nothing was changed: the lock that was taken cannot be seen"))
            }
            _ => Step::Wait(SignedDuration::from_secs(2)),
        }
    }
}

impl Procedure for Rollout {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn wants(&self, _now: Timestamp) -> Vec<ReadRequest> {
        let scope = &self.plan.scope;
        let mut wants = vec![ReadRequest::part(scope, DeployLock::KIND, &self.group().key)];
        match &self.phase {
            Phase::Survey => wants.push(ReadRequest::all(scope, Node::KIND)),
            Phase::Placing(at, run) | Phase::Checking(at, run) => wants.extend(self.watched(&[*at], run)),
            Phase::Migrating(run) => wants.extend(self.watched(&[0], run)),
            Phase::Surveying(run) => {
                let all: Vec<usize> = (0..self.members.len()).collect();
                wants.extend(self.watched(&all, run));
            }
            _ => {}
        }
        wants.push(ReadRequest::part(scope, TargetHealth::KIND, &self.group().key));
        wants
    }

    fn step(&mut self, observation: &Observation<'_>) -> Step {
        // It stands in the report as long as it is waited for.
        if self.again.is_some() && !std::mem::replace(&mut self.waited, true) {
            return Step::Wait(SignedDuration::from_secs(10));
        }
        (self.again, self.waited) = (None, false);
        match self.keep(observation) {
            Some(step) => step,
            None => self.go(observation),
        }
    }

    fn told(&mut self, change_request: &ChangeRequest, got: &Result<Receipt, Fault>, now: Timestamp) {
        if self.renewing && change_request.verb == "label" {
            self.renewing = false;
            return;
        }
        // It is tried again: a script that never left, or what is the same when it is done twice.
        let sent = self.attempt.told_of_repeatable(got, now);
        match got {
            Ok(receipt) => {
                let command = receipt.fact("command").unwrap_or_default().to_owned();
                self.went(Run { command, since: now, lost: None });
            }
            // It may run there: it is looked for by its mark until it is found, and never sent again on a guess.
            Err(fault) if fault.answer_lost && change_request.verb == RunScript::VERB => {
                let mark = change_request.arguments.iter().find(|(name, _)| *name == "mark");
                let command = mark.map(|(_, mark)| mark.clone()).unwrap_or_default();
                self.went(Run { command, since: now, lost: Some(fault.sentence()) });
            }
            Err(fault) if sent == Sent::Later => self.again = Some(fault.sentence()),
            Err(fault) => self.refused(fault),
        }
    }

    fn report(&self, observation: &Observation<'_>) -> Report {
        self.tell(observation)
    }
}
