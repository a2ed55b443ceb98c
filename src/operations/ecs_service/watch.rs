//! Watching one deployment look by look: what to read next, what the looks mean together, and when it is over.
//! Remembers what one look cannot tell: when something last moved, and whether it was ever seen. Pure.

use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::{SignedDuration, Timestamp};

use super::verdict::{Ours, ServiceObservation, Verdict, judge, record_of};
use crate::change::Ending;
use crate::change::procedure::{Observation, Step};
use crate::kinds::ecs_service::delivery::{Delivery, Times, standing};
use crate::kinds::ecs_service::{Service, primary};
use crate::kinds::ecs_task::stop_cause::{cause, failures};
use crate::kinds::ecs_task::{Container, Task};
use crate::kinds::log_tail::{self, LogTail};
use crate::kinds::service_deployment::ServiceDeployment;
use crate::kinds::target_health::TargetHealth;
use crate::kinds::task_definition::{TaskDefinition, revision_name};
use crate::text::span;
use crate::world::read_request::ReadRequest;
use crate::world::{Arn, Fault, Resource, ResourceId};

/// Nothing moved for this long: stalled.
pub(super) const STALLED: SignedDuration = SignedDuration::from_mins(10);
/// Looks are this far apart at first, and for this long.
const EAGER: (SignedDuration, SignedDuration) = (SignedDuration::from_secs(5), SignedDuration::from_mins(2));
/// And this far after that.
const PATIENT: SignedDuration = SignedDuration::from_secs(10);
/// A deployment that an answer does not name may be too new for it, for this long.
const TOO_NEW: SignedDuration = SignedDuration::from_secs(60);
/// How long ECS may take from giving up a deployment to rolling it back.
const TURNING: SignedDuration = SignedDuration::from_secs(90);
/// How long targets may take to pass their checks, and a listener to send traffic, once ECS counts it as completed.
const SETTLES: SignedDuration = SignedDuration::from_mins(15);
/// So many looks in a row may fail for a lasting reason.
const BLIND: u32 = 5;

/// What is wanted of the deployment that is watched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RolloutTarget {
    /// That it comes to be.
    Deployed,
    /// That it is taken back.
    TakenBack,
}

/// A deployment being watched.
#[derive(Clone, PartialEq, Debug)]
pub struct Watch {
    /// The service.
    pub(super) id: ResourceId,
    cluster: Arn,
    groups: Vec<Arn>,
    pub(super) ours: Ours,
    aim: RolloutTarget,
    /// When watching began.
    since: Timestamp,
    /// When the deployment began, once it was seen.
    pub(super) began: Option<Timestamp>,
    /// Whether it was among the service's deployments once.
    met: bool,
    /// What the last look showed, as one number, and since when.
    moved: (u64, Timestamp),
    /// Since when it is among the failed ones.
    failed_at: Option<Timestamp>,
    /// Whether it was given up by a circuit breaker that is set not to roll back.
    left: bool,
    /// Whether the newer description may not be read.
    pub(super) no_records: bool,
    /// The most tasks others than ours were seen to have.
    pub(super) most_old: u32,
    /// The log that tells why its tasks fail: part, container, task.
    pub(super) log: Option<(String, String, String)>,
    /// Why its tasks fail, if they do.
    trouble: Option<String>,
    /// Revisions whose definition is not known yet.
    unknown: bool,
    blind: u32,
    /// Since when ECS counts it as completed while something else does not say so.
    settling: Option<Timestamp>,
    /// Whether it was begun here: a record from before is another's then.
    begun_here: bool,
    /// The pause that was answered here, and when.
    answered: Option<(String, Timestamp)>,
    /// Whether that is still waiting for an answer.
    unheard: bool,
    /// Whether standing still is no bad sign: it bakes or waits.
    patient: bool,
    /// What it does, in words, where ECS's record tells more than counts of tasks.
    pub(super) doing: Option<String>,
    pub(super) verdict: Verdict,
}

