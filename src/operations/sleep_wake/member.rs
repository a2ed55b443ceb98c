//! One member of an environment that sleeps and wakes: how it is seen, and what was asked of it so far. Pure; what is
//! kept here only spares AWS a second call: everything that must not be lost stands in tags and in what is seen.

use jiff::{SignedDuration, Timestamp};

use crate::change::gate::Change;
use crate::change::procedure::Observation;
use crate::change::receipt::Receipt;
use crate::kinds::catalog::kind;
use crate::kinds::ecs_service::{Service, memory_in};
use crate::kinds::schedule_group::change::SchedulePlace;
use crate::kinds::schedule_record::change::{About, Note};
use crate::kinds::schedule_record::{Notes, arn_of};
use crate::offhours::stranger;
use crate::operations::power::RETRY_WINDOW;
use crate::schedule::stored::tag_record::key_of;
use crate::schedule::stored::tags;
use crate::schedule::transition::Rejection;
use crate::schedule::transition::sleep_wake_order::{How, MemberState, NextStage, StageAction};
use crate::schedule::transition::start_stop::{MAX_TRIES, RETRY, STALE};
use crate::schedule::{Member, MemberKind, Ready, Record, Remembered};
use crate::world::read_request::ReadRequest;
use crate::world::{EnvironmentName, Fault, FaultKind, KindName, Resource, ResourceId, World};

/// Readiness is judged by what targets say, but a member whose targets cannot be seen is judged by itself.
const TARGETS: KindName = KindName("target-health");
/// After a call whose answer got lost: this long before it is made again, longer each time, up to [`RETRY`].
const LOST: SignedDuration = SignedDuration::from_secs(5);

/// One member.
#[derive(Clone, Debug)]
pub struct MemberProgress {
    /// Which resource.
    pub id: ResourceId,
    /// What stage it is in, how many tasks it wakes to and when it is ready.
    pub member: Member,
    /// What has to be read to see how it stands.
    pub reads: Vec<ReadRequest>,
    /// What its environment writes on what it had.
    pub record: Record,
    last: Option<Last>,
    tries: u32,
}

/// The last call made for it.
#[derive(Clone, PartialEq, Debug)]
struct Last {
    act: StageAction,
    at: Timestamp,
    heard: CallOutcome,
}

#[derive(Clone, PartialEq, Debug)]
enum CallOutcome {
    Taken,
    /// Another try after this; why.
    Again(SignedDuration, String),
    /// A person must look.
    No(String),
}

impl MemberProgress {
    /// A member before anything was asked of it.
    #[must_use]
    pub const fn new(id: ResourceId, member: Member, reads: Vec<ReadRequest>) -> Self {
        Self { id, member, reads, record: Record::Tags, last: None, tries: 0 }
    }

    /// The same, where `record` is its environment's: a service is seen and remembered there.
    #[must_use]
    pub fn on(mut self, record: &Record) -> Self {
        if let (Record::Group(group), MemberKind::EcsService) = (record, self.member.kind) {
            self.reads.push(ReadRequest::part(&self.id.scope, Notes::KIND, group));
            self.record = record.clone();
        }
        self
    }

    /// How it stands, as far as can be seen and was heard.
    pub(crate) fn seen(&self, environment: &EnvironmentName, observation: &Observation<'_>) -> MemberState {
        let found = kind(self.id.kind).and_then(|kind| kind.member_state(observation.world, &self.id));
        let mut seen = found.unwrap_or_else(|| MemberState::new(self.member.clone(), How::Gone));
        let name = std::mem::replace(&mut seen.member, self.member.clone());
        seen.member.cluster = name.cluster.or_else(|| self.member.cluster.clone());
        if self.member.ready == Ready::Running {
            seen.unready = None;
            if let How::Service(service) = &mut seen.how {
                service.tasks.ready = true;
            }
        }
        let blind = observation.faults.iter().find(|(want, _)| want.kind != TARGETS && self.reads.contains(want));
        self.recall(&mut seen, observation.world);
        seen.held = match blind {
            Some((_, fault)) => Some(NextStage::Stuck(format!("it cannot be seen: {}", fault.sentence()))),
            None => self.stranger(environment, observation.world).or_else(|| self.held(observation.now)),
        };
        seen
    }

    /// Takes what it had from its environment's record, where a schedule group is that.
    pub(crate) fn recall(&self, seen: &mut MemberState, world: &World) {
        if let (Record::Group(_), How::Service(service)) = (&self.record, &mut seen.how)
            && let Some(item) = world.get::<Service>(&self.id)
            && item.desired > 0
        {
            service.memory = memory_in(item, world, &self.id.scope, &self.record);
        }
    }

