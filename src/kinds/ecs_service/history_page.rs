//! The deployments of a service that AWS keeps (90 days), as a table of its page: each opens, and two can be compared. What
//! is read for that, and when. Pure: words and tones, no drawing, no clock.

use super::comparison::{deployments, short_digest};
use super::delivery::{RecordState, rollback_reason, state_of};
use super::model::Service;
use crate::display::{Cell, Column, Row, Section, Width};
use crate::kinds::KindContext;
use crate::kinds::service_deployment::{RunningImage, ServiceDeployment};
use crate::kinds::task_definition::{image_name, revision_name};
use crate::text::{first_line, span, when, word};
use crate::world::read_request::ReadRequest;
use crate::world::{Health, Resource, Scope, World};

const COLUMNS: &[Column] = &[
    Column::text("DEPLOYED", Width::Fit(8, 30), 9),
    Column::text("REVISION", Width::Fit(8, 32), 8),
    Column::text("RESULT", Width::Fit(7, 26), 9),
    Column::figure("TOOK", Width::Fit(5, 12), 4),
    Column::text("STRATEGY", Width::Fit(7, 12), 3),
    Column::text("IMAGES", Width::Fit(8, 60), 6),
    Column::text("WHY", Width::Fill(12), 7),
];

/// What is read while its page is open, besides what is read anyway.
pub(super) fn reads(item: &Service, _world: &World, scope: &Scope) -> Vec<ReadRequest> {
    if item.controller != "ECS" {
        return Vec::new();
    }
    vec![ReadRequest::part(scope, ServiceDeployment::KIND, item.key())]
}

/// The table; none where another controller deploys, of whose work ECS keeps no records.
pub(super) fn section(item: &Service, cx: &KindContext<'_>) -> Option<Section> {
    if item.controller != "ECS" {
        return None;
    }
    let rows = deployments(item, cx.world, cx.scope).into_iter().map(|record| row(record, cx)).collect();
    let store = cx.world.store(cx.scope, ServiceDeployment::KIND);
    let bin = store.and_then(|store| store.bins().find(|(part, _)| ***part == *item.key()));
    let empty = match bin {
        None => "reading the deployments that AWS keeps…",
        Some((_, bin)) if bin.fault.is_some() => "they could not be read: ! tells why",
        Some(_) => "AWS keeps none",
    };
    Some(Section::Table { title: "deployments of the last 90 days", columns: COLUMNS, rows, empty })
}

/// How a deployment ended, in words.
#[must_use]
pub fn result(record: &ServiceDeployment) -> (Health, String) {
    match state_of(record) {
        RecordState::Successful => (Health::Well, "successful".to_owned()),
        RecordState::OnItsWay => (Health::Changing, "on its way".to_owned()),
        RecordState::GoingBack => (Health::Worrying, "is being rolled back".to_owned()),
        RecordState::RolledBack => (Health::Worrying, "rolled back".to_owned()),
        RecordState::Stopped => (Health::Worrying, "stopped".to_owned()),
        RecordState::RollbackFailed => (Health::Bad, "could not be rolled back".to_owned()),
        RecordState::Unknown => (Health::Unknown, word(&record.status).replace('_', " ")),
    }
}

/// Why it did not go well; `None` where it did, or nobody says.
#[must_use]
pub fn why(record: &ServiceDeployment) -> Option<String> {
    let went = matches!(state_of(record), RecordState::Successful | RecordState::OnItsWay);
    rollback_reason(record).filter(|_| !went).or_else(|| record.reason.clone())
}

/// `app:v2 sha256:0123456789ab`.
#[must_use]
pub fn image(image: &RunningImage) -> String {
    let digest = image.digest.as_deref().map(|digest| format!(" {}", short_digest(digest)));
    format!("{}{}", image_name(&image.image), digest.unwrap_or_default())
}

/// How long it took, in seconds.
#[must_use]
pub fn took(record: &ServiceDeployment) -> Option<i64> {
    Some(record.finished_at?.duration_since(record.created_at?).as_secs())
}

fn row(record: &ServiceDeployment, cx: &KindContext<'_>) -> Row {
    let (health, result) = result(record);
    let images: Vec<String> = record.images.iter().map(image).collect();
    let strategy = record.progress.settings.strategy.as_deref().map(|name| word(name).replace('_', "/"));
    // What is over is history: only what goes on has a mark of its own.
    let mark = if health == Health::Changing { health } else { Health::Well };
    Row {
        key: record.key().to_owned(),
        open: Some(record.id(cx.scope)),
        health: Some(mark),
        cells: vec![
            Cell::or_none(record.created_at.map(|at| when(at, cx.now, cx.zone))),
            Cell::or_none(record.task_definition.as_ref().map(revision_name)),
            Cell::sentence(health, result),
            Cell::or_none(took(record).map(span)),
            Cell::or_none(strategy),
            Cell::or_none((!images.is_empty()).then(|| first_line(&images.join(", "), 200))),
            Cell::dim(why(record).map(|why| first_line(&why, 200)).unwrap_or_default()),
        ],
    }
}
