//! Tasks that run and end: killed for memory, exited with a code, or stopped for a health check. What the program wrote
//! last decides what the code means; without its log an exit code is a fact and no cause. Pure.

use super::Site;
use super::task_start::{task_id, told};
use crate::diagnosis::context::Database;
use crate::diagnosis::explain::facts::{Clue, ServiceFacts};
use crate::diagnosis::explain::graph::used_databases;
use crate::diagnosis::explain::hypothesis::{Hypothesis, Spread, Strength, evidence};
use crate::kinds::ecs_service::primary;
use crate::kinds::ecs_task::Task;
use crate::kinds::ecs_task::stop_cause::{Cause, EXIT};
use crate::kinds::task_definition::revision_number;
use crate::text::{counted, first_line, span};

const TASKS: &str = "ecs:DescribeTasks";
const LOG: &str = "logs:GetLogEvents";

/// The rule of a line in a log that names its own cause.
fn clue_rule(id: &str) -> Option<&'static str> {
    Some(match id {
        "password" => "database-refuses-password",
        "database-tls" => "database-wants-tls",
        "connections" => "database-out-of-connections",
        "lock" => "database-locked",
        "statement-timeout" => "database-slow",
        "database-full" => "database-storage-full",
        "certificate" => "certificate-expired",
        "name" => "name-not-resolved",
        "exec-format" => "image-architecture",
        "memory" => "program-out-of-memory",
        "module" => "module-missing",
        "port-in-use" => "port-in-use",
        "not-allowed" => "program-not-allowed",
        "throttled" => "program-throttled",
        "setting" => "setting-missing",
        "refused" => "connection-refused",
        "timeout" => "connection-timeout",
        _ => return None,
    })
}

/// The causes of a service whose tasks end or answer with errors.
pub(super) fn propose<'a>(site: &Site<'_, 'a>, facts: &ServiceFacts<'a>) -> Vec<Hypothesis<'a>> {
    let mut all = Vec::new();
    let memory = memory(facts);
    let killed = memory.is_some();
    all.extend(memory);
    all.extend(container_health(facts));
    let named: Vec<Hypothesis<'a>> = clues(site, facts);
    if named.is_empty() {
        all.extend(crash(facts));
    }
    // What the program wrote of it is evidence for what AWS says of its tasks, and no other cause.
    all.extend(named.into_iter().filter(|it| !(killed && it.rule == "program-out-of-memory")));
    all
}

fn of<'f, 'a>(facts: &'f ServiceFacts<'a>, ids: &[&str]) -> Vec<(&'f Task, &'f Cause)> {
    let found = facts.failed.iter().filter(|(_, cause)| ids.contains(&cause.id));
    found.map(|(task, cause)| (*task, cause)).collect()
}

fn revision(task: &Task) -> String {
    revision_number(&task.task_definition).map(|it| format!(" of revision {it}")).unwrap_or_default()
}

fn memory<'a>(facts: &ServiceFacts<'a>) -> Option<Hypothesis<'a>> {
    let killed = of(facts, &["oom"]);
    let (latest, cause) = killed.first()?;
    let since = killed.iter().filter_map(|(task, _)| task.stopped_at).min();
    let limit = latest.memory.as_deref().map(|memory| format!(" (the task has {memory} MiB)")).unwrap_or_default();
    let name = &facts.service.name;
    let message = format!("{name}{} runs out of memory{limit}", revision(latest));
    let stops = format!("{}{} killed, OutOfMemoryError", counted(killed.len(), "task"), revision(latest));
    let mut it = Hypothesis::new("task-out-of-memory", facts.member, (Spread::TasksFail, Strength::Said), message)
        .since(since)
        .shows(evidence(stops, latest.stopped_at, TASKS).of(task_id(latest, facts), name.clone()));
    if let Some(words) = told(latest) {
        it = it.shows(words);
    }
    if let Some(clue) = facts.clue(&["memory"]) {
        it = it.shows(evidence(first_line(&clue.line.message, 200), clue.line.at, LOG).on(facts.member));
    }
    Some(it.then(cause.check))
}

