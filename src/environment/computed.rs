//! What EventBridge Scheduler should hold for an environment, computed from its schedule, what stands above it and
//! who sleeps. Pure; writing it is a procedure's business.

use jiff::Timestamp;

use super::sleepers::Sleeper;
use super::{Environment, OffHours};
use crate::kinds::alarm::Alarm;
use crate::schedule::materialise::{Planned, Wanted, materialise};
use crate::schedule::{Actual, Intent, Member, MemberKind, WakeDesired, tags};
use crate::world::World;

/// What should be stored, and who can't be left to Scheduler, with the reason.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Computed {
    /// The schedules, single ones of each member first.
    pub planned: Vec<Planned>,
    /// Sentences about members that are left out.
    pub left_out: Vec<String>,
}

impl OffHours {
    /// What the server should hold from `now` on.
    #[must_use]
    pub fn computed(&self, environment: &Environment, world: &World, now: Timestamp) -> Computed {
        let mut computed = Computed::default();
        let among: Vec<Member> = self.sleepers.iter().map(|it| it.member.clone()).collect();
        let intent = Intent::new(&self.routine.schedule, &self.exceptions);
        for it in &self.sleepers {
            let label = it.member.label();
            if it.id.is_none() || it.actual == Actual::Gone {
                computed.left_out.push(format!("{label} is not there"));
                continue;
            }
            let autoscaled = autoscaled(it, environment, world);
            let wanted = Wanted { member: &it.member, among: &among, arn: &it.arn, count: count(it), autoscaled };
            match materialise(intent, wanted, now) {
                Ok(planned) => computed.planned.extend(planned),
                Err(why) => computed.left_out.push(why.to_string()),
            }
        }
        // Written in this order, a crash between two writes stops too early and never leaves anything up all night.
        computed.planned.sort_by_key(|planned| (!planned.once, planned.verb));
        computed
    }
}

/// How many tasks a service wakes to: what the configuration says, else what it has, else what its tag remembers.
fn count(it: &Sleeper) -> Option<u32> {
    if let WakeDesired::Count(count) = it.member.wake_desired {
        return Some(count);
    }
    let remembered = it.tags.get(tags::REMEMBERED).and_then(|text| text.parse::<tags::Remembered>().ok());
    it.desired.filter(|count| *count > 0).or_else(|| remembered.and_then(|memory| memory.desired))
}

/// Whether Application Auto Scaling would undo a count of zero: its target-tracking alarms are named after the service.
fn autoscaled(it: &Sleeper, environment: &Environment, world: &World) -> bool {
    if it.member.kind != MemberKind::EcsService {
        return false;
    }
    let prefix = format!("TargetTracking-service/{}-", it.member.label());
    environment.scopes.iter().flat_map(|scope| world.all::<Alarm>(scope)).any(|alarm| alarm.name.starts_with(&prefix))
}
