//! Databases that cannot be used: by their status, by what RDS said of them, and by who stopped them. Pure.
//! That a database is stopped on purpose is no cause; that something runs into it is.

use jiff::Timestamp;

use super::Site;
use crate::diagnosis::context::Database;
use crate::diagnosis::explain::facts::ServiceFacts;
use crate::diagnosis::explain::graph::used_databases;
use crate::diagnosis::explain::hypothesis::{Hypothesis, Spread, Strength, evidence};
use crate::diagnosis::explain::symptoms::{Sign, Symptom};
use crate::kinds::db_event::{DbMessage, PowerEvents};
use crate::kinds::db_instance::{Class, STATUSES};
use crate::text::{first_line, moment};
use crate::timeline::EventKind;
use crate::world::Resource;

const EVENTS: &str = "rds:DescribeEvents";
const LOG: &str = "logs:GetLogEvents";
/// An event of RDS counts as a cause this long before the onset of what it explains, and after it.
const NEAR: i64 = 3600;

/// Whether a message of RDS tells of trouble, not of routine (User Guide, "Amazon RDS event categories and messages").
pub(in crate::diagnosis::explain) fn is_trouble(message: &str) -> bool {
    story(message).is_some()
}

/// Which rule a message of RDS belongs to.
fn story(message: &str) -> Option<&'static str> {
    let lower = message.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    Some(if has(&["failover", "fail over", "failed over"]) {
        "database-failed-over"
    } else if has(&[
        "storage space is full",
        "exhausted its storage",
        "allocated storage has been exhausted",
        "storage-full",
        "free storage capacity",
    ]) {
        "database-storage-full"
    } else if has(&["out of memory", "recovery of the db instance", "unexpected", "crash"]) {
        "database-crashed"
    } else if has(&["restarted", "rebooted", "shutdown"]) {
        "database-restarted"
    } else if has(&["stopped"]) {
        "database-stopped"
    } else {
        return None;
    })
}

/// The causes that databases are.
pub(super) fn propose<'a>(site: &Site<'_, 'a>) -> Vec<Hypothesis<'a>> {
    let mut all = Vec::new();
    for database in &site.cx.databases {
        all.extend(status(site, database));
        all.extend(events(site, database));
        all.extend(certificate(site, database));
    }
    all
}

fn source(database: &Database<'_>) -> &'static str {
    if database.member.id.kind.0 == "db-cluster" { "rds:DescribeDBClusters" } else { "rds:DescribeDBInstances" }
}

fn messages<'w>(site: &Site<'_, 'w>, database: &Database<'w>) -> &'w [DbMessage] {
    let id = &database.member.id;
    site.cx.world.by_key::<PowerEvents>(&id.scope, &id.key).map_or(&[], |events| &events.messages)
}

fn events_read(site: &Site<'_, '_>, database: &Database<'_>) -> bool {
    let id = &database.member.id;
    let store = site.cx.world.store(&id.scope, PowerEvents::KIND);
    store.is_some_and(|store| store.read_at(&id.key).is_some())
}

