//! A hypothesis: a proposed cause with what speaks for and against it, where it sits, and which symptoms it could
//! explain. Rules build them; `weigh` lets them fight. Pure.

use jiff::Timestamp;

use super::model::{Confidence, Evidence, Named};
use super::rules::targets::Trouble;
use super::symptoms::{Sign, Symptom};
use crate::environment::Member;
use crate::world::ResourceId;

/// How a cause is known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Strength {
    /// It fits what is seen, as others may.
    Inferred,
    /// A state was read that suffices for it.
    Seen,
    /// AWS itself names it, of this very failure.
    Said,
}

/// In which way a cause spreads to what depends on where it sits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Spread {
    /// Tasks do not come to run.
    NoTasks,
    /// Tasks run and end, or are unhealthy.
    TasksFail,
    /// What is deployed answers with errors.
    Errors,
    /// The health check asks for something else than the program gives.
    Check,
    /// Connections to targets do not get through.
    Connection,
    /// A database cannot be used.
    Database,
    /// An instance does not serve.
    Instance,
    /// A function fails.
    Function,
    /// Only what measures it shows it.
    Measured,
    /// Nothing but itself.
    Alone,
}

/// A proposed cause.
#[derive(Clone, Debug)]
pub(crate) struct Hypothesis<'a> {
    pub(crate) rule: &'static str,
    pub(crate) message: String,
    pub(crate) at: &'a Member,
    pub(crate) spread: Spread,
    pub(crate) strength: Strength,
    pub(crate) since: Option<Timestamp>,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) against: Vec<Evidence>,
    /// Whether something that was read excludes its rivals.
    pub(crate) confirmed: bool,
    /// What would tell more and was not read.
    pub(crate) unread: bool,
    pub(crate) next: Vec<String>,
}

