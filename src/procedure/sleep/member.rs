//! One member of an environment that sleeps and wakes: how it is seen, and what was asked of it so far. Pure; what is
//! kept here only spares AWS a second call: everything that must not be lost stands in tags and in what is seen.

use jiff::{SignedDuration, Timestamp};

use crate::app::gate::Change;
use crate::cloud::Receipt;
use crate::kinds::kind;
use crate::procedure::{RETRY_WINDOW, Sight, Want};
use crate::schedule::saga::{Act, How, Seen, Turn};
use crate::schedule::toggle::{MAX_TRIES, RETRY, Rejection, STALE};
use crate::schedule::{Member, Ready};
use crate::world::{EnvironmentName, Fault, FaultKind, KindName, ResourceId, World};

/// Readiness is judged by what targets say, but a member whose targets cannot be seen is judged by itself.
const TARGETS: KindName = KindName("target-health");
/// After a call whose answer got lost: this long before it is made again.
const LOST: SignedDuration = SignedDuration::from_secs(5);

/// One member.
#[derive(Clone, Debug)]
pub struct Sleeper {
    /// Which resource.
    pub id: ResourceId,
    /// What stage it is in, how many tasks it wakes to and when it is ready.
    pub member: Member,
    /// What has to be read to see how it stands.
    pub reads: Vec<Want>,
    last: Option<Last>,
    tries: u32,
}

/// The last call made for it.
#[derive(Clone, PartialEq, Debug)]
struct Last {
    act: Act,
    at: Timestamp,
    heard: Heard,
}

#[derive(Clone, PartialEq, Debug)]
enum Heard {
    Taken,
    /// Another try after this; why.
    Again(SignedDuration, String),
    /// A person must look.
    No(String),
}

impl Sleeper {
    /// A member before anything was asked of it.
    #[must_use]
    pub const fn new(id: ResourceId, member: Member, reads: Vec<Want>) -> Self {
        Self { id, member, reads, last: None, tries: 0 }
    }

    /// How it stands, as far as can be seen and was heard.
    pub(super) fn seen(&self, sight: &Sight<'_>) -> Seen {
        let found = kind(self.id.kind).and_then(|kind| kind.sleeper(sight.world, &self.id));
        let mut seen = found.unwrap_or_else(|| Seen::new(self.member.clone(), How::Gone));
        let name = std::mem::replace(&mut seen.member, self.member.clone());
        seen.member.cluster = name.cluster.or_else(|| self.member.cluster.clone());
        if self.member.ready == Ready::Running {
            seen.unready = None;
            if let How::Service(service) = &mut seen.how {
                service.tasks.ready = true;
            }
        }
        let blind = sight.faults.iter().find(|(want, _)| want.kind != TARGETS && self.reads.contains(want));
        seen.held = match blind {
            Some((_, fault)) => Some(Turn::Stuck(format!("it cannot be seen: {}", fault.sentence()))),
            None => self.held(sight.now),
        };
        seen
    }

    /// What stands against its next step: a refusal, or a call that has to show first.
    fn held(&self, now: Timestamp) -> Option<Turn> {
        let last = self.last.as_ref()?;
        match &last.heard {
            Heard::Taken => None,
            Heard::Again(pause, why) if now.duration_since(last.at) < *pause => Some(Turn::Wait(why.clone())),
            Heard::Again(..) => None,
            Heard::No(why) => Some(Turn::Stuck(why.clone())),
        }
    }

    /// The change that does `act`, unless it was done a moment ago and only does not show yet.
    pub(super) fn change(&self, act: Act, environment: &EnvironmentName, world: &World) -> Option<Box<dyn Change>> {
        kind(self.id.kind)?.act(world, &self.id, act, environment)
    }

    /// Whether `act` was taken so lately that the old state may still be seen.
    pub(super) fn just_did(&self, act: Act, now: Timestamp) -> bool {
        self.last
            .as_ref()
            .is_some_and(|last| last.act == act && last.heard == Heard::Taken && now.duration_since(last.at) < STALE)
    }

    /// How the call for `act` ended.
    pub(super) fn told(&mut self, act: Act, got: &Result<Receipt, Fault>, now: Timestamp) {
        let again = self.last.as_ref().is_some_and(|last| last.act == act && matches!(last.heard, Heard::Again(..)));
        self.tries = if again { self.tries + 1 } else { 0 };
        let heard = match got {
            Ok(_) => Heard::Taken,
            Err(fault) => self.refused(fault),
        };
        self.last = Some(Last { act, at: now, heard });
    }

    fn refused(&self, fault: &Fault) -> Heard {
        use FaultKind::{Credentials, Expired, Garbled, Offline, Throttled, Timeout};
        let says = fault.sentence();
        let busy = u32::try_from(RETRY_WINDOW.as_secs() / RETRY.as_secs()).unwrap_or(MAX_TRIES);
        let code = fault.code.as_deref().unwrap_or_default();
        match (fault.kind, Rejection::of(code, &fault.message)) {
            // Whether AWS took it is not known; looking tells, and the driver waits until it can look.
            (Offline | Timeout | Garbled | Expired | Credentials, _) => Heard::Again(LOST, says),
            (_, Rejection::InvalidState) if self.tries < busy => Heard::Again(RETRY, says),
            (Throttled, _) | (_, Rejection::Transient(_)) if self.tries < MAX_TRIES => Heard::Again(RETRY, says),
            _ => Heard::No(says),
        }
    }
}
