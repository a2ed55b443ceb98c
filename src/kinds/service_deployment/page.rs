//! The page of one deployment of a service, and of two side by side: how it went, who registered its revision, and what
//! differs. Pure: words and tones, no drawing, no clock.

use super::ServiceDeployment;
use crate::display::{Cell, Column, Fact, Row, Section, Width};
use crate::kinds::KindContext;
use crate::kinds::ecs_service::comparison::{Side, compare, deployments, unread};
use crate::kinds::ecs_service::delivery::is_on_its_way;
use crate::kinds::ecs_service::{Service, delivery_page, deployed_by, history_page};
use crate::kinds::task_definition::{TaskDefinition, revision_name};
use crate::kinds::trail_event::{TrailEvent, around};
use crate::text::{first_line, mask_text, span, when, word};
use crate::world::read_request::ReadRequest;
use crate::world::{Arn, Resource, ResourceId, Scope, World};

const COLUMNS: &[Column] = &[
    Column::text("WHAT", Width::Fit(8, 40), 9),
    Column::text("BEFORE", Width::Fit(8, 70), 8),
    Column::text("AFTER", Width::Fill(12), 9),
];

/// The service it is a deployment of.
pub(super) fn owner(item: &ServiceDeployment, world: &World, scope: &Scope) -> Option<ResourceId> {
    world.by_key::<Service>(scope, item.service.as_str()).map(|service| service.id(scope))
}

/// What it is compared with where nothing else is chosen: what runs; what ran before it, where it is that itself.
fn against<'a>(item: &ServiceDeployment, service: &'a Service, world: &'a World, scope: &Scope) -> Option<Side<'a>> {
    let running = Side::running(service, world, scope);
    if running.record.is_none_or(|record| record.arn != item.arn) {
        return Some(running);
    }
    let before = deployments(service, world, scope).into_iter().filter(|one| one.created_at < item.created_at);
    let mut done = before.filter(|one| history_page::result(one).0 == crate::world::Health::Well);
    done.next().and_then(|record| Side::of_record(record, world, scope))
}

/// What is read while its page is open: its neighbours, and what their revisions define.
pub(super) fn reads(item: &ServiceDeployment, world: &World, scope: &Scope) -> Vec<ReadRequest> {
    let mut all = vec![ReadRequest::part(scope, ServiceDeployment::KIND, item.service.as_str())];
    let other = world
        .by_key::<Service>(scope, item.service.as_str())
        .and_then(|service| against(item, service, world, scope))
        .map(|side| side.revision);
    let parts = unread(item.task_definition.iter().chain(other), world, scope);
    all.extend(parts.iter().map(|part| ReadRequest::part(scope, TaskDefinition::KIND, part)));
    all.extend(deployed_by::read(item, scope));
    all
}

/// The sections of its page.
pub(super) fn detail(item: &ServiceDeployment, cx: &KindContext<'_>) -> Vec<Section> {
    let mut all = vec![Section::Facts { title: "deployment", facts: facts(item, cx) }];
    let service = cx.world.by_key::<Service>(cx.scope, item.service.as_str());
    if let Some(service) = service.filter(|_| is_on_its_way(item)) {
        all.push(Section::Facts { title: "delivery", facts: delivery_page::facts_of(service, Some(item), cx) });
    }
    let (Some(service), Some(side)) = (service, Side::of_record(item, cx.world, cx.scope)) else { return all };
    let running = Side::running(service, cx.world, cx.scope);
    match against(item, service, cx.world, cx.scope) {
        Some(other) if running.record == other.record => all.extend(table("compared with what runs", side, other)),
        Some(other) => all.extend(table("compared with what ran before", side, other)),
        None => {}
    }
    all
}

/// How it differs from another one.
pub(super) fn compared(item: &ServiceDeployment, other: &ServiceDeployment, cx: &KindContext<'_>) -> Vec<Section> {
    let mut both = [item, other];
    both.sort_by_key(|one| one.created_at);
    let [old, new] = both;
    let mut all = vec![
        Section::Facts { title: "before", facts: facts(old, cx) },
        Section::Facts { title: "after", facts: facts(new, cx) },
    ];
    let sides = Side::of_record(old, cx.world, cx.scope).zip(Side::of_record(new, cx.world, cx.scope));
    all.extend(sides.into_iter().flat_map(|(old, new)| table("compared", old, new)));
    all
}

