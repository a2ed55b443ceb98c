//! What those who execute schedules beside this machine's state wrote down: when each environment was looked at last, and
//! since when something is seen not as it should be. Plain data: files and locks are read elsewhere, nothing decides here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::EnvironmentName;

/// Who executes an environment's edges, where AWS does not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SchedulerLiveness {
    /// AWS does, nobody is to, or it cannot be told.
    #[default]
    Untold,
    /// This very program.
    Here,
    /// Another on this machine, which looked then.
    Looked(Timestamp),
    /// Nobody on this machine; the last look was then, if there was one.
    Nobody(Option<Timestamp>),
}

/// What is known of whoever executes schedules here.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SchedulerHeartbeat {
    /// Whether this very program executes them.
    pub here: bool,
    /// When each environment was looked at last, by whomever.
    pub looked: BTreeMap<EnvironmentName, Timestamp>,
    /// Environments that somebody is at just now.
    pub busy: BTreeSet<EnvironmentName>,
    /// When each resource (by its ARN) was first seen not as it should be, of all that is not over; and whether putting it
    /// right was given up.
    pub sighted: BTreeMap<String, Vec<(Timestamp, bool)>>,
}

impl SchedulerHeartbeat {
    /// How long after a look nobody counts as looking any more: three times as long as it is between two.
    pub const LAPSE: SignedDuration = SignedDuration::from_mins(15);

    /// Who sees to `environment`, as far as it can be told on this machine.
    #[must_use]
    pub fn keeps(&self, environment: &EnvironmentName, now: Timestamp) -> SchedulerLiveness {
        let looked = self.looked.get(environment).copied();
        match looked {
            _ if self.here => SchedulerLiveness::Here,
            Some(at) if self.busy.contains(environment) || now.duration_since(at) <= Self::LAPSE => {
                SchedulerLiveness::Looked(at)
            }
            last => SchedulerLiveness::Nobody(last),
        }
    }

    /// When a resource was first seen so, between the two: what is earlier is of another night, and what is later of
    /// another clock. With whether putting it right was given up.
    #[must_use]
    pub fn first(&self, arn: &str, from: Timestamp, to: Timestamp) -> Option<(Timestamp, bool)> {
        self.sighted.get(arn)?.iter().copied().filter(|(at, _)| (from..=to).contains(at)).min()
    }
}