    /// What is known of the group that is its record; `None` where its own tags are.
    fn stranger(&self, environment: &EnvironmentName, world: &World) -> Option<NextStage> {
        let notes = world.by_key::<Notes>(&self.id.scope, self.record.group()?)?;
        stranger(environment, notes).map(NextStage::Stuck)
    }

    /// What stands against its next step: a refusal, or a call that has to show first.
    fn held(&self, now: Timestamp) -> Option<NextStage> {
        let last = self.last.as_ref()?;
        match &last.heard {
            CallOutcome::Taken => None,
            CallOutcome::Again(pause, why) if now.duration_since(last.at) < *pause => {
                Some(NextStage::Wait(why.clone()))
            }
            CallOutcome::Again(..) => None,
            CallOutcome::No(why) => Some(NextStage::Stuck(why.clone())),
        }
    }

    /// The change that does `act`, unless it was done a moment ago and only does not show yet.
    pub(crate) fn change(
        &self,
        act: StageAction,
        environment: &EnvironmentName,
        world: &World,
    ) -> Option<Box<dyn Change>> {
        match (&self.record, act) {
            (Record::Group(group), StageAction::Remember(memory)) => self.note(group, Some(memory), environment, world),
            (Record::Group(group), StageAction::Forget) => self.note(group, None, environment, world),
            _ => kind(self.id.kind)?.act(world, &self.id, act, environment),
        }
    }

    /// The change that writes what it had on the group, or takes that away.
    fn note(
        &self,
        group: &str,
        memory: Option<Remembered>,
        environment: &EnvironmentName,
        world: &World,
    ) -> Option<Box<dyn Change>> {
        let place =
            SchedulePlace { environment: environment.clone(), scope: self.id.scope.clone(), group: group.to_owned() };
        let key = key_of(tags::REMEMBERED, self.member.cluster.as_deref()?, &self.member.id);
        let arn = arn_of(world, &self.id.scope, group)?;
        let known = world.by_key::<Notes>(&self.id.scope, group).is_some();
        let tags = [(key, memory.map(|memory| memory.to_string()))].into();
        let about = Some(About { on: self.id.clone(), name: self.member.id.clone(), memory });
        Some(Box::new(Note { place, arn, tags, known, about }))
    }

    /// Whether `act` was taken so lately that the old state may still be seen.
    pub(crate) fn just_did(&self, act: StageAction, now: Timestamp) -> bool {
        self.last.as_ref().is_some_and(|last| {
            last.act == act && last.heard == CallOutcome::Taken && now.duration_since(last.at) < STALE
        })
    }

    /// How the call for `act` ended.
    pub(crate) fn told(&mut self, act: StageAction, got: &Result<Receipt, Fault>, now: Timestamp) {
        let again =
            self.last.as_ref().is_some_and(|last| last.act == act && matches!(last.heard, CallOutcome::Again(..)));
        self.tries = if again { self.tries + 1 } else { 0 };
        let heard = match got {
            Ok(_) => CallOutcome::Taken,
            Err(fault) => self.refused(fault),
        };
        self.last = Some(Last { act, at: now, heard });
    }

    fn refused(&self, fault: &Fault) -> CallOutcome {
        use FaultKind::{Credentials, Expired, Garbled, Offline, Throttled, Timeout};
        let message = fault.sentence();
        let busy = u32::try_from(RETRY_WINDOW.as_secs() / RETRY.as_secs()).unwrap_or(MAX_TRIES);
        let code = fault.code.as_deref().unwrap_or_default();
        match (fault.kind, Rejection::of(code, &fault.message)) {
            // Whether AWS took it is not known; looking tells, and the driver waits until it can look. Where AWS can be read
            // and answers no call for so long, a person must know.
            (kind, _)
                if (fault.answer_lost || matches!(kind, Offline | Timeout | Garbled | Expired | Credentials))
                    && self.tries < busy =>
            {
                let pause = SignedDuration::from_secs(LOST.as_secs() << self.tries.min(4)).min(RETRY);
                CallOutcome::Again(pause, message)
            }
            _ if fault.answer_lost => CallOutcome::No(format!("whether AWS took it is not known: {message}")),
            (_, Rejection::InvalidState) if self.tries < busy => CallOutcome::Again(RETRY, message),
            (Throttled, _) | (_, Rejection::Transient(_)) if self.tries < MAX_TRIES => {
                CallOutcome::Again(RETRY, message)
            }
            _ => CallOutcome::No(message),
        }
    }
}