impl Watch {
    /// Watches `ours` on `service` from `now` on.
    #[must_use]
    pub fn new(id: ResourceId, service: &Service, ours: Ours, aim: RolloutTarget, now: Timestamp) -> Self {
        Self {
            id,
            cluster: service.cluster.clone(),
            groups: service.target_groups().into_iter().cloned().collect(),
            ours,
            aim,
            since: now,
            began: None,
            met: false,
            moved: (0, now),
            failed_at: None,
            left: false,
            no_records: false,
            most_old: service.running,
            log: None,
            trouble: None,
            unknown: true,
            blind: 0,
            settling: None,
            begun_here: true,
            answered: None,
            unheard: false,
            patient: false,
            doing: None,
            verdict: Verdict::Unseen,
        }
    }

    /// The same of a deployment that was there before: its record is the one that is named.
    #[must_use]
    pub fn of_before(self) -> Self {
        Self { begun_here: false, ..self }
    }

    /// The same once the pause `hook` was answered.
    #[must_use]
    pub fn answered(self, hook: String, now: Timestamp) -> Self {
        Self { answered: Some((hook, now)), ..self }
    }

    /// What to read before the next look.
    #[must_use]
    pub fn wants(&self) -> Vec<ReadRequest> {
        let scope = &self.id.scope;
        let mut all = vec![
            ReadRequest::part(scope, Service::KIND, self.cluster.as_str()),
            ReadRequest::part(scope, Task::KIND, self.cluster.as_str()),
        ];
        all.extend(self.groups.iter().map(|group| ReadRequest::part(scope, TargetHealth::KIND, group.as_str())));
        if !self.no_records {
            all.push(ReadRequest::part(scope, ServiceDeployment::KIND, &self.id.key));
        }
        if self.unknown {
            all.push(ReadRequest::all(scope, TaskDefinition::KIND));
        }
        all.extend(self.log.iter().map(|(part, ..)| ReadRequest::part(scope, LogTail::KIND, part)));
        all
    }

    /// Takes a look; says what comes next.
    pub fn look(&mut self, observation: &Observation<'_>) -> Step {
        if let Some(fault) = self.hidden(observation) {
            self.blind += 1;
            if self.blind < BLIND {
                return Step::Wait(PATIENT);
            }
            return Step::End(Ending::incomplete(format!(
                "toban cannot see the service any more, and does not know how it ends: {}; the rollout goes on inside ECS, \
                 and `watch` on the service picks it up again",
                fault.sentence()
            )));
        }
        self.blind = 0;
        self.no_records |= observation.faults.iter().any(|(want, _)| want.kind == ServiceDeployment::KIND);
        self.with(observation, |watch, seen| watch.note(seen, observation));
        if let Some(step) = self.over(observation.now) {
            return step;
        }
        let eager = observation.now.duration_since(self.since) < EAGER.1;
        Step::Wait(if eager { EAGER.0 } else { PATIENT })
    }