/// A database whose status says that it cannot be used.
fn status<'a>(site: &Site<'_, 'a>, database: &Database<'a>) -> Option<Hypothesis<'a>> {
    let words = STATUSES.iter().find(|(known, ..)| *known == database.status).map_or("", |(.., words)| *words);
    let id = database.id;
    let (rule, message) = match (database.class(), database.status) {
        (_, "storage-full") => ("database-storage-full", format!("the storage of database {id} is full")),
        (_, status) if status.starts_with("inaccessible-encryption-credentials") => {
            ("database-key-inaccessible", format!("the KMS key of database {id} cannot be used"))
        }
        (_, "incompatible-parameters") => {
            ("database-parameters", format!("the parameters of database {id} keep it from starting"))
        }
        (_, "incompatible-network") => ("database-network", format!("the network of database {id} does not fit")),
        (_, "insufficient-capacity") => ("database-no-capacity", format!("AWS has no capacity for database {id}")),
        (Class::Blocked, status) => ("database-blocked", format!("database {id} is {status}: {words}")),
        (_, "failing-over") => ("database-failed-over", format!("database {id} fails over")),
        (_, "rebooting") => ("database-restarted", format!("database {id} reboots")),
        (Class::Down, _) => stopped(site, database),
        (Class::GoingDown, _) => ("database-stopping", format!("database {id} is stopping")),
        (Class::GoingUp, _) => ("database-starting", format!("database {id} is still starting")),
        (Class::Going, _) => ("database-deleting", format!("database {id} is being deleted")),
        (_, "creating") => ("database-creating", format!("database {id} is still being created")),
        _ => return None,
    };
    let since = since(site, database);
    let told = evidence(format!("database {id} is {}", database.status), since, source(database)).on(database.member);
    let mut it =
        Hypothesis::new(rule, database.member, (Spread::Database, Strength::Seen), message).since(since).shows(told);
    // Of itself its status is the whole truth; that others suffer from it is told by who was seen to wait for it.
    let troubled = |facts: &&ServiceFacts<'_>| site.is_in_trouble(facts);
    let mut others = site.symptoms.iter().filter(|symptom| symptom.member.id != database.member.id);
    let measures = |symptom: &Symptom<'_>| matches!(symptom.sign, Sign::Alarm(_) | Sign::Composite);
    let suffers = others.any(|symptom| !measures(symptom)) || users(site, database).any(|facts| troubled(&facts));
    let unheard = users(site, database).filter(troubled).any(|facts| !facts.unread.is_empty());
    it.confirmed = site.symptom(&database.member.id).is_some() && !suffers;
    // Who suffers may be hidden by what could not be read.
    it = it.unsettled(!site.cx.environment.faults.is_empty());
    it = it.unsettled(unheard);
    for event in messages(site, database).iter().rev().filter(|event| is_trouble(&event.message)).take(3) {
        if site.cx.now.duration_since(event.at).as_hours() < 24 {
            it = it.shows(evidence(first_line(&event.message, 200), Some(event.at), EVENTS).on(database.member));
        }
    }
    it = heard(site, database, it);
    it = it.unsettled(matches!(rule, "database-stopped" | "database-stopped-by-hand") && !events_read(site, database));
    let environment = &site.cx.environment.name;
    Some(match rule {
        "database-storage-full" => it.then("raise its storage (a change of the instance), then look at what fills it"),
        "database-stopped" | "database-stopped-by-hand" | "database-stopped-by-schedule" => {
            it.then(format!("toban db start {environment}/{id}"))
        }
        "database-starting" | "database-failed-over" | "database-restarted" => {
            it.then("wait; it usually takes some minutes")
        }
        _ => it.then(words),
    })
}

/// Who stopped it, as far as that is known: a schedule, a person, or nobody that was seen.
fn stopped<'a>(site: &Site<'_, 'a>, database: &Database<'a>) -> (&'static str, String) {
    let id = database.id;
    let owner = site.cx.others.owning().find(|owner| owner.id.as_ref() == Some(&database.member.id));
    let stop = site.events.iter().rev().find(|event| {
        let about = event.subject.as_ref().is_some_and(|subject| subject.id == database.member.id);
        about && event.is_change() && event.kind != EventKind::Deployment && event.what.to_lowercase().contains("stop")
    });
    if let Some(by) = stop.map(|event| event.by.as_deref().unwrap_or("somebody")) {
        if by.to_lowercase().contains("scheduler") || by.to_lowercase().contains("automation") {
            return (
                "database-stopped-by-schedule",
                format!("database {id} was stopped by a schedule ({})", short(by)),
            );
        }
        return ("database-stopped-by-hand", format!("database {id} was stopped by {}", short(by)));
    }
    let off = site
        .cx
        .offhours
        .filter(|off| off.scheduled_members.iter().any(|it| it.id.as_ref() == Some(&database.member.id)));
    match (owner, off) {
        (Some(owner), _) => ("database-stopped-by-schedule", format!("database {id} is stopped; {}", owner.sentence())),
        (None, Some(off)) if off.desired == crate::schedule::Desired::Off => (
            "database-stopped-by-schedule",
            format!("database {id} is stopped by the schedule {}", off.routine.schedule.name),
        ),
        _ => ("database-stopped", format!("database {id} is stopped")),
    }
}

/// `alice` of `arn:aws:sts::1:assumed-role/admin/alice`.
fn short(who: &str) -> &str {
    who.rsplit('/').next().unwrap_or(who)
}