fn container_health<'a>(facts: &ServiceFacts<'a>) -> Option<Hypothesis<'a>> {
    let stopped = of(facts, &["container-health"]);
    let (latest, cause) = stopped.first()?;
    let name = &facts.service.name;
    let container = facts.definition.and_then(|it| it.containers.iter().find(|one| !one.health_command.is_empty()));
    let command = container.map(|one| first_line(&one.health_command.join(" "), 100));
    let what = command.as_ref().map(|command| format!(": {command}")).unwrap_or_default();
    let message = format!("{name}: the container's own health check fails{what}");
    let stops =
        format!("{}{} stopped, failed container health checks", counted(stopped.len(), "task"), revision(latest));
    let mut it = Hypothesis::new("container-health-check", facts.member, (Spread::TasksFail, Strength::Said), message)
        .since(stopped.iter().filter_map(|(task, _)| task.stopped_at).min())
        .shows(evidence(stops, latest.stopped_at, TASKS))
        // That it fails is said; whether the program or the command is at fault, only the inside of the container tells.
        .unsettled(true);
    if let Some(command) = command {
        it = it.then(format!("run `{command}` in a running task (`toban connect`)"));
    }
    Some(it.then(cause.check))
}

/// An exit whose reason no line names: the code, and the last line as it stands.
fn crash<'a>(facts: &ServiceFacts<'a>) -> Option<Hypothesis<'a>> {
    let exits = of(facts, &[EXIT, ""]);
    let (latest, cause) = exits.first()?;
    let name = &facts.service.name;
    let last = facts.last_line.map(|(line, _)| line);
    let finished = cause.message.contains("finished");
    let (rule, message) = match (finished, last) {
        (true, _) => ("command-ends", format!("{name}: {}, but a service's command must not end", cause.message)),
        (false, Some(line)) => (
            "application-crash",
            format!("{name}: {}; it wrote last: {}", cause.message, first_line(&line.message, 120)),
        ),
        (false, None) => ("application-crash", format!("{name}: {}", cause.message)),
    };
    let stops = format!("{}{} stopped: {}", counted(exits.len(), "task"), revision(latest), cause.message);
    let mut it = Hypothesis::new(rule, facts.member, (Spread::TasksFail, Strength::Seen), message)
        .since(exits.iter().filter_map(|(task, _)| task.stopped_at).min())
        .shows(evidence(stops, latest.stopped_at, TASKS).of(task_id(latest, facts), name.clone()))
        .unsettled(last.is_none() && !facts.unread.is_empty());
    if let Some(life) = life(latest) {
        it = it.shows(evidence(format!("it ran for {}", span(life)), latest.stopped_at, TASKS));
    }
    if finished {
        it = it.confirms(evidence("exit code 0: it was not killed and did not fail", latest.stopped_at, TASKS));
    }
    if let Some(line) = last {
        let line_told = evidence(first_line(&line.message, 200), line.at, LOG);
        // A line that tells of an error, and a code of its own: it was not ended from outside.
        it = if is_error(&line.message) && ends_itself(latest) { it.confirms(line_told) } else { it.shows(line_told) };
    }
    Some(it.then(cause.check))
}

/// Whether a line tells of an error.
fn is_error(line: &str) -> bool {
    let lower = line.to_lowercase();
    ["error", "exception", "panic", "fatal", "traceback", "failed", "cannot", "undefined"]
        .iter()
        .any(|word| lower.contains(word))
}

/// Whether a container ended with a code of its own, not by a signal.
fn ends_itself(task: &Task) -> bool {
    task.containers.iter().any(|container| container.exit_code.is_some_and(|code| (1..=127).contains(&code)))
}

fn life(task: &Task) -> Option<i64> {
    Some(task.stopped_at?.duration_since(task.started_at?).as_secs())
}

/// Causes that the program itself names in its log.
fn clues<'a>(site: &Site<'_, 'a>, facts: &ServiceFacts<'a>) -> Vec<Hypothesis<'a>> {
    let mut all: Vec<Hypothesis<'a>> = Vec::new();
    for clue in &facts.clues {
        let Some(rule) = clue_rule(clue.known.id) else { continue };
        if all.iter().all(|known| known.rule != rule) {
            all.extend(clue_cause(site, facts, *clue, rule));
        }
    }
    all
}

