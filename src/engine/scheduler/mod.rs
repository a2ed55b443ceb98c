//! Executes the edges of environments whose backend is `local`: looks, does what is due, through the gate and into
//! the journal, and says when to look again. Safe with several running: a lock an environment, an execution log for
//! all.
//! Touches the outside through `Cloud`, `os` and the execution log only.

mod drift_grace;
pub mod execution_log;
pub mod run_loop;
use crate::overview::EnvironmentStatus;
use futures_util::future::BoxFuture;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::stream::{FuturesUnordered, StreamExt};
use jiff::{SignedDuration, Timestamp};

use super::execute::{JournalWriter, entry_id, execute};
use super::headless::{self, Snapshot, View};
use super::journal::{BY_SCHEDULE, Line, MISSED};
use super::memory::Memory;
use super::run_procedure::{ProcedureRun, run_procedure};
use crate::change::gate::{Admitted, Confirmation, Gate, GateContext, Guard};
use crate::change::plan::Plan;
use crate::change::procedure::Proposal;
use crate::change::{Ending, How};
use crate::cloud::{Cloud, at_work};
use crate::environment::{ConfiguredEnvironments, EnvironmentConfig};
use crate::offhours::{OffHours, ScheduledMember};
use crate::operations::ActionContext;
use crate::operations::environment_actions;
use crate::schedule::drift::{Drift, enforce};
use crate::schedule::{ActionKey, Actual, Backend, Cause, Due, Intent, Mode, PowerAction, Transition, wording};
use crate::world::{EnvironmentName, Fault, FaultKind, KindName, ResourceId, SchedulerHeartbeat, Speed};
use drift_grace::Sighting;
use execution_log::{ExecutionLog, State};
pub use run_loop::run_loop;

/// How often is looked when nothing is due: overrides of colleagues are seen no later than this.
const PATROL: SignedDuration = SignedDuration::from_mins(5);
/// How seldom at most, however fast the cloud's time runs: an edge must not come too late to be done unasked.
const SELDOM: SignedDuration = SignedDuration::from_mins(30);
/// How often at most in our time: a simulated account must not do nothing but be looked at.
const OFTEN: SignedDuration = SignedDuration::from_millis(250);
/// How much time goes by between two looks at least.
const LEAST: SignedDuration = SignedDuration::from_secs(1);
/// How soon what failed is tried again.
const AGAIN: SignedDuration = SignedDuration::from_secs(60);
/// How far back an edge is looked for.
const BACK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Executes edges.
pub struct LocalScheduler {
    /// Where.
    pub cloud: Arc<dyn Cloud>,
    /// The schedules, and the reader's zone.
    pub view: View,
    /// What was done.
    pub execution_log: Arc<ExecutionLog>,
    /// The journal's file; `None` keeps none.
    pub journal: Option<PathBuf>,
    /// Refuses every change if it is read-only.
    pub gate: Gate,
    /// How often to look.
    pub poll_interval: SignedDuration,
}

/// What was due in one environment, done.
struct Done {
    /// Where.
    name: EnvironmentName,
    /// What came of it.
    round: SchedulerRound,
    /// When it was done: from then on its next look counts.
    at: Timestamp,
}

/// What came of one round.
#[derive(Debug, Default)]
pub struct SchedulerRound {
    /// What was done, missed or refused, in sentences.
    pub said: Vec<String>,
    /// What stands in the way and stays there: worth telling once.
    pub standing: Vec<String>,
    /// When to look again.
    pub next: SignedDuration,
}

impl LocalScheduler {
    /// Looks once and does what is due, everywhere at once.
    ///
    /// # Errors
    /// When it cannot be told where to look.
    pub async fn round(&self) -> Result<SchedulerRound, Fault> {
        let here = at_work(&self.cloud);
        let (standing, works) = self.look(&here, &BTreeSet::new()).await?;
        let mut due = plus(here.now(), self.poll_interval);
        let mut round = SchedulerRound { standing, ..SchedulerRound::default() };
        let mut works: FuturesUnordered<_> = works.into_iter().map(|(_, work)| work).collect();
        // Whoever is at work from here on has a door of their own.
        drop(here);
        while let Some(done) = works.next().await {
            due = due.min(plus(done.at, done.round.next));
            round.said.extend(done.round.said);
            round.standing.extend(done.round.standing);
        }
        round.next = due.duration_since(self.cloud.now()).max(LEAST);
        Ok(round)
    }

