//! How a job is judged: a failed last run, one that was missed or could not be begun, one that runs too long. Missing
//! data says nothing: a job of which no run is known is neither well nor ill because of that. Pure.

use jiff::{SignedDuration, Timestamp};

use super::{JobRun, JobView, RunState};
use crate::kinds::KindContext;
use crate::text::{moment, span};
use crate::world::{Assessment, Health};

/// How long a failed run is worth a word where no clock tells when the next one comes.
const LATELY: SignedDuration = SignedDuration::from_hours(24);
/// A run longer than this is told where nothing else limits it.
const LONGEST: SignedDuration = SignedDuration::from_hours(6);
/// How many times as long as the longest run before is too long.
const TIMES: i64 = 3;
/// How many runs tell what is usual.
const ENOUGH: usize = 3;
/// Nothing shorter than this is too long for a job that is usually short.
const SHORT: i64 = 600;

/// How it is, with a sentence where there is something to say.
pub(in crate::kinds) fn assess(job: &JobView, cx: &KindContext<'_>) -> Assessment {
    if !job.enabled {
        return Assessment::well();
    }
    let told = |why: String| Assessment::new(Health::Worrying, format!("job {} {why}", job.name));
    if let Some(running) = job.runs.iter().find(|run| run.state == RunState::Running)
        && let Some(why) = too_long(job, running, cx.now)
    {
        return told(why);
    }
    if let Some(run) = failed(job, cx.now) {
        let at = run.ended_at.or(run.begun_at());
        let at = at.map(|at| format!(" at {}", moment(at, cx.now, cx.zone))).unwrap_or_default();
        let why = run.why.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
        return told(format!("failed{at}{why}"));
    }
    match &job.trouble {
        Some(trouble) => told(trouble.clone()),
        None => Assessment::well(),
    }
}

/// Its last run that is over, if that failed and is still worth a word: until the next one where there is a clock.
fn failed(job: &JobView, now: Timestamp) -> Option<&JobRun> {
    let last = job.runs.iter().find(|run| run.state.is_over())?;
    let at = last.ended_at.or(last.begun_at())?;
    let fresh = job.clock.is_some() || now.duration_since(at) < LATELY;
    (last.state == RunState::Failed && fresh).then_some(last)
}

fn too_long(job: &JobView, run: &JobRun, now: Timestamp) -> Option<String> {
    let runs = run.seconds(now)?;
    if let Some(limit) = job.limit.map(|limit| limit.as_secs()).filter(|limit| runs > *limit) {
        return Some(format!("runs for {}, and should have ended after {}", span(runs), span(limit)));
    }
    let done = job.runs.iter().filter(|run| run.state == RunState::Succeeded);
    let took: Vec<i64> = done.filter_map(|run| run.seconds(now)).collect();
    if let Some(longest) =
        took.iter().max().filter(|longest| took.len() >= ENOUGH && runs > (**longest * TIMES).max(SHORT))
    {
        return Some(format!("runs for {}; before it took {} at most", span(runs), span(*longest)));
    }
    (job.limit.is_none() && runs > LONGEST.as_secs()).then(|| format!("runs for {}", span(runs)))
}
