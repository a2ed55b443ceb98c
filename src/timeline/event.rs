//! One thing that happened to an environment: when, to what, in one sentence, by whom, and where that is known from.
//! Plain data; sources make events, `merge` puts them in order.

use jiff::Timestamp;

use crate::world::ResourceId;

/// What kind of thing happened. The words are those of `timeline --json`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum EventKind {
    /// A deployment began, ended or was rolled back.
    Deployment,
    /// ECS said something about a service.
    ServiceEvent,
    /// A task stopped.
    TaskStopped,
    /// An alarm changed its state.
    Alarm,
    /// RDS said something about a database.
    DbEvent,
    /// Somebody changed something, as CloudTrail recorded it.
    Change,
    /// We changed something, as our journal recorded it.
    OwnChange,
    /// An edge of a schedule.
    Schedule,
    /// Autoscaling changed how many run.
    Scaling,
    /// A job ran.
    Job,
    /// The health of the environment changed.
    Health,
}

impl EventKind {
    /// Every kind, in the order filters show them.
    pub const ALL: [Self; 11] = [
        Self::Deployment,
        Self::ServiceEvent,
        Self::TaskStopped,
        Self::Alarm,
        Self::DbEvent,
        Self::Change,
        Self::OwnChange,
        Self::Schedule,
        Self::Scaling,
        Self::Job,
        Self::Health,
    ];

    /// Its word in JSON and in filters.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Deployment => "deployment",
            Self::ServiceEvent => "service-event",
            Self::TaskStopped => "task-stopped",
            Self::Alarm => "alarm",
            Self::DbEvent => "db-event",
            Self::Change => "change",
            Self::OwnChange => "own-change",
            Self::Schedule => "schedule",
            Self::Scaling => "scaling",
            Self::Job => "job",
            Self::Health => "health",
        }
    }
}

/// What an event is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subject {
    /// Who.
    pub id: ResourceId,
    /// The name a person calls it by.
    pub name: String,
}

/// One event.
#[derive(Clone, PartialEq, Debug)]
pub struct Event {
    /// When it happened, first of all where equal ones were folded.
    pub at: Timestamp,
    /// When it happened last, where equal ones were folded.
    pub until: Option<Timestamp>,
    /// How many equal ones it stands for.
    pub times: usize,
    /// What kind.
    pub kind: EventKind,
    /// What it is about; none where it is about the whole environment.
    pub subject: Option<Subject>,
    /// One sentence.
    pub what: String,
    /// Who did it, where somebody did and it is known.
    pub by: Option<String>,
    /// Where it is known from: an operation as IAM names it, or `journal`.
    pub source: &'static str,
    /// AWS's request ids: what joins an entry of our journal with CloudTrail's record of the same call.
    pub requests: Vec<String>,
    /// What tells it from equal ones of the same moment, such as the id of the task that stopped.
    pub item: Option<String>,
    /// What else is known of it, a line each: exit codes, what a program wrote last.
    pub detail: Vec<String>,
    /// When it was learned, where it is told from memory.
    pub learned: Option<Timestamp>,
}

impl Event {
    /// An event that nobody is known to have done.
    #[must_use]
    pub fn new(at: Timestamp, kind: EventKind, source: &'static str, what: impl Into<String>) -> Self {
        Self {
            at,
            until: None,
            times: 1,
            kind,
            subject: None,
            what: what.into(),
            by: None,
            source,
            requests: Vec::new(),
            item: None,
            detail: Vec::new(),
            learned: None,
        }
    }

    /// The same, about a resource.
    #[must_use]
    pub fn about(mut self, id: ResourceId, name: impl Into<String>) -> Self {
        self.subject = Some(Subject { id, name: name.into() });
        self
    }

    /// The same, done by somebody.
    #[must_use]
    pub fn by(mut self, who: Option<String>) -> Self {
        self.by = who;
        self
    }

    /// Who did it, as short as it tells: `ci/deploy` of `arn:aws:sts::1:assumed-role/ci/deploy`, the name of a user.
    #[must_use]
    pub fn who(&self) -> Option<&str> {
        let by = self.by.as_deref()?;
        let Some(resource) = by.strip_prefix("arn:").and_then(|arn| arn.splitn(5, ':').nth(4)) else { return Some(by) };
        let kinds = ["assumed-role/", "user/", "federated-user/", "role/"];
        let name = kinds.iter().find_map(|kind| resource.strip_prefix(kind));
        Some(name.unwrap_or(resource))
    }

    /// Whether somebody did it: a change, or a deployment.
    #[must_use]
    pub const fn is_change(&self) -> bool {
        matches!(self.kind, EventKind::Change | EventKind::OwnChange | EventKind::Deployment)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("arn:aws:sts::123456789012:assumed-role/github-actions/deploy", "github-actions/deploy")]
    #[case("arn:aws:iam::123456789012:user/path/tanaka", "path/tanaka")]
    #[case("arn:aws-cn:sts::1:federated-user/who", "who")]
    #[case("arn:aws:iam::123456789012:root", "root")]
    #[case("ecs.amazonaws.com", "ecs.amazonaws.com")]
    #[case("", "")]
    fn who_did_it_is_short(#[case] by: &str, #[case] short: &str) {
        let event = Event::new(Timestamp::UNIX_EPOCH, EventKind::Change, "x", "y").by(Some(by.to_owned()));
        assert_eq!(event.who(), Some(short));
    }
}