    /// Looks, and takes up what is due in each environment that nobody is `busy` with. What stands in the way of looking,
    /// and the works: each goes on by itself, for one that takes hours must not keep the others from their edges.
    async fn look(
        &self,
        here: &Arc<dyn Cloud>,
        busy: &BTreeSet<EnvironmentName>,
    ) -> Result<(Vec<String>, Vec<(EnvironmentName, BoxFuture<'static, Done>)>), Fault> {
        let mut snapshot = headless::picture(here, &self.view, &mut |_, _| {}).await?;
        self.record(here, &snapshot).await;
        // Why something is up or down is worth a call only where it is put right, and told.
        let enforced = |it: &EnvironmentStatus| it.offhours.as_deref().is_some_and(is_enforced);
        let unread = headless::explain(&**here, &self.view, &mut snapshot, &enforced).await;
        let standing =
            unread.iter().map(|fault| format!("the cause of the drift is not known: {}", fault.sentence())).collect();
        let ours = |it: &&EnvironmentStatus| {
            let off = it.offhours.as_deref();
            off.is_some_and(|off| off.routine.acts_here() && !off.exceptions.protect)
        };
        let names: Vec<EnvironmentName> =
            snapshot.picture.environments.iter().filter(ours).map(|it| it.name.clone()).collect();
        let snapshot = Arc::new(snapshot);
        let free = names.into_iter().filter(|name| !busy.contains(name));
        Ok((standing, free.map(|name| (name.clone(), self.take_up(name, Arc::clone(&snapshot)))).collect()))
    }

    /// Keeps what happened: whoever runs at night sees what nobody else does. A round never waits or fails for it.
    async fn record(&self, here: &Arc<dyn Cloud>, snapshot: &Snapshot) {
        let ExecutionLog::Kept(dir) = &*self.execution_log else { return };
        if snapshot.world.scopes().iter().all(|scope| here.kept_as(scope).is_none()) {
            return;
        }
        match Memory::open(dir) {
            Ok(memory) => {
                headless::keep(here, Some(&memory), snapshot, &self.view);
                // One round may be all there is.
                let _ = tokio::task::spawn_blocking(move || memory.finish()).await;
            }
            Err(fault) => tracing::warn!(%fault, "what happened is not remembered"),
        }
    }

    /// What is due in one environment, by a local scheduler behind a door of its own.
    fn take_up(&self, name: EnvironmentName, snapshot: Arc<Snapshot>) -> BoxFuture<'static, Done> {
        let (view, execution_log, journal) = (self.view.clone(), Arc::clone(&self.execution_log), self.journal.clone());
        let own = Self {
            cloud: at_work(&self.cloud),
            view,
            execution_log,
            journal,
            gate: self.gate,
            poll_interval: self.poll_interval,
        };
        Box::pin(async move {
            let mut round = SchedulerRound { next: own.poll_interval, ..SchedulerRound::default() };
            if let Some(environment) = snapshot.picture.environment(&name)
                && let Some(off) = environment.offhours.as_deref()
            {
                let again = match own.keep(environment, off, &snapshot, &mut round).await {
                    Ok(true) => None,
                    Ok(false) => Some(AGAIN),
                    Err(fault) => {
                        round.said.push(format!("{name}: {}", fault.sentence()));
                        Some(AGAIN)
                    }
                };
                let now = own.cloud.now();
                let transition = off.intent().next(now).map(|transition| transition.issue_at.duration_since(now));
                round.next = [again, transition].into_iter().flatten().fold(round.next, SignedDuration::min).max(LEAST);
            }
            Done { name, round, at: own.cloud.now() }
        })
    }

