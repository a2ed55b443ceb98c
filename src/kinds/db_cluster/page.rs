//! A DB cluster's page: facts, members, what is to come, the seven-day clock.
//! Pure: words and tones, no drawing, no colours, no clock.

use super::model::DbCluster;
use super::rows::{COLUMNS, members};
use super::rules::assess;
use crate::display::{Cell, Fact, Section};
use crate::kinds::KindContext;
use crate::kinds::db_blue_green::pair_of;
use crate::kinds::db_instance::NOTES_DAYS;
use crate::kinds::db_instance::{address, clock, engine, support_left, support_note, windows};
use crate::text::{span, when};
use crate::world::Health;

/// The sections of its page.
pub(super) fn detail(item: &DbCluster, cx: &KindContext<'_>) -> Vec<Section> {
    let mut time: Vec<Fact> = clock(&item.status, item.auto_restart_at, cx).into_iter().collect();
    time.extend(windows(item.backup_window.as_deref(), item.maintenance_window.as_deref(), item.backup_days, cx));
    time.push(Fact::new("created", Cell::or_none(item.created_at.map(|at| when(at, cx.now, cx.zone)))));
    vec![
        Section::Facts { title: "DB cluster", facts: facts(item, cx) },
        Section::Table { title: "members", columns: COLUMNS, rows: members(item, cx), empty: "it has no instances" },
        Section::Facts { title: "time", facts: time },
    ]
}

/// How a serverless cluster pauses, beside what a stop does.
fn pauses(seconds: u32) -> String {
    format!(
        "after {} without a connection; paused or stopped, storage alone is billed; paused, the next connection wakes it within \
         about 15 s, and AWS never starts it by itself after seven days; an open connection keeps it awake",
        span(i64::from(seconds))
    )
}

fn facts(item: &DbCluster, cx: &KindContext<'_>) -> Vec<Fact> {
    let assessment = assess(item, cx).unwrap_or_default();
    let mut facts = vec![Fact::new("status", Cell::of(assessment.health, item.status.as_str()))];
    if let Some(why) = assessment.why {
        facts.push(Fact::new("why", Cell::of(assessment.health, why)));
    }
    facts.push(Fact::new("engine", Cell::plain(engine(&item.engine, item.version.as_deref()))));
    let release = (item.engine.as_str(), item.version.as_deref(), item.lifecycle.as_deref());
    if let Some(note) = support_note(release, cx.now, NOTES_DAYS) {
        facts.push(Fact::new("note", Cell::of(Health::Worrying, note)));
    }
    let left = support_left(&item.engine, item.version.as_deref(), cx.now).filter(|(.., left)| *left >= 0);
    facts.extend(
        left.map(|(_, ends, left)| {
            Fact::new("standard support", Cell::plain(format!("until {ends}, for {left} d more")))
        }),
    );
    if let Some((pair, role)) = pair_of(item.arn.as_str(), cx.world, cx.scope) {
        facts.push(Fact::new("blue/green", Cell::plain(pair.sentence(role))));
    }
    let groups = (!item.security_groups.is_empty()).then(|| item.security_groups.join(" "));
    facts.extend([
        Fact::new("mode", Cell::or_none(item.mode.as_deref())),
        Fact::new("capacity", Cell::or_none(item.serverless_v2.as_deref().or(item.class.as_deref()))),
        Fact::new("pauses itself", Cell::or_none(item.auto_pause_seconds.map(pauses))),
        Fact::new("multi-AZ", Cell::plain(if item.multi_az { "yes" } else { "no" })),
        Fact::new("writer address", Cell::or_none(address(item.endpoint.as_deref(), item.port))),
        Fact::new("reader address", Cell::or_none(address(item.reader_endpoint.as_deref(), item.port))),
        Fact::new("global cluster", Cell::or_none(item.global.as_deref())),
        Fact::new("replica of", Cell::or_none(item.replica_of.as_deref())),
        Fact::new("subnet group", Cell::or_none(item.subnet_group.as_deref())),
        Fact::new("security groups", Cell::or_none(groups)),
        Fact::new("IAM login", Cell::plain(if item.iam_auth { "accepted" } else { "off" })),
        Fact::new("deletion protection", Cell::plain(if item.deletion_protection { "on" } else { "off" })),
    ]);
    if item.multi_az && !cx.protected {
        let message =
            "instances in several zones cost as many instance hours; environments like this one seldom need it";
        facts.push(Fact::new("note", Cell::of(Health::Well, message)));
    }
    facts
}