/// When it last became what it is, as far as RDS told.
fn since(site: &Site<'_, '_>, database: &Database<'_>) -> Option<Timestamp> {
    let last = messages(site, database).iter().rev().find(|event| is_trouble(&event.message)).map(|event| event.at);
    last.filter(|at| site.cx.now.duration_since(*at).as_hours() < 24 * 7)
        .or_else(|| site.symptom(&database.member.id).and_then(|symptom| symptom.since))
}

/// What the programs that use it wrote: that they wait for it, or that their trouble is another.
fn heard<'a>(site: &Site<'_, 'a>, database: &Database<'a>, mut it: Hypothesis<'a>) -> Hypothesis<'a> {
    let mut heard = false;
    let mut other = None;
    for facts in users(site, database) {
        let waits = facts.clue(&["timeout", "refused", "name", "database-full", "connections"]);
        if let Some(clue) = waits {
            heard = true;
            it = it.confirms(evidence(first_line(&clue.line.message, 200), clue.line.at, LOG).on(facts.member));
        } else if let Some(clue) = facts.clues.first() {
            other = Some(evidence(
                format!("{} wrote of something else: {}", facts.service.name, first_line(&clue.line.message, 160)),
                clue.line.at,
                LOG,
            ));
        }
    }
    if let Some(other) = other.filter(|_| !heard && site.symptom(&database.member.id).is_none()) {
        it = it.contradicts(other);
    }
    it
}

fn users<'s, 'a>(site: &'s Site<'_, 'a>, database: &'s Database<'a>) -> impl Iterator<Item = &'s ServiceFacts<'a>> {
    site.services.iter().filter(move |facts| {
        let uses = used_databases(site.cx, &facts.member.id, facts.service);
        uses.iter().any(|used| used.member.id == database.member.id)
    })
}

/// What RDS said of a database that is available again: a failover, a restart, a crash near the onset.
fn events<'a>(site: &Site<'_, 'a>, database: &Database<'a>) -> Option<Hypothesis<'a>> {
    if database.is_away() || database.class() == Class::Blocked {
        return None;
    }
    let onset = site.symptoms.iter().filter_map(|symptom| symptom.since).min()?;
    let near = |event: &&DbMessage| {
        let after = onset.duration_since(event.at).as_secs();
        (-NEAR / 2..=NEAR).contains(&after) && story(&event.message).is_some_and(|rule| rule != "database-stopped")
    };
    let event = messages(site, database).iter().rev().find(near)?;
    let rule = story(&event.message)?;
    let id = database.id;
    let when = moment(event.at, site.cx.now, site.cx.zone);
    let message = match rule {
        "database-failed-over" => format!("database {id} failed over at {when}"),
        "database-storage-full" => format!("the storage of database {id} ran full at {when}"),
        "database-crashed" => format!("database {id} crashed and recovered at {when}"),
        _ => format!("database {id} was restarted at {when}"),
    };
    let mut it = Hypothesis::new(rule, database.member, (Spread::Database, Strength::Seen), message)
        .since(Some(event.at))
        .shows(evidence(first_line(&event.message, 200), Some(event.at), EVENTS).on(database.member));
    it = heard(site, database, it);
    Some(it.then("connections that were open then are dead: restart tasks that do not reconnect"))
}

/// A server certificate that has expired.
fn certificate<'a>(site: &Site<'_, 'a>, database: &Database<'a>) -> Option<Hypothesis<'a>> {
    let until = database.certificate_until.filter(|until| *until <= site.cx.now)?;
    let message =
        format!("the certificate of database {} expired {}", database.id, moment(until, site.cx.now, site.cx.zone));
    let mut it = Hypothesis::new("certificate-expired", database.member, (Spread::Database, Strength::Seen), message)
        .since(Some(until))
        .shows(evidence("its certificate's end is past", Some(until), source(database)).on(database.member));
    for facts in users(site, database) {
        if let Some(clue) = facts.clue(&["certificate"]) {
            it = it.confirms(evidence(first_line(&clue.line.message, 200), clue.line.at, LOG).on(facts.member));
        }
    }
    Some(it.then("change its certificate authority (a modification of the instance), and the bundle in the image"))
}