    /// Does what is due in one environment; `false` if it has to be tried again soon.
    async fn keep(
        &self,
        environment: &EnvironmentStatus,
        off: &OffHours,
        snapshot: &Snapshot,
        round: &mut SchedulerRound,
    ) -> Result<bool, Fault> {
        let now = self.cloud.now();
        let unwritten =
            |why: std::io::Error| Fault::new(FaultKind::Refused, "keeping the schedule's ledger", why.to_string());
        // Somebody else is at it: theirs to finish, and seen done the next time.
        let Some(_held) = self.execution_log.hold(environment.name.as_str()).map_err(unwritten)? else {
            return Ok(false);
        };
        self.execution_log.look(environment.name.as_str(), now).map_err(unwritten)?;
        // Beside an override that nobody could read nothing is done: the edge may be one that it puts off.
        if let Some(why) = off.record.unknown() {
            let message = format!(
                "{}: {why}; its schedule is paused, because its overrides and holds are not known",
                environment.name
            );
            round.standing.push(message);
            return Ok(false);
        }
        let known = self.execution_log.read().map_err(unwritten)?;
        let sighted = drift_grace::sighted(&self.execution_log, &known, off, (snapshot.at, now)).map_err(unwritten)?;
        // The first moment at which one of them has been wrongly up for long enough.
        let ripe = drift_grace::ripe(&sighted, off).filter(|at| *at > now);
        round.next = ripe.map_or(round.next, |at| round.next.min(at.duration_since(now)));
        let settled: BTreeSet<ActionKey> =
            known.into_iter().filter(|(_, state)| state.is_settled()).map(|(key, _)| key).collect();
        let since = now.checked_sub(BACK).unwrap_or(now);
        let mut open: Option<(Transition, Vec<ActionKey>)> = None;
        let mut missed: Option<(Transition, Vec<ActionKey>)> = None;
        // What is corrected, and why it drifted.
        let mut righted: Vec<String> = Vec::new();
        let disabled_reason = environment.others.bar_enforcing();
        for (it, drift) in off.scheduled_members.iter().zip(&off.drifts).filter(|(it, _)| it.id.is_some()) {
            let key = |transition: &Transition| ActionKey::new(it.arn.as_str(), transition);
            // Edges of what AWS keeps are AWS's; what drifts between them is put right from here.
            let ours = off.routine.backend == Backend::Local;
            let due = if ours { off.intent().due(&it.arn, since, now, &settled) } else { Due::Nothing };
            let transition = match due {
                Due::Execute(transition) => Some(transition),
                Due::Missed { transition, .. } => {
                    missed.get_or_insert_with(|| (transition.clone(), Vec::new())).1.push(key(&transition));
                    None
                }
                Due::Nothing => None,
            };
            // What enforcing puts right is due like an edge of its own, unless somebody else owns it.
            let enforced = || righting(off.intent(), drift, sighted.get(&it.arn), now);
            let transition = match (transition.map_or_else(|| Err(enforced()), Ok), &disabled_reason) {
                (Ok(transition), _) => transition,
                (Err(None), _) => continue,
                (Err(Some(_)), Some(why)) => {
                    let message = self.sentence(it, drift, now);
                    round.standing.push(format!("{}: {message}; it is not corrected: {why}", environment.name));
                    continue;
                }
                (Err(Some(transition)), None) => {
                    righted.push(self.sentence(it, drift, now));
                    transition
                }
            };
            let key = key(&transition);
            open.get_or_insert_with(|| (transition, Vec::new())).1.push(key);
        }
        if let Some((transition, keys)) = missed {
            // What is enforced is put right all the same, however late.
            let righted = is_enforced(off) && disabled_reason.is_none();
            if !righted && !is_so(off, transition.verb) {
                let when = wording::moment(transition.issue_at, &self.view.zone);
                let verb = wording::whole(transition.verb);
                let message = format!(
                    "missed the {verb} of {when}: it is too late to do it now without being asked; `toban {verb} {}` does it",
                    environment.name
                );
                self.journal_missed(environment, &transition, snapshot, &message).await;
                round.said.push(format!("{}: {message}", environment.name));
            }
            self.execution_log.write(&keys, State::Missed).map_err(unwritten)?;
        }
        let Some((transition, keys)) = open else { return Ok(true) };
        self.execution_log.write(&keys, State::Begun).map_err(unwritten)?;
        let why = match transition.cause {
            Cause::Drift | Cause::AutoRestart => righted.join("; "),
            _ => wording::cause(&transition.cause),
        };
        let ending = self.act(environment, &transition, &why, snapshot).await;
        round.said.push(format!(
            "{}: {} ({why}): {}",
            environment.name,
            wording::whole(transition.verb),
            ending.message
        ));
        let given_up = now.duration_since(transition.issue_at) >= off.routine.schedule.retry_window;
        match ending.how {
            How::Done => {
                self.execution_log.write(&keys, State::Done).map_err(unwritten)?;
                drift_grace::righted(&self.execution_log, &sighted, self.cloud.now()).map_err(unwritten)?;
            }
            How::Incomplete | How::Failed if given_up => {
                let (seen, transitions): (Vec<_>, Vec<_>) =
                    keys.into_iter().partition(|key| sighted.values().any(|it| it.key == *key));
                self.execution_log.write(&seen, State::GivenUp).map_err(unwritten)?;
                self.execution_log.write(&transitions, State::Missed).map_err(unwritten)?;
            }
            How::Incomplete | How::Failed => return Ok(false),
        }
        Ok(true)
    }

