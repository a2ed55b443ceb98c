//! An environment's off-hours as they stand: its schedule, what stands above it (read from the tags every colleague's
//! console writes), who sleeps, what happens next, and what is not as it should be. Pure.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::sleepers::{Sleeper, sleepers};
use super::{Environment, Wish};
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_instance::DbInstance;
use crate::schedule::drift::{Drift, Observed, drift};
use crate::schedule::overrides::AWS_STOPPED_MAX;
use crate::schedule::preview::Database;
use crate::schedule::{Actual, Desired, Edge, Exceptions, Hold, Intent, Keep, Override, Routine, Verb, tags, words};
use crate::world::World;

/// One environment's off-hours.
#[derive(Clone, PartialEq, Debug)]
pub struct OffHours {
    /// Its schedule and who carries it out.
    pub routine: Routine,
    /// What stands above the schedule.
    pub exceptions: Exceptions,
    /// Who sleeps, in the order they wake.
    pub sleepers: Vec<Sleeper>,
    /// What should be now.
    pub desired: Desired,
    /// What happens next.
    pub next: Option<Edge>,
    /// How each sleeper compares with the schedule.
    pub drifts: Vec<Drift>,
}

impl OffHours {
    /// Those of `environment`, if `wish` gives it a schedule.
    #[must_use]
    pub fn of(environment: &Environment, world: &World, wish: Option<&Wish>, now: Timestamp) -> Option<Self> {
        let routine = wish?.routine.clone()?;
        let sleepers = sleepers(environment, world, wish);
        let exceptions = exceptions(&sleepers, environment.stop_barred().is_some());
        let intent = Intent::new(&routine.schedule, &exceptions);
        let desired = intent.desired(now);
        let awake = sleepers.iter().any(|it| !matches!(it.actual, Actual::Down | Actual::Gone));
        // A stop repeated on what sleeps already is nothing to announce.
        let next = if desired == Desired::Off && !awake { intent.next_of(now, Verb::Start) } else { intent.next(now) };
        let drifts = sleepers.iter().map(|it| drift(intent, &observed(it), now)).collect();
        Some(Self { desired, next, drifts, exceptions, sleepers, routine })
    }

    /// The schedule under what stands above it.
    #[must_use]
    pub fn intent(&self) -> Intent<'_> {
        Intent::new(&self.routine.schedule, &self.exceptions)
    }

    /// The override that is live at `now`.
    #[must_use]
    pub fn over(&self, now: Timestamp) -> Option<&Override> {
        self.exceptions.over.as_ref().filter(|over| now < over.until && !self.exceptions.protect)
    }

    /// The hold that is live at `now`.
    #[must_use]
    pub fn hold(&self, now: Timestamp) -> Option<&Hold> {
        self.exceptions.hold.as_ref().filter(|hold| now < hold.until && !self.exceptions.protect)
    }

    /// What happens next, in a few words: `wake Tue 08:45`, `sleep 23:30`.
    #[must_use]
    pub fn next_words(&self, now: Timestamp, zone: &TimeZone) -> Option<String> {
        let edge = self.next.as_ref()?;
        Some(format!("{} {}", words::whole(edge.verb), words::when(edge.issue_at, now, zone)))
    }

    /// What is said beside a verdict: `keeps running until 23:30 (override)`, `until Tue 08:45`.
    #[must_use]
    pub fn aside(&self, now: Timestamp, zone: &TimeZone) -> Option<String> {
        let kept = |state: Keep, until: Timestamp, what: &str| {
            let keeps = match state {
                Keep::Running => "keeps running",
                Keep::Stopped => "stays asleep",
            };
            format!("{keeps} until {} ({what})", words::when(until, now, zone))
        };
        if let Some(over) = self.over(now) {
            return Some(kept(over.state, over.until, "override"));
        }
        if let Some(hold) = self.hold(now) {
            return Some(format!("held as it is until {}", words::when(hold.until, now, zone)));
        }
        let edge = self.next.as_ref().filter(|edge| edge.verb == Verb::Start && self.desired == Desired::Off)?;
        Some(format!("until {}", words::when(edge.issue_at, now, zone)))
    }

    /// Who is not as it should be, with a sentence each.
    #[must_use]
    pub fn drifted(&self, now: Timestamp, zone: &TimeZone) -> Vec<(&Sleeper, String)> {
        let pairs = self.sleepers.iter().zip(&self.drifts);
        pairs.filter_map(|(it, drift)| words::drift(drift, now, zone).map(|says| (it, says))).collect()
    }

    /// What a preview wants to know of the databases among them.
    #[must_use]
    pub fn databases(&self, world: &World) -> Vec<Database> {
        self.sleepers.iter().filter_map(|it| database(it, world)).collect()
    }

    /// Another tool that schedules one of them, by its tags: who, and the tag.
    #[must_use]
    pub fn other_controllers(&self) -> Vec<(&Sleeper, &str)> {
        let other = |it: &'_ Sleeper| tags::other_controller(it.tags.keys().map(String::as_str)).is_some();
        self.sleepers
            .iter()
            .filter(|it| other(it))
            .filter_map(|it| Some((it, tags::other_controller(it.tags.keys().map(String::as_str))?)))
            .collect()
    }
}

/// What is written on the sleepers: where several say something, the longest-lasting counts.
fn exceptions(sleepers: &[Sleeper], protected: bool) -> Exceptions {
    let written = |key: &str| -> Vec<String> { sleepers.iter().filter_map(|it| it.tags.get(key)).cloned().collect() };
    let over =
        written(tags::OVERRIDE).iter().filter_map(|text| Override::from_tag(text).ok()).max_by_key(|it| it.until);
    let hold = written(tags::HOLD).iter().filter_map(|text| Hold::from_tag(text).ok()).max_by_key(|it| it.until);
    let protect = protected || written(tags::PROTECT).iter().any(|text| text == "true");
    Exceptions { protect, over, hold }
}

fn observed(it: &Sleeper) -> Observed {
    // AWS starts it seven days after it was stopped.
    let since =
        it.restarts_at.and_then(|at| at.checked_sub(AWS_STOPPED_MAX).ok()).filter(|_| it.actual == Actual::Down);
    Observed { actual: it.actual.clone(), since, auto_restarted: false }
}

fn database(it: &Sleeper, world: &World) -> Option<Database> {
    let id = it.id.as_ref()?;
    let (backup_days, backup, maintenance) = match (world.get::<DbInstance>(id), world.get::<DbCluster>(id)) {
        (Some(db), _) => (db.backup_days, db.backup_window.clone(), db.maintenance_window.clone()),
        (None, Some(db)) => (db.backup_days, db.backup_window.clone(), db.maintenance_window.clone()),
        (None, None) => return None,
    };
    Some(Database {
        name: it.member.label(),
        backup_days,
        backup: backup.and_then(|text| text.parse().ok()),
        maintenance: maintenance.and_then(|text| text.parse().ok()),
        pending: None,
        restarts_at: it.restarts_at,
    })
}