/// The differences, the older side first, and what could not be told.
fn table(title: &'static str, one: Side<'_>, other: Side<'_>) -> Vec<Section> {
    let (old, new) = if one.at() <= other.at() { (one, other) } else { (other, one) };
    let found = compare(old, new);
    let cell = |text: &Option<String>| Cell::or_none(text.as_deref().map(|text| mask_text(text).into_owned()));
    let sides = format!("{} and {}", revision_name(old.revision), revision_name(new.revision));
    let rows = found.differences.iter().map(|one| Row {
        key: one.what.clone(),
        open: None,
        health: None,
        cells: vec![Cell::strong(one.what.as_str()), cell(&one.from), cell(&one.to)],
    });
    let mut facts = vec![Fact::new("sides", Cell::plain(sides))];
    facts.extend(found.notes.iter().map(|note| Fact::new("note", Cell::dim(note.as_str()))));
    let rows = rows.collect();
    vec![
        Section::Table { title, columns: COLUMNS, rows, empty: "nothing differs, as far as it is known" },
        Section::Facts { title: "how it was compared", facts },
    ]
}

fn facts(item: &ServiceDeployment, cx: &KindContext<'_>) -> Vec<Fact> {
    let at = |at: Option<jiff::Timestamp>| Cell::or_none(at.map(|at| when(at, cx.now, cx.zone)));
    let (health, result) = history_page::result(item);
    let definition = item.task_definition.as_ref().and_then(|arn| defined(arn, cx));
    let mut facts = vec![
        Fact::to("service", Cell::plain(item.service.last()), owner(item, cx.world, cx.scope)),
        Fact::new("result", Cell::sentence(health, result)),
        Fact::new("revision", Cell::or_none(item.task_definition.as_ref().map(revision_name))),
        Fact::new("started", at(item.created_at)),
        Fact::new("deployed by", who(item, cx)),
        Fact::new("took", Cell::or_none(history_page::took(item).map(span))),
    ];
    if let Some(why) = history_page::why(item) {
        facts.push(Fact::new("why", Cell::of(health, first_line(&why, 300))));
    }
    let strategy = item.progress.settings.strategy.as_deref().map(|name| word(name).replace('_', "/"));
    facts.push(Fact::new("strategy", Cell::or_none(strategy)));
    facts.extend(item.images.iter().map(|image| Fact::new("image", Cell::plain(history_page::image(image)))));
    if let Some(definition) = definition {
        facts.push(Fact::new("registered", at(definition.registered_at)));
        facts.push(Fact::new("registered by", Cell::or_none(definition.registered_by.as_ref().map(Arn::as_str))));
    }
    facts
}

/// Who made it, as CloudTrail tells; why that is not known, where it could not be asked.
fn who(item: &ServiceDeployment, cx: &KindContext<'_>) -> Cell {
    if let Some(words) = deployed_by::deployed_by(item, cx.world, cx.scope).and_then(deployed_by::words) {
        return Cell::plain(words);
    }
    let store = cx.world.store(cx.scope, TrailEvent::KIND);
    let part = item.created_at.map(around);
    let bin =
        store.and_then(|store| store.bins().find(|(known, _)| part.as_deref().is_some_and(|part| ***known == *part)));
    match bin.map(|(_, bin)| bin.fault.as_ref()) {
        Some(Some(fault)) => Cell::dim(format!("not known: {}", fault.sentence())),
        Some(None) => Cell::dim("nobody that CloudTrail recorded"),
        None => Cell::none(),
    }
}

fn defined<'a>(revision: &Arn, cx: &KindContext<'a>) -> Option<&'a TaskDefinition> {
    cx.world.by_key::<TaskDefinition>(cx.scope, revision.as_str())
}