    /// Writes down that an edge was let go, so that it is found where everything else is.
    async fn journal_missed(
        &self,
        environment: &EnvironmentStatus,
        transition: &Transition,
        snapshot: &Snapshot,
        message: &str,
    ) {
        let Some(scope) = environment.scopes.first() else { return };
        let name = environment.name.as_str();
        let on = ResourceId { kind: KindName("environment"), scope: scope.clone(), key: name.into() };
        let plan =
            Plan::new(format!("{} {name}", wording::whole(transition.verb)), environment.name.clone(), on, Vec::new());
        let who = snapshot.world.identity(scope).cloned();
        let journal_writer = JournalWriter { path: self.journal.clone(), who };
        let (id, now) = (entry_id(&*self.cloud), self.cloud.now());
        let reason = format!(
            "{MISSED}{} {}",
            wording::transition(transition, &self.view.zone),
            wording::cause(&transition.cause)
        );
        journal_writer.close(&Line::started(&id, now, &plan, journal_writer.who.as_ref(), Some(&reason))).await;
        journal_writer.close(&Line::closed(&id, now, &Ending::failed(message))).await;
    }

    /// Puts the whole environment to sleep, or wakes it.
    async fn act(
        &self,
        environment: &EnvironmentStatus,
        transition: &Transition,
        why: &str,
        snapshot: &Snapshot,
    ) -> Ending {
        let verb = wording::whole(transition.verb);
        let proposal = self.proposal(environment, snapshot, verb);
        let proposal = match proposal {
            Some(Ok(proposal)) => proposal,
            Some(Err(why)) => return Ending::failed(why),
            None => return Ending::failed("it has no members"),
        };
        let plan = proposal.plan();
        let at = GateContext {
            protected: environment.protected,
            pinned: self
                .view
                .configured_environments
                .of(&environment.name)
                .and_then(|environment_config| environment_config.account.clone()),
            region: self
                .view
                .configured_environments
                .of(&environment.name)
                .and_then(|environment_config| environment_config.region.clone()),
            account: snapshot.world.account(&plan.scope),
            read_at: environment.read_at,
            now: self.cloud.now(),
            speed: snapshot.world.speed(),
            // Locks and rules are for people; what the same file schedules it means.
            guard: Guard::NONE,
        };
        let reason = format!("{BY_SCHEDULE}{} {why}", wording::transition(transition, &self.view.zone));
        let journal_writer =
            JournalWriter { path: self.journal.clone(), who: snapshot.world.identity(&plan.scope).cloned() };
        match self.gate.allow(proposal, &Confirmation::Yes, Some(reason), &at) {
            Ok(Admitted::Change(approved)) => match execute(&*self.cloud, &approved, &journal_writer, None).await {
                Ok(receipt) => Ending::done(receipt.message.unwrap_or_else(|| "done".to_owned())),
                Err(fault) => Ending::failed(fault.sentence()),
            },
            Ok(Admitted::Procedure(license, procedure)) => {
                let procedure_run = ProcedureRun { id: 0, license, procedure, limit: None };
                run_procedure(
                    &*self.cloud,
                    procedure_run,
                    snapshot.world.clone(),
                    (&journal_writer, false),
                    &mut |_| {},
                )
                .await
            }
            Err(refused) => Ending::failed(refused.to_string()),
        }
    }