impl<'a> Hypothesis<'a> {
    pub(crate) fn new(
        rule: &'static str,
        at: &'a Member,
        (spread, strength): (Spread, Strength),
        message: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            message: message.into(),
            at,
            spread,
            strength,
            since: None,
            evidence: Vec::new(),
            against: Vec::new(),
            confirmed: false,
            unread: false,
            next: Vec::new(),
        }
    }

    /// Since when it shows.
    pub(crate) fn since(mut self, at: Option<Timestamp>) -> Self {
        self.since = at;
        self
    }

    /// Something that was read speaks for it.
    pub(crate) fn shows(mut self, evidence: Evidence) -> Self {
        self.evidence.push(evidence);
        self
    }

    /// Something that was read speaks for it and excludes its rivals.
    pub(crate) fn confirms(mut self, evidence: Evidence) -> Self {
        self.confirmed = true;
        self.shows(evidence)
    }

    /// Something that was read speaks against it.
    pub(crate) fn contradicts(mut self, evidence: Evidence) -> Self {
        self.against.push(evidence);
        self
    }

    /// What would settle it was not read.
    pub(crate) const fn unsettled(mut self, unread: bool) -> Self {
        self.unread = self.unread || unread;
        self
    }

    /// What to do or look at next.
    pub(crate) fn then(mut self, next: impl Into<String>) -> Self {
        let next = next.into();
        if !next.is_empty() && !self.next.contains(&next) {
            self.next.push(next);
        }
        self
    }

    /// How sure it is by itself, before its rivals are heard.
    pub(crate) fn confidence(&self) -> Confidence {
        let sure = match self.strength {
            Strength::Said => Confidence::Certain,
            Strength::Seen if self.confirmed => Confidence::Certain,
            Strength::Seen => Confidence::Likely,
            Strength::Inferred if self.confirmed => Confidence::Likely,
            Strength::Inferred => Confidence::Possible,
        };
        let sure = if self.unread { sure.min(Confidence::Likely) } else { sure };
        match (self.against.is_empty(), sure) {
            (true, sure) => sure,
            (false, Confidence::Certain) => Confidence::Likely,
            (false, _) => Confidence::Possible,
        }
    }

    /// What it weighs among its rivals: how it is known first, then what was read for and against it.
    pub(crate) fn weight(&self) -> i64 {
        let strength = match self.strength {
            Strength::Said => 60,
            Strength::Seen => 40,
            Strength::Inferred => 20,
        };
        let confirmed = if self.confirmed { 25 } else { 0 };
        let count = |evidence: &Vec<Evidence>| i64::try_from(evidence.len().min(5)).unwrap_or(5);
        strength + confirmed + count(&self.evidence) - 30 * count(&self.against)
    }

    /// Whether it could explain a symptom that depends on where it sits, over `far` steps.
    pub(crate) fn explains(&self, symptom: &Symptom<'_>, far: usize) -> bool {
        use Sign::{
            Alarm, Balancer, Checks, Composite, Database, Exit, Function, Instance, Job, Lost, Other, Rollout, Short,
            Start, Targets,
        };
        let sign = &symptom.sign;
        // What measures it, and what is made of such measures, shows every cause.
        let is_measure = matches!(sign, Alarm(_) | Composite);
        if far == 0 {
            return match self.spread {
                Spread::NoTasks => matches!(sign, Start | Lost | Short | Rollout),
                Spread::TasksFail => matches!(sign, Exit | Checks | Lost | Short | Rollout),
                Spread::Errors | Spread::Connection => {
                    matches!(sign, Exit | Checks | Short | Rollout | Targets(_) | Function | Alarm(_))
                }
                Spread::Check => matches!(sign, Targets(_) | Checks | Rollout),
                Spread::Database => matches!(sign, Database | Exit | Checks | Rollout),
                Spread::Instance => matches!(sign, Instance),
                Spread::Function => matches!(sign, Function),
                Spread::Measured => is_measure || matches!(sign, Short | Other),
                Spread::Alone => matches!(sign, Balancer | Job | Other | Composite | Alarm(_) | Database | Instance),
            };
        }
        match self.spread {
            Spread::NoTasks => match sign {
                Targets(trouble) => matches!(trouble, Trouble::Empty | Trouble::Unused | Trouble::Leaving),
                Alarm(metric) => !is_load(metric),
                _ => is_measure,
            },
            Spread::TasksFail | Spread::Errors | Spread::Connection => {
                is_measure || matches!(sign, Targets(_) | Function | Checks)
            }
            Spread::Check => is_measure || matches!(sign, Checks | Rollout),
            Spread::Database => match sign {
                Targets(trouble) => trouble.is_of_program(),
                _ => is_measure || matches!(sign, Exit | Checks | Function | Rollout | Short),
            },
            Spread::Instance => is_measure || matches!(sign, Targets(_)),
            Spread::Function | Spread::Measured => is_measure,
            Spread::Alone => matches!(sign, Composite),
        }
    }

    /// Where it sits, with its name.
    pub(crate) fn named(&self) -> Named {
        named(self.at)
    }
}

/// A metric that rises with load and does not fall with tasks that are missing.
fn is_load(metric: &str) -> bool {
    matches!(metric, "DatabaseConnections" | "FreeStorageSpace" | "Invocations")
}

/// A member with its name.
pub(crate) fn named(member: &Member) -> Named {
    Named { id: member.id.clone(), name: member.name.clone() }
}

/// Something that was read.
pub(crate) fn evidence(what: impl Into<String>, at: Option<Timestamp>, source: &'static str) -> Evidence {
    Evidence { what: what.into(), at, source, resource: None }
}

impl Evidence {
    /// The same, told of a resource.
    pub(crate) fn of(mut self, id: ResourceId, name: impl Into<String>) -> Self {
        self.resource = Some(Named { id, name: name.into() });
        self
    }

    /// The same, told of a member.
    pub(crate) fn on(self, member: &Member) -> Self {
        self.of(member.id.clone(), &member.name)
    }
}
