//! Work that begins by the clock in an environment, and whether it comes while the database sleeps: by the
//! environment's own schedule, or by those of others where it has none. Pure; what belongs to whom is told by the
//! cluster, the function, the input or the name, and by nothing that would be a guess.

use jiff::{SignedDuration, Timestamp};

use super::{Asleep, Job, SchedulerContext, Timer, clock, owners};
use crate::environment::Environment;
use crate::kinds::ecs_cluster::Cluster;
use crate::kinds::lambda_function::Function;
use crate::offhours::scheduled_members::ScheduledMember;
use crate::schedule::expression::parse::Expression;
use crate::schedule::stored::target_effect::{Effect, Work, WorkKind};
use crate::schedule::{Desired, PowerAction};
use crate::world::{KindName, Resource};

/// How many firings are looked at: at every five minutes a day and a half of them.
const LOOKED_AT: usize = 400;
/// How far back the last stop or start of others is looked for.
const BACK: SignedDuration = SignedDuration::from_hours(24 * 8);
/// A job that comes more seldom than this by a rate may miss the sleep: when it comes, nobody tells.
const OFTEN: SignedDuration = SignedDuration::from_hours(6);

/// The job a timer begins here, if it is one of this environment's.
pub(super) fn of_timer(timer: &Timer, near: &[&Timer], context: &SchedulerContext<'_>) -> Option<Job> {
    let Effect::Work(work) = &timer.does else { return None };
    let named = |it: &&ScheduledMember| work.words.iter().any(|word| *word == it.member.id || *word == it.arn);
    let names: Vec<String> = context.scheduled_members.iter().filter(named).map(|it| it.member.label()).collect();
    if names.is_empty() && !belongs(work, context) {
        return None;
    }
    // Small hours are written and office hours come.
    let suspect = |written: i8, here: i8| written < 6 && (8..=20).contains(&here);
    Some(Job {
        source: timer.source,
        name: timer.name.clone(),
        kind: work.kind,
        what: work.name.clone(),
        place: work.place.clone(),
        names,
        clock: clock(timer, context, suspect),
        enabled: timer.enabled,
        asleep: if timer.enabled { asleep(timer, near, context) } else { None },
    })
}

fn belongs(work: &Work, context: &SchedulerContext<'_>) -> bool {
    let environment = context.environment;
    let member = |kind: KindName, name: &str| {
        environment.members.iter().any(|member| member.id.kind == kind && member.name == name)
    };
    let place = work.place.as_deref();
    let named = is_named_for(environment, &work.name);
    match work.kind {
        WorkKind::Task => {
            let shared = place.is_some_and(|place| {
                context.scheduled_members.iter().any(|it| it.member.cluster.as_deref() == Some(place))
            });
            place.is_some_and(|place| member(Cluster::KIND, place)) || (shared && named)
        }
        WorkKind::Function => named || member(Function::KIND, &work.name),
        WorkKind::Job | WorkKind::Machine | WorkKind::Document => {
            named || place.is_some_and(|place| is_named_for(environment, place))
        }
    }
}

/// Whether a name begins with the environment's: `prooflink-dev-user-import`.
fn is_named_for(environment: &Environment, name: &str) -> bool {
    let (name, own) = (name.to_lowercase(), environment.name.as_str().to_lowercase());
    name.strip_prefix(&own).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
}

/// That a timer comes while the environment's databases sleep.
fn asleep(timer: &Timer, near: &[&Timer], context: &SchedulerContext<'_>) -> Option<Asleep> {
    let databases: Vec<&ScheduledMember> =
        context.scheduled_members.iter().filter(|it| it.member.kind.is_database()).collect();
    if databases.is_empty() {
        return None;
    }
    let who = || databases.iter().map(|it| it.member.label()).collect();
    let sleep = Sleep::of(near, context);
    if let Some(Expression::Rate(every)) = &timer.parsed {
        let step = *every.max(&SignedDuration::from_mins(15));
        let steps = std::iter::successors(Some(context.now), |at| at.checked_add(step).ok()).take(LOOKED_AT);
        let hit =
            *every <= OFTEN && steps.collect::<Vec<_>>().windows(2).any(|pair| pair.iter().all(|at| sleep.at(*at)));
        return hit.then(|| Asleep { who: who(), at: None });
    }
    let at = timer.firings(context.now, None, LOOKED_AT).into_iter().find(|at| sleep.at(*at))?;
    let seldom = timer.parsed.as_ref().is_some_and(|parsed| !parsed.times().is_empty());
    Some(Asleep { who: who(), at: seldom.then_some(at) })
}

/// When the databases sleep.
enum Sleep<'a> {
    /// As the environment's own schedule says.
    Own(crate::schedule::Intent<'a>),
    /// As others stop and start them: what is done, in the order of time.
    Theirs(Vec<(Timestamp, PowerAction)>),
}

impl<'a> Sleep<'a> {
    fn of(near: &[&Timer], context: &SchedulerContext<'a>) -> Self {
        if let Some(off) = context.off {
            return Self::Own(off.intent());
        }
        let databases = |it: &&ScheduledMember| it.member.kind.is_database();
        let from = context.now.checked_sub(BACK).unwrap_or(context.now);
        let to = context.now.checked_add(BACK).unwrap_or(context.now);
        let mut done = Vec::new();
        for timer in near.iter().filter(|timer| timer.enabled) {
            let Effect::Power { verb, on, .. } = &timer.does else { continue };
            let hits = context
                .scheduled_members
                .iter()
                .filter(databases)
                .any(|it| on.iter().any(|aim| owners::is(aim, it, &timer.scope)));
            if hits {
                done.extend(timer.firings(from, Some(to), LOOKED_AT).into_iter().map(|at| (at, *verb)));
            }
        }
        // Somebody who only stops leaves the starting to people, and when they do nobody knows.
        if !done.iter().any(|(_, verb)| *verb == PowerAction::Start) {
            done.clear();
        }
        done.sort_unstable();
        Self::Theirs(done)
    }

    fn at(&self, at: Timestamp) -> bool {
        match self {
            Self::Own(intent) => intent.desired(at) == Desired::Off,
            Self::Theirs(done) => done
                .iter()
                .take_while(|(then, _)| *then <= at)
                .last()
                .is_some_and(|(_, verb)| *verb == PowerAction::Stop),
        }
    }
}