fn clue_cause<'a>(
    site: &Site<'_, 'a>,
    facts: &ServiceFacts<'a>,
    clue: Clue<'_>,
    rule: &'static str,
) -> Option<Hypothesis<'a>> {
    let name = &facts.service.name;
    let line = first_line(&clue.line.message, 200);
    let database = database_of(site, facts, &clue.line.message);
    // A connection that is not answered is a symptom where something of ours says why: those rules stand elsewhere.
    let away = database.is_some_and(|database| database.is_away());
    if away && matches!(rule, "connection-timeout" | "connection-refused" | "name-not-resolved") {
        return None;
    }
    let about_database = rule.starts_with("database-")
        || (matches!(rule, "connection-timeout" | "connection-refused" | "name-not-resolved") && database.is_some());
    let (rule, message) = match (rule, database) {
        ("connection-timeout", Some(database)) => {
            ("database-unreachable", format!("{name} gets no answer from database {}", database.id))
        }
        ("connection-refused", Some(database)) => {
            ("database-unreachable", format!("database {} refuses connections of {name}", database.id))
        }
        (rule, Some(database)) if about_database => (rule, format!("{name}: {} ({})", clue.known.message, database.id)),
        (rule, _) => (rule, format!("{name}: {}", clue.known.message)),
    };
    let at = match database.filter(|_| {
        matches!(rule, "database-out-of-connections" | "database-locked" | "database-slow" | "database-storage-full")
    }) {
        Some(database) => database.member,
        None => facts.member,
    };
    let since = facts.since().or(clue.line.at);
    let spread = if at.id == facts.member.id { Spread::Errors } else { Spread::Database };
    let mut it = Hypothesis::new(rule, at, (spread, Strength::Seen), message)
        .since(since)
        .confirms(evidence(line, clue.line.at, LOG).on(facts.member));
    // A line of long ago may be of another trouble.
    let onset = facts.since();
    if let (Some(line), Some(onset)) = (clue.line.at, onset)
        && onset.duration_since(line).as_hours() >= 1
    {
        it = it.contradicts(evidence("the line is older than the trouble by more than an hour", Some(line), LOG));
    }
    if let Some((task, cause)) = facts.failed.first() {
        it = it.shows(evidence(format!("task stopped: {}", cause.message), task.stopped_at, TASKS));
    }
    if rule == "database-unreachable" {
        // Whether groups, routes or the database itself are in the way is told by other readings.
        it = it.unsettled(true);
    }
    Some(it.then(clue.known.check))
}

/// The database that a line speaks of: by its host, by its port, or the only one there is where the line says database.
fn database_of<'a>(site: &Site<'_, 'a>, facts: &ServiceFacts<'a>, line: &str) -> Option<Database<'a>> {
    let lower = line.to_lowercase();
    let used = used_databases(site.cx, &facts.member.id, facts.service);
    let by_host = used.iter().find(|it| {
        let host = it.endpoint.unwrap_or_default();
        lower.contains(&it.id.to_lowercase()) || (!host.is_empty() && lower.contains(&host.to_lowercase()))
    });
    let by_port = || used.iter().find(|it| it.port.is_some_and(|port| line.contains(&format!(":{port}"))));
    let words = ["database", "postgres", "mysql", "psycopg", "prisma", "sequelize", "sql", "fatal:", "lock"];
    let only = || used.first().filter(|_| used.len() == 1 && words.iter().any(|word| lower.contains(word)));
    by_host.or_else(by_port).or_else(only).copied()
}

/// Whether a deployment of the service is younger than that many minutes at that moment.
pub(super) fn deployed_before(
    facts: &ServiceFacts<'_>,
    at: jiff::Timestamp,
    within: i64,
) -> Option<(jiff::Timestamp, String)> {
    let primary = primary(facts.service)?;
    let began = primary.created_at?;
    let minutes = at.duration_since(began).as_mins();
    let number = revision_number(&primary.task_definition).unwrap_or("?").to_owned();
    ((0..=within).contains(&minutes)).then_some((began, number))
}
