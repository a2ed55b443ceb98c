//! A job queue in one line, as a JSON object, and its page.
//! Pure: words and tones, no drawing, no colours, no clock.

use serde_json::{Value, json};

use super::model::{BatchJob, BatchQueue};
use super::rules::assess;
use crate::display::{Cell, Column, Fact, Row, Section, Width};
use crate::kinds::KindContext;
use crate::kinds::job::{JobRun, RunState, family, of_batch};
use crate::text::{span, when, word};
use crate::world::{Health, Resource};

/// Columns of its panel.
pub(super) const COLUMNS: &[Column] = &[
    Column::text("QUEUE", Width::Fit(8, 40), 9),
    Column::text("STATE", Width::Fit(6, 12), 8),
    Column::figure("WAITING", Width::Fit(4, 8), 8),
    Column::figure("RUNNING", Width::Fit(4, 8), 8),
    Column::figure("FAILED", Width::Fit(4, 8), 8),
    Column::text("WHERE", Width::Fit(6, 36), 5),
    Column::text("WHY", Width::Fill(12), 8),
];

const JOBS: &[Column] = &[
    Column::text("JOB", Width::Fit(8, 40), 9),
    Column::text("STATUS", Width::Fit(6, 12), 9),
    Column::text("DEFINITION", Width::Fit(6, 36), 5),
    Column::text("SUBMITTED", Width::Fit(6, 20), 7),
    Column::figure("TOOK", Width::Fit(4, 10), 6),
    Column::text("WHY", Width::Fill(12), 8),
];

const PLACES: &[Column] = &[
    Column::text("COMPUTE ENVIRONMENT", Width::Fit(8, 40), 9),
    Column::text("KIND", Width::Fit(4, 14), 6),
    Column::text("STATE", Width::Fit(6, 20), 8),
    Column::figure("MOST VCPUS", Width::Fit(4, 10), 7),
    Column::text("WHY", Width::Fill(12), 8),
];

fn count(item: &BatchQueue, which: &[&str]) -> usize {
    item.jobs.iter().filter(|job| which.contains(&job.status.as_str())).count()
}

const WAITING: &[&str] = &["SUBMITTED", "PENDING", "RUNNABLE", "STARTING"];

/// Its line.
pub(super) fn rows(item: &BatchQueue, cx: &KindContext<'_>) -> Vec<Row> {
    let assessment = assess(item, cx);
    let places: Vec<&str> = item.environments.iter().map(|place| place.arn.last()).collect();
    vec![Row {
        key: item.key().to_owned(),
        open: Some(item.id(cx.scope)),
        health: Some(assessment.health),
        cells: vec![
            Cell::strong(item.name.as_str()),
            Cell::or_none(item.state.as_deref().map(word)),
            Cell::plain(count(item, WAITING).to_string()),
            Cell::plain(count(item, &["RUNNING"]).to_string()),
            Cell::plain(count(item, &["FAILED"]).to_string()),
            Cell::or_none(Some(places.join(", ")).filter(|text| !text.is_empty())),
            Cell::of(assessment.health, assessment.why.unwrap_or_default()),
        ],
    }]
}

/// Its object in `status --json`.
pub(super) fn to_json(item: &BatchQueue, cx: &KindContext<'_>) -> Value {
    let assessment = assess(item, cx);
    json!({
        "name": item.name,
        "state": item.state.as_deref().map(word),
        "status": item.status.as_deref().map(word),
        "waiting": count(item, WAITING),
        "running": count(item, &["RUNNING"]),
        "failed": count(item, &["FAILED"]),
        "compute_environments": item.environments.iter().map(|place| json!({
            "name": place.arn.last(), "kind": place.kind.as_deref().map(word), "state": place.state.as_deref().map(word),
            "status": place.status.as_deref().map(word), "max_vcpus": place.most_vcpus,
        })).collect::<Vec<_>>(),
        "health": assessment.health,
        "why": assessment.why,
    })
}

/// The sections of its page.
pub(super) fn detail(item: &BatchQueue, cx: &KindContext<'_>) -> Vec<Section> {
    let assessment = assess(item, cx);
    let mut facts = vec![
        Fact::new("state", Cell::or_none(item.state.as_deref().map(word))),
        Fact::new("status", Cell::or_none(item.status.as_deref().map(word))),
    ];
    if let Some(why) = assessment.why {
        facts.push(Fact::new("why", Cell::of(assessment.health, why)));
    }
    if item.more {
        facts.push(Fact::new("jobs", Cell::dim("only the newest hundred are shown")));
    }
    let places = item.environments.iter().map(|place| Row {
        key: place.arn.as_str().to_owned(),
        open: None,
        health: None,
        cells: vec![
            Cell::strong(place.arn.last()),
            Cell::or_none(place.kind.as_deref().map(word)),
            Cell::or_none(place.state.as_deref().map(word)),
            Cell::or_none(place.most_vcpus.map(|most| most.to_string())),
            Cell::plain(place.reason.clone().unwrap_or_default()),
        ],
    });
    let jobs = item.jobs.iter().map(|job| line(job, item, cx));
    vec![
        Section::Facts { title: "job queue", facts },
        Section::Table {
            title: "runs in",
            columns: PLACES,
            rows: places.collect(),
            empty: "it has no compute environment",
        },
        Section::Table {
            title: "jobs of the last week",
            columns: JOBS,
            rows: jobs.collect(),
            empty: "there were none",
        },
    ]
}

fn line(job: &BatchJob, queue: &BatchQueue, cx: &KindContext<'_>) -> Row {
    let run: JobRun = of_batch(job, queue, cx.scope);
    let health = match run.state {
        RunState::Failed => Health::Worrying,
        RunState::Pending | RunState::Running => Health::Changing,
        RunState::Succeeded | RunState::Stopped => Health::Well,
    };
    Row {
        key: job.id.clone(),
        open: None,
        health: Some(health),
        cells: vec![
            Cell::strong(job.name.as_str()),
            Cell::of(health, job.status.to_lowercase()),
            Cell::or_none(job.definition.as_deref().map(family)),
            Cell::or_none(job.created_at.map(|at| when(at, cx.now, cx.zone))),
            Cell::or_none(run.seconds(cx.now).map(span)),
            Cell::plain(run.why.unwrap_or_default()),
        ],
    }
}
