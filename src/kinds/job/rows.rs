//! A job in one line, as a JSON object, and its page.
//! Pure: words and tones, no drawing, no colours, no clock.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{JobRun, JobView, RunState, assess};
use crate::display::{Cell, Column, Fact, Row, Section, Width};
use crate::kinds::KindContext;
use crate::schedule::wording::rfc;
use crate::text::{counted, span, when};
use crate::world::{Health, ResourceId};

/// Columns of the panel of jobs.
pub(in crate::kinds) const COLUMNS: &[Column] = &[
    Column::text("JOB", Width::Fit(8, 40), 9),
    Column::text("RUNS", Width::Fit(8, 36), 5),
    Column::text("AT", Width::Fit(5, 20), 6),
    Column::text("NEXT", Width::Fit(5, 16), 7),
    Column::text("LAST", Width::Fit(5, 16), 7),
    Column::text("RESULT", Width::Fit(6, 12), 9),
    Column::figure("TOOK", Width::Fit(4, 10), 4),
    Column::text("WHY", Width::Fill(12), 8),
];

const RUNS: &[Column] = &[
    Column::text("RUN", Width::Fit(8, 40), 8),
    Column::text("RESULT", Width::Fit(6, 12), 9),
    Column::text("BEGAN", Width::Fit(6, 20), 9),
    Column::figure("TOOK", Width::Fit(4, 10), 7),
    Column::text("WHY", Width::Fill(12), 8),
];

const fn health(state: RunState) -> Health {
    match state {
        RunState::Pending | RunState::Running => Health::Changing,
        RunState::Succeeded | RunState::Stopped => Health::Well,
        RunState::Failed => Health::Worrying,
    }
}

fn result(run: Option<&JobRun>) -> Cell {
    run.map_or_else(Cell::none, |run| match run.state {
        RunState::Succeeded => Cell::plain(run.state.word()),
        state => Cell::of(health(state), state.word()),
    })
}

fn took(run: Option<&JobRun>, now: Timestamp) -> Cell {
    Cell::or_none(run.and_then(|run| run.seconds(now)).map(span))
}

/// Its line.
pub(in crate::kinds) fn row(job: &JobView, id: ResourceId, cx: &KindContext<'_>) -> Row {
    let assessment = assess(job, cx);
    let last = job.runs.first();
    let clock = job.clock.as_ref();
    let at = clock.map(|clock| clock.local.clone().unwrap_or_else(|| clock.expression.clone()));
    let next = match (clock, job.enabled) {
        (Some(_), false) => Cell::dim("off"),
        (clock, _) => Cell::or_none(clock.and_then(|clock| clock.next_at).map(|at| when(at, cx.now, cx.zone))),
    };
    Row {
        key: id.key.to_string(),
        open: Some(id),
        health: Some(assessment.health),
        cells: vec![
            Cell::strong(job.name.as_str()),
            Cell::plain(format!("{} {}", job.work.word(), job.what)),
            Cell::or_none(at),
            next,
            Cell::or_none(last.and_then(JobRun::begun_at).map(|at| when(at, cx.now, cx.zone))),
            result(last),
            took(last, cx.now),
            Cell::of(assessment.health, assessment.why.unwrap_or_default()),
        ],
    }
}

/// Its object in `status --json` and `toban jobs --json`.
pub(in crate::kinds) fn to_json(job: &JobView, cx: &KindContext<'_>) -> Value {
    let assessment = assess(job, cx);
    let clock = job.clock.as_ref();
    json!({
        "name": job.name,
        "kind": job.kept_by,
        "work": job.work.word(),
        "what": job.what,
        "place": job.place,
        "enabled": job.enabled,
        "expression": clock.map(|clock| clock.expression.as_str()),
        "timezone": clock.map(|clock| clock.stored.as_str()),
        "local": clock.and_then(|clock| clock.local.as_deref()),
        "next_at": clock.and_then(|clock| clock.next_at).map(|at| rfc(at, cx.zone)),
        "last": job.runs.first().map(|run| run_json(run, cx)),
        "health": assessment.health,
        "why": assessment.why,
    })
}

fn run_json(run: &JobRun, cx: &KindContext<'_>) -> Value {
    let at = |at: Option<Timestamp>| at.map(|at| rfc(at, cx.zone));
    json!({
        "id": Some(run.id.as_str()).filter(|id| !id.is_empty()),
        "state": run.state,
        "started_at": at(run.begun_at()),
        "ended_at": at(run.ended_at),
        "seconds": run.seconds(cx.now),
        "why": run.why,
    })
}

/// The sections of its page: what it is, and its runs. `more` are facts that its kind adds.
pub(in crate::kinds) fn detail(job: &JobView, more: Vec<Fact>, cx: &KindContext<'_>) -> Vec<Section> {
    let assessment = assess(job, cx);
    let mut facts = vec![Fact::new("runs", Cell::plain(format!("{} {}", job.work.word(), job.what)))];
    if let Some(why) = assessment.why {
        facts.push(Fact::new("why", Cell::of(assessment.health, why)));
    }
    facts.push(Fact::new("in", Cell::or_none(job.place.as_deref())));
    if let Some(clock) = &job.clock {
        let next = if job.enabled {
            Cell::or_none(clock.next_at.map(|at| when(at, cx.now, cx.zone)))
        } else {
            Cell::dim("never: it is switched off")
        };
        facts.push(Fact::new("at", Cell::plain(clock.sentence())));
        facts.push(Fact::new("next", next));
        facts.push(Fact::new("last due", Cell::or_none(clock.due_at.map(|at| when(at, cx.now, cx.zone)))));
    }
    facts.push(Fact::new("limit", Cell::or_none(job.limit.map(|limit| span(limit.as_secs())))));
    let failed = job.runs.iter().filter(|run| run.state == RunState::Failed).count();
    if !job.runs.is_empty() {
        let told = format!("{} known, {failed} failed", counted(job.runs.len(), "run"));
        facts.push(Fact::new("history", Cell::plain(told)));
    }
    facts.extend(more);
    let runs = job.runs.iter().enumerate().map(|(at, run)| Row {
        key: if run.id.is_empty() { at.to_string() } else { run.id.clone() },
        open: run.open.clone(),
        health: Some(health(run.state)),
        cells: vec![
            Cell::plain(run.id.as_str()),
            result(Some(run)),
            Cell::or_none(run.begun_at().map(|at| when(at, cx.now, cx.zone))),
            took(Some(run), cx.now),
            Cell::plain(run.why.clone().unwrap_or_default()),
        ],
    });
    let empty = "none that AWS still knows (ECS forgets a stopped task after an hour)";
    vec![
        Section::Facts { title: "job", facts },
        Section::Table { title: "runs", columns: RUNS, rows: runs.collect(), empty },
    ]
}