    /// That one of them is not as it should be, and why.
    fn sentence(&self, it: &ScheduledMember, drift: &Drift, now: Timestamp) -> String {
        let message = wording::drifted(drift, now, &self.view.zone).unwrap_or_default();
        format!("{} {message}", it.member.label())
    }

    fn proposal(
        &self,
        environment: &EnvironmentStatus,
        snapshot: &Snapshot,
        verb: &str,
    ) -> Option<Result<Proposal, String>> {
        let (scope, when) = (environment.scopes.first()?, (snapshot.at, &self.view.zone));
        let propose = |context: &ActionContext<'_>| environment_actions::propose(verb, None, context);
        Some(ActionContext::within(environment, scope, &snapshot.world, when, propose))
    }
}

/// `at` moved on, stopping at the end of time.
fn plus(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// Whether what drifts of it is put right by whoever executes its edges.
fn is_enforced(off: &OffHours) -> bool {
    off.routine.acts_here() && off.routine.schedule.mode == Mode::Enforce && !off.exceptions.protect
}

/// How often is looked where nothing is due, at a cloud whose time runs at `speed`.
#[must_use]
pub fn poll_interval(speed: Speed) -> SignedDuration {
    PATROL.max(speed.of_ours(OFTEN).min(SELDOM))
}

/// What enforcing does about a drift now. It is the same action as long as the drift lasts, whoever takes it and however
/// often: its name is when the drift was first seen.
fn righting(intent: Intent<'_>, drift: &Drift, seen: Option<&Sighting>, now: Timestamp) -> Option<Transition> {
    let seen = seen.filter(|seen| !seen.given_up)?;
    let transition = enforce(intent, drift, Some(seen.key.at), now)?;
    // How long it is tried counts from when it could be done first.
    let issue_at = match transition.verb {
        PowerAction::Start => seen.key.at,
        PowerAction::Stop => transition.issue_at.max(seen.key.at),
    };
    Some(Transition { at: seen.key.at, issue_at, ..transition })
}

/// Whether everything is where `verb` leads already.
fn is_so(off: &OffHours, verb: PowerAction) -> bool {
    off.scheduled_members.iter().filter(|it| it.id.is_some()).all(|it| match verb {
        PowerAction::Stop => it.actual == Actual::Down,
        PowerAction::Start => it.actual.is_serving(),
    })
}

/// What is known of whoever executes schedules on this machine; `None` where no environment's edges are theirs.
#[must_use]
pub fn heartbeat(
    configured_environments: &ConfiguredEnvironments,
    execution_log: &ExecutionLog,
    now: Timestamp,
) -> Option<std::io::Result<SchedulerHeartbeat>> {
    let names: Vec<EnvironmentName> = configured_environments
        .environments
        .iter()
        .filter(|environment_config| is_ours(environment_config))
        .map(|environment_config| environment_config.name.clone())
        .collect();
    (!names.is_empty()).then(|| execution_log.heartbeat(&names, now))
}

/// Whether something of an environment's schedule is done by whoever runs on this machine.
#[must_use]
pub fn is_ours(environment_config: &EnvironmentConfig) -> bool {
    environment_config.routine.as_ref().is_some_and(|it| it.acts_here())
}

#[cfg(test)]
mod tests;