    /// Why the service cannot be seen, if it cannot. That its cluster is gone is an answer.
    fn hidden<'a>(&self, observation: &Observation<'a>) -> Option<&'a Fault> {
        let of_service = observation.faults.iter().find(|(want, _)| want.kind == Service::KIND);
        of_service.map(|(_, fault)| fault).filter(|fault| fault.kind != crate::world::FaultKind::Gone)
    }

    /// Hands what is seen now to `use_it`.
    pub(super) fn with<T>(
        &mut self,
        observation: &Observation<'_>,
        use_it: impl FnOnce(&mut Self, &ServiceObservation<'_>) -> T,
    ) -> T {
        let watch = self.clone();
        watch.seen(observation, |seen| use_it(self, seen))
    }

    /// The same for who only reads.
    pub(super) fn seen<T>(
        &self,
        observation: &Observation<'_>,
        use_it: impl FnOnce(&ServiceObservation<'_>) -> T,
    ) -> T {
        let (world, scope) = (observation.world, &self.id.scope);
        let gone = observation.faults.iter().any(|(want, _)| want.kind == Service::KIND);
        let service = world.get::<Service>(&self.id).filter(|_| !gone);
        let name = service.map(|service| service.name.as_str());
        let tasks: Vec<&Task> = world
            .all::<Task>(scope)
            .filter(|task| task.cluster == self.cluster && task.service().is_some() && task.service() == name)
            .collect();
        let hidden = |want: &ReadRequest| observation.faults.iter().any(|(unseen, _)| unseen == want);
        let health: Vec<&TargetHealth> = self
            .groups
            .iter()
            .filter(|group| !hidden(&ReadRequest::part(scope, TargetHealth::KIND, group.as_str())))
            .filter_map(|group| world.by_key::<TargetHealth>(scope, group.as_str()))
            .collect();
        let listed = world.all::<ServiceDeployment>(scope).filter(|_| !self.no_records);
        let beside = service.and_then(|service| service.delivery.record.as_ref());
        let of_it = |one: &&ServiceDeployment| *one.service.as_str() == *self.id.key;
        let mine: Vec<&ServiceDeployment> = beside.into_iter().chain(listed).filter(of_it).collect();
        let named = |one: &&ServiceDeployment| self.ours.record.as_ref() == Some(&one.arn) && !self.is_from_before(one);
        let record = mine.iter().copied().find(named);
        let record = record.or_else(|| record_of(mine, &self.ours.id, &self.ours.to, self.began));
        use_it(&ServiceObservation { service, record, tasks: &tasks, health: &health })
    }

    /// Whether a record is older than what was begun here: AWS's answer named the one before.
    fn is_from_before(&self, record: &ServiceDeployment) -> bool {
        self.begun_here && record.created_at.is_some_and(|at| at + TOO_NEW < self.since)
    }

    /// Takes note of a look.
    fn note(&mut self, seen: &ServiceObservation<'_>, observation: &Observation<'_>) {
        let now = observation.now;
        let mine = seen.service.and_then(|service| service.deployments.iter().find(|one| one.id == self.ours.id));
        self.began = self.began.or(mine.and_then(|mine| mine.created_at));
        let old = seen.service.map_or(0, |service| {
            service.deployments.iter().filter(|one| one.id != self.ours.id).map(|one| one.running).sum()
        });
        self.most_old = self.most_old.max(old);
        self.met |= mine.is_some();
        self.note_delivery(seen, now);
        // What was never told of yet and is not told of now may be too new for this answer: the old deployment in it is
        // no rollback.
        let too_new = !self.met && seen.record.is_none() && now.duration_since(self.since) < TOO_NEW;
        self.verdict = match judge(&self.ours, seen) {
            Verdict::RolledBack { .. } | Verdict::Superseded { .. } if too_new => Verdict::Unseen,
            verdict => verdict,
        };
        let settles = matches!(self.verdict, Verdict::Settling(_) | Verdict::Misrouted(_));
        self.settling = settles.then(|| self.settling.unwrap_or(now));
        let fingerprint = fingerprint(seen);
        if self.moved.0 != fingerprint {
            self.moved = (fingerprint, now);
        }
        if let Verdict::Failed(why) = &self.verdict {
            self.failed_at = self.failed_at.or(Some(now));
            let breaker = seen.service.and_then(|service| service.breaker.as_ref());
            // Alarms may roll back what the breaker did not give up, so its words must say that it was the breaker.
            self.left = breaker.is_some_and(|breaker| breaker.enabled && !breaker.rollback)
                && why.as_ref().is_some_and(|why| why.contains("circuit breaker"));
        }
        let definition = |arn: &Arn| observation.world.by_key::<TaskDefinition>(&self.id.scope, arn.as_str());
        self.unknown = seen.service.is_some_and(|service| {
            service.deployments.iter().any(|deployment| definition(&deployment.task_definition).is_none())
        });
        if let Some((task, container)) = self.failing(seen) {
            self.trouble = cause(task).map(|cause| cause.message.into_owned());
            let defined = definition(&task.task_definition)
                .and_then(|definition| definition.containers.iter().find(|one| one.name == container.name));
            self.log = defined.and_then(|defined| {
                let stream = format!("{}/{}/{}", defined.log_prefix.as_ref()?, defined.name, task.arn.last());
                let part = log_tail::part(defined.log_group.as_ref()?, &stream);
                Some((part, defined.name.clone(), task.arn.last().to_owned()))
            });
        }
    }

    /// What ECS's record tells of it: how it is called among tasks, what it does, and whether an answer was heard.
    fn note_delivery(&mut self, seen: &ServiceObservation<'_>, now: Timestamp) {
        (self.patient, self.doing, self.unheard) = (false, None, false);
        let Some(service) = seen.service else { return };
        let delivery = Delivery::with(service, seen.record);
        self.patient = delivery.is_patient();
        if !delivery.strategy.shifts_traffic() && delivery.awaiting().is_none() {
            return;
        }
        let Some(record) = seen.record else { return };
        if let Some(number) = record.revision.as_ref().map(Arn::last).filter(|number| !number.is_empty()) {
            self.ours.id = format!("ecs-svc/{number}");
        }
        if let Some(to) = &record.task_definition {
            self.ours.to = to.clone();
        }
        self.began = self.began.or(record.created_at);
        self.doing = delivery.record.map(|_| standing(&delivery, Times::spans(now)));
        let waits = delivery.awaiting().map(|awaiting| awaiting.hook);
        self.unheard = self.answered.as_ref().is_some_and(|(hook, _)| waits == Some(hook));
    }

    /// Tasks of this deployment that stopped for no good, newest first.
    pub(super) fn stopped<'a>(&self, seen: &ServiceObservation<'a>) -> Vec<&'a Task> {
        let failed = |task: &&&Task| {
            task.started_by.as_deref() == Some(&self.ours.id) && failures(std::slice::from_ref(*task), None).is_some()
        };
        let mut all: Vec<&Task> =
            seen.tasks.iter().filter(failed).filter(|task| cause(task).is_some()).copied().collect();
        all.sort_by(|a, b| b.stopped_at.cmp(&a.stopped_at).then_with(|| a.arn.cmp(&b.arn)));
        all
    }

    /// The container that made the newest of them fail.
    pub(super) fn failing<'a>(&self, seen: &ServiceObservation<'a>) -> Option<(&'a Task, &'a Container)> {
        let task = self.stopped(seen).into_iter().next()?;
        let bad =
            |container: &&Container| container.reason.is_some() || container.exit_code.is_some_and(|code| code != 0);
        let container = task.containers.iter().find(bad).or_else(|| task.containers.first())?;
        Some((task, container))
    }

    /// Since when nothing moved, if that is long.
    #[must_use]
    pub fn stalled(&self, now: Timestamp) -> Option<Timestamp> {
        let goes_on =
            matches!(self.verdict, Verdict::Moving | Verdict::Settling(_) | Verdict::Misrouted(_) | Verdict::Unseen)
                || matches!(self.verdict, Verdict::RolledBack { settled: false, .. });
        (goes_on && !self.patient && now.duration_since(self.moved.1) >= STALLED).then_some(self.moved.1)
    }

    /// The end, if this is one.
    fn over(&self, now: Timestamp) -> Option<Step> {
        let name = self.id.key.rsplit('/').next().unwrap_or(&self.id.key);
        let to = revision_name(&self.ours.to);
        let took =
            self.began.map(|began| format!(" after {}", span(now.duration_since(began).as_secs()))).unwrap_or_default();
        let trouble = self.trouble.as_ref().map(|why| format!("; a task failed: {why}")).unwrap_or_default();
        let ending = match (&self.verdict, self.aim) {
            (Verdict::Moving, _) if self.is_unheard(now) => Ending::incomplete(format!(
                "AWS did not take the answer: the deployment of {to} still waits for one; look at it and answer again"
            )),
            (Verdict::Moving, _) => return None,
            (Verdict::Settling(_) | Verdict::Misrouted(_), _) if !self.has_settled(now) => return None,
            (Verdict::Settling(waiting), _) => Ending::incomplete(format!(
                "{to} is completed by ECS, and {} still not healthy {} later; look at their target group{trouble}",
                are(*waiting),
                span(SETTLES.as_secs())
            )),
            (Verdict::Misrouted(share), _) => Ending::incomplete(format!(
                "{to} is completed by ECS, and the listener sends {share} % of the traffic to it {} later; look at its rule",
                span(SETTLES.as_secs())
            )),
            (Verdict::Unseen, _) if now.duration_since(self.since) < TOO_NEW => return None,
            (Verdict::Unseen, _) => Ending::incomplete(format!(
                "the deployment {} is not among those of {name}; somebody else changed the service, look at it",
                self.ours.id
            )),
            (Verdict::Succeeded, RolloutTarget::Deployed) => {
                Ending::done(format!("{name} runs {to}, all its new tasks are there{took}"))
            }
            (Verdict::Succeeded, RolloutTarget::TakenBack) => Ending::incomplete(format!(
                "it came too late: {to} was deployed{took}; roll back to an earlier revision"
            )),
            // What is given up is rolled back presently, where that is set.
            (Verdict::Failed(_), _)
                if self.failed_at.is_none_or(|at| now.duration_since(at) < TURNING) && self.turns() =>
            {
                return None;
            }
            (Verdict::Failed(why), _) => Ending::incomplete(format!(
                "the rollout of {to} failed{}{trouble}; what was running before may still serve: roll back, or deploy a better one",
                said(why.as_deref())
            )),
            (Verdict::RolledBack { settled: false, .. }, _) => return None,
            (Verdict::RolledBack { to: back, .. }, RolloutTarget::TakenBack) => {
                Ending::done(format!("{name} is back on {}{took}", revision_name(back)))
            }
            (Verdict::RolledBack { to: back, why, .. }, RolloutTarget::Deployed) => Ending::incomplete(format!(
                "{to} was rolled back{}{trouble}; {name} runs {} again",
                said(why.as_deref()),
                revision_name(back)
            )),
            (Verdict::Superseded { by, to: other }, _) => Ending::incomplete(format!(
                "another deployment replaced {to}: {by}, to {}; this one was not watched to its end",
                revision_name(other)
            )),
            (Verdict::Deleted(why), _) => Ending::incomplete(format!("{name} is no longer deployed: {why}")),
        };
        Some(Step::End(self.with_what_was_left_out(ending)))
    }

    /// Names the source that the end is told without.
    fn with_what_was_left_out(&self, ending: Ending) -> Ending {
        if !self.no_records {
            return ending;
        }
        let message = format!("{}; ECS's record of it could not be read (ecs:ListServiceDeployments)", ending.message);
        Ending { message, ..ending }
    }

    fn is_unheard(&self, now: Timestamp) -> bool {
        let long_ago = self.answered.as_ref().is_some_and(|(_, at)| now.duration_since(*at) >= TOO_NEW);
        self.unheard && long_ago
    }

    /// Whether what ECS counts as completed had its time.
    fn has_settled(&self, now: Timestamp) -> bool {
        self.settling.is_some_and(|since| now.duration_since(since) >= SETTLES)
    }

    /// Whether ECS may yet roll back what it gave up.
    fn turns(&self) -> bool {
        self.failed_at.is_some() && !self.left && !matches!(self.aim, RolloutTarget::TakenBack)
    }
}

fn are(waiting: u32) -> String {
    if waiting == 1 { "1 of its targets is".to_owned() } else { format!("{waiting} of its targets are") }
}

fn said(why: Option<&str>) -> String {
    why.map(|why| format!(" ({})", why.trim_end_matches('.'))).unwrap_or_default()
}

/// What a look shows, as one number that changes when anything moves.
fn fingerprint(seen: &ServiceObservation<'_>) -> u64 {
    let mut hash = DefaultHasher::new();
    if let Some(service) = seen.service {
        primary(service).map(|first| &first.id).hash(&mut hash);
        service.events.first().map(|event| &event.id).hash(&mut hash);
        for one in &service.deployments {
            (&one.id, &one.status, one.desired, one.running, one.pending, one.failed, &one.rollout).hash(&mut hash);
        }
    }
    if let Some(record) = seen.record {
        record.fingerprint(&mut hash);
    }
    for target in seen.health.iter().flat_map(|health| &health.targets) {
        (&target.id, &target.state).hash(&mut hash);
    }
    hash.finish()
}
