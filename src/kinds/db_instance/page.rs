//! A DB instance's page: facts, what is to come, the seven-day clock, its relations.
//! Pure: words and tones, no drawing, no colours, no clock.

use super::maintenance_window::window;
use super::model::DbInstance;
use super::rows::{engine, zones};
use super::status::{Class, class, judge, sentence, support_left, support_note};
use crate::display::{Cell, Fact, Section};
use crate::kinds::KindContext;
use crate::kinds::db_blue_green::{Role, pair_of};
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_instance::NOTES_DAYS;
use crate::text::{first_line, span, when};
use crate::world::{Health, Resource};

/// The sections of its page.
pub(super) fn detail(item: &DbInstance, cx: &KindContext<'_>) -> Vec<Section> {
    vec![
        Section::Facts { title: "DB instance", facts: facts(item, cx) },
        Section::Facts { title: "time", facts: time(item, cx) },
        Section::Facts { title: "storage and place", facts: place(item) },
    ]
}

fn facts(item: &DbInstance, cx: &KindContext<'_>) -> Vec<Fact> {
    let assessment = judge(&item.id, &item.status, cx.protected);
    let mut status = item.status.clone();
    // `stopped: is stopped` would say nothing new.
    if !sentence(&item.status).is_empty() && !sentence(&item.status).ends_with(&item.status) {
        status = format!("{status}: {}", sentence(&item.status));
    }
    let mut facts = vec![
        Fact::new("status", Cell::of(assessment.health, status)),
        Fact::new("engine", Cell::plain(engine(&item.engine, item.version.as_deref()))),
        Fact::new("class", Cell::or_none(item.class.as_deref())),
        Fact::new(
            "standby",
            Cell::plain(if item.multi_az { "in a second zone (multi-AZ)" } else { "none (single-AZ)" }),
        ),
    ];
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
    if item.multi_az && !cx.protected && item.cluster.is_none() {
        facts.push(Fact::new(
            "note",
            Cell::dim("multi-AZ costs twice the instance hours; environments like this one seldom need it"),
        ));
    }
    if let Some(name) = &item.cluster {
        let cluster = cx.world.all::<DbCluster>(cx.scope).find(|cluster| &cluster.id == name);
        let open = cluster.map(|cluster| cluster.id(cx.scope));
        facts.push(Fact::to("member of cluster", Cell::plain(name.as_str()), open));
    }
    if let Some((pair, role)) = pair_of(item.key(), cx.world, cx.scope) {
        let other = if role == Role::Blue { pair.green.as_ref() } else { Some(&pair.blue) };
        let open = other.and_then(|arn| cx.world.by_key::<DbInstance>(cx.scope, arn.as_str()));
        facts.push(Fact::to("blue/green", Cell::plain(pair.sentence(role)), open.map(|other| other.id(cx.scope))));
    }
    for (label, names) in [("read replica", &item.replicas), ("replica cluster", &item.replica_clusters)] {
        for name in names {
            let open = cx.resource_index.database(cx.scope, name).map(|replica| replica.id(cx.scope));
            facts.push(Fact::to(label, Cell::plain(name.as_str()), open));
        }
    }
    if let Some(source) = &item.replica_of {
        let open = cx.resource_index.database(cx.scope, source).map(|source| source.id(cx.scope));
        facts.push(Fact::to("replica of", Cell::plain(source.as_str()), open));
    }
    for pending in &item.pending {
        facts.push(Fact::new("pending change", Cell::of(Health::Changing, first_line(pending, 160))));
    }
    facts.extend([
        Fact::new("address", Cell::or_none(address(item.endpoint.as_deref(), item.port))),
        Fact::new("public address", Cell::or_none(item.public.map(|public| if public { "yes" } else { "no" }))),
        Fact::new("IAM login", Cell::plain(if item.iam_auth { "accepted" } else { "off" })),
        Fact::new("deletion protection", Cell::plain(if item.deletion_protection { "on" } else { "off" })),
    ]);
    facts
}

/// `host:5432`.
pub(crate) fn address(host: Option<&str>, port: Option<u32>) -> Option<String> {
    let host = host?;
    Some(port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

fn time(item: &DbInstance, cx: &KindContext<'_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Some(clock) = clock(&item.status, item.auto_restart_at, cx) {
        facts.push(clock);
    }
    facts.extend(windows(item.backup_window.as_deref(), item.maintenance_window.as_deref(), item.backup_days, cx));
    facts.push(Fact::new(
        "certificate until",
        Cell::or_none(item.certificate_until.map(|at| when(at, cx.now, cx.zone))),
    ));
    facts.push(Fact::new("created", Cell::or_none(item.created_at.map(|at| when(at, cx.now, cx.zone)))));
    facts
}

/// The seven-day clock of a stopped database.
pub(crate) fn clock(status: &str, restart: Option<jiff::Timestamp>, cx: &KindContext<'_>) -> Option<Fact> {
    if !matches!(class(status), Class::Down | Class::GoingDown) {
        return None;
    }
    let message = match restart {
        Some(at) => {
            let left = span(at.duration_since(cx.now).as_secs());
            format!("{} (in {left}): AWS starts whatever was stopped for 7 days", when(at, cx.now, cx.zone))
        }
        None => "AWS starts it again after 7 days at most; the time is not known".to_owned(),
    };
    Some(Fact::new("AWS starts it again", Cell::of(Health::Asleep, message)))
}

/// Backup and maintenance, in local time with UTC beside.
pub(crate) fn windows(
    backup: Option<&str>,
    maintenance: Option<&str>,
    days: Option<u32>,
    cx: &KindContext<'_>,
) -> Vec<Fact> {
    let shown = |utc: Option<&str>| Cell::or_none(utc.map(|utc| window(utc, cx.now, cx.zone)));
    let kept = match days {
        Some(0) => Cell::of(Health::Worrying, "no automated backups"),
        days => Cell::or_none(days.map(|days| format!("{days} days"))),
    };
    vec![
        Fact::new("backup window", shown(backup)),
        Fact::new("backups kept", kept),
        Fact::new("maintenance window", shown(maintenance)),
    ]
}

fn place(item: &DbInstance) -> Vec<Fact> {
    let storage = item.storage_gib.map(|gib| {
        let kind = item.storage_type.as_deref().map(|kind| format!(" {kind}")).unwrap_or_default();
        let iops = item.iops.map(|iops| format!(", {iops} IOPS")).unwrap_or_default();
        let most = item.max_storage_gib.map(|max| format!(", grows to {max} GiB")).unwrap_or_default();
        format!("{gib} GiB{kind}{iops}{most}")
    });
    let groups = (!item.security_groups.is_empty()).then(|| item.security_groups.join(" "));
    vec![
        Fact::new("storage", Cell::or_none(storage)),
        Fact::new("zones", Cell::or_none(zones(item))),
        Fact::new("VPC", Cell::or_none(item.vpc.as_deref())),
        Fact::new("subnet group", Cell::or_none(item.subnet_group.as_deref())),
        Fact::new("security groups", Cell::or_none(groups)),
    ]
}
