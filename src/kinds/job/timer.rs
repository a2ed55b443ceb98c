//! A job that a rule or a schedule begins, put together from what was read of both the timer and its work.
//! Pure.

use jiff::{SignedDuration, Timestamp};

use super::{JobClock, JobRun, JobView, of_executions, of_function, of_queues, of_tasks};
use crate::kinds::KindContext;
use crate::kinds::batch_definition::BatchDefinition;
use crate::kinds::job_activity::JobActivity;
use crate::kinds::state_machine::StateMachine;
use crate::schedule::stored::target_effect::{Effect, Target, Work, WorkKind};
use crate::text::moment;
use crate::world::{Resource, Scope};

/// A timer with its work.
pub(crate) struct TimedJob<'a> {
    /// `rule` or `schedule`.
    pub kept_by: &'static str,
    /// The timer's name.
    pub name: &'a str,
    /// Its expression and the zone that is stored in.
    pub when: (&'a str, Option<&'a str>),
    /// Between which moments it fires.
    pub between: (Option<Timestamp>, Option<Timestamp>),
    /// Whether it is switched on.
    pub enabled: bool,
    /// The key of what its metrics tell.
    pub activity: String,
    /// What it does.
    pub work: Work,
}

/// The first of `targets` that begins some work, with that work.
pub(crate) fn work_of<'t>(targets: impl IntoIterator<Item = &'t Target>) -> Option<(&'t Target, Work)> {
    targets.into_iter().find_map(|target| match target.does() {
        Effect::Work(work) => Some((target, work)),
        Effect::Power { .. } | Effect::Else => None,
    })
}

/// How long after it was due a firing must be seen in the metrics, which come late and by the hour.
const PATIENCE: SignedDuration = SignedDuration::from_mins(20);
/// Metrics are kept by the hour.
const HOUR: SignedDuration = SignedDuration::from_hours(1);

impl TimedJob<'_> {
    /// The job, as of the context's moment.
    pub(crate) fn view(&self, cx: &KindContext<'_>) -> JobView {
        let clock = JobClock::of(self.when, self.between, cx.now, cx.zone);
        JobView {
            name: self.name.to_owned(),
            kept_by: self.kept_by,
            work: self.work.kind,
            what: self.work.name.clone(),
            place: self.work.place.clone(),
            enabled: self.enabled,
            runs: self.runs(cx),
            trouble: if self.enabled { self.trouble(&clock, cx) } else { None },
            limit: self.limit(cx),
            clock: Some(clock),
        }
    }

    fn runs(&self, cx: &KindContext<'_>) -> Vec<JobRun> {
        let Work { kind, name, place, .. } = &self.work;
        match kind {
            WorkKind::Task => of_tasks(cx.world, cx.scope, (place.as_deref().unwrap_or("default"), name), self.timer()),
            WorkKind::Function => of_function(cx.world, cx.scope, name),
            WorkKind::Job => of_queues(cx.world, cx.scope, name),
            WorkKind::Machine => machine(cx, cx.scope, name)
                .map(|machine| of_executions(cx.world, cx.scope, machine.key()))
                .unwrap_or_default(),
            WorkKind::Document => Vec::new(),
        }
    }

    /// The timer's own name, without its group.
    fn timer(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(self.name)
    }

    fn limit(&self, cx: &KindContext<'_>) -> Option<SignedDuration> {
        let of_job = |name: &str| {
            let all = cx.world.all::<BatchDefinition>(cx.scope);
            all.filter(|it| it.name == name).find_map(|it| it.timeout)
        };
        let seconds = if self.work.kind == WorkKind::Job { of_job(&self.work.name)? } else { return None };
        Some(SignedDuration::from_secs(i64::from(seconds)))
    }

    /// What its metrics tell against it: a target that could not be called, or a firing that did not come. The second
    /// is told only where firings were seen before, so that neither a new rule nor a lack of metrics looks like one.
    fn trouble(&self, clock: &JobClock, cx: &KindContext<'_>) -> Option<String> {
        let activity = cx.world.by_key::<JobActivity>(cx.scope, &self.activity)?;
        let last_fired = activity.fired.iter().max().copied();
        if let Some((at, count)) = activity.failed.iter().max_by_key(|(at, _)| *at)
            && clock.due_at.is_none_or(|due| *at >= due.saturating_sub(HOUR).unwrap_or(due))
            && activity.until.duration_since(*at) < SignedDuration::from_hours(24 * 2)
        {
            let at = moment(*at, cx.now, cx.zone);
            return Some(format!(
                "could not be started at {at} ({count:.0} failed calls): look at the role of its {} and at what it calls",
                self.kept_by
            ));
        }
        let due = clock.due_at?;
        let seen_until = activity.until.checked_sub(PATIENCE).unwrap_or(activity.until);
        let before = activity.fired.iter().any(|at| *at < due.saturating_sub(HOUR).unwrap_or(due));
        let since = last_fired.is_some_and(|at| at.saturating_add(HOUR).unwrap_or(at) > due);
        (due < seen_until && before && !since && activity.since < due)
            .then(|| format!("was missed: it was due at {} and did not fire", moment(due, cx.now, cx.zone)))
    }
}

/// The state machine of that name.
fn machine<'a>(cx: &KindContext<'a>, scope: &Scope, name: &str) -> Option<&'a StateMachine> {
    cx.world.all::<StateMachine>(scope).find(|machine| machine.name == name)
}
