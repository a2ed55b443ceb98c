//! What programs of the simulation write: requests, trouble while a task is sick, last words, runs of functions, what
//! databases note. Falls alike for the same seed and second; some lines come late, as at AWS. Pure.

mod written;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::account::SimulatedAccount;
use super::scenario_context::ScenarioContext;
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::lambda_function::Function;
use crate::kinds::log_page::{DbLogFile, EventsRequest, FileRequest, LogEvent, LogPage, LogRequest};
use crate::kinds::log_tail::{self, Line, LogTail};
use crate::kinds::task_definition::TaskDefinition;
use crate::text::mask_text;
use crate::world::{AnyReading, Coverage, Fault, FaultKind, Part, Reading};
use written::Said;

/// What sort of program writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Program {
    /// A web application; in JSON or in words.
    Web {
        /// Whether it writes JSON.
        json: bool,
    },
    /// A router of logs.
    Router,
    /// A function that is called now and then.
    Function,
    /// A PostgreSQL or MySQL server.
    Database,
}

/// Something that writes lines.
#[derive(Clone, Debug)]
pub(super) struct LogWriter {
    /// Its log group.
    pub group: String,
    /// Its stream.
    pub stream: String,
    /// What it is.
    pub program: Program,
    /// From when on.
    pub from: i64,
    /// Until when.
    pub to: Option<i64>,
    /// While it is in trouble.
    pub sick: Option<(i64, i64)>,
    /// What it writes at its end, each so many seconds before it.
    pub last_words: Vec<(i64, String)>,
}

/// A page holds so many lines.
const PAGE: usize = 2_000;
/// Nothing older than that can be read.
const KEPT: i64 = 86_400;

/// The answer to questions for lines.
pub(super) fn answer(simulated: &SimulatedAccount, scenario: &ScenarioContext<'_>, coverage: &Coverage) -> AnyReading {
    let parts: Vec<Part> = match coverage {
        Coverage::All => Vec::new(),
        Coverage::Parts(parts) => parts.iter().cloned().collect(),
    };
    let page = |part: Part| {
        let got = match LogRequest::of(&part)? {
            LogRequest::Events(request) => events(simulated, scenario, &request),
            LogRequest::Files { instance, since } => files(simulated, scenario, &instance, since),
            LogRequest::File(request) => file(simulated, scenario, &request),
        };
        let got = got.map(|page| vec![LogPage { key: part.to_string(), ..page }]);
        Some((part, got))
    };
    Reading::of(parts.into_iter().filter_map(page).collect()).into()
}

/// The ends of streams: what each task wrote last, as far as it can be read by now.
pub(super) fn tails(simulated: &SimulatedAccount, scenario: &ScenarioContext<'_>, coverage: &Coverage) -> AnyReading {
    let parts: Vec<Part> = match coverage {
        Coverage::All => Vec::new(),
        Coverage::Parts(parts) => parts.iter().cloned().collect(),
    };
    let tail = |part: Part| {
        let writer = simulated.writers().iter().find(|writer| log_tail::part(&writer.group, &writer.stream) == *part);
        let lines = writer.map(|writer| {
            let to = writer.to.map_or(scenario.now, |end| end.min(scenario.now));
            let said = written::between(scenario, writer, to - TAIL, to).into_iter();
            let stream: Arc<str> = Arc::from(writer.stream.as_str());
            let mut lines: Vec<LogEvent> = said
                .filter(|said| said.second + said.late <= scenario.now)
                .map(|said| event(scenario, writer, &stream, said))
                .collect();
            lines.sort_by_key(|line| line.at);
            lines.split_off(lines.len().saturating_sub(LINES))
        });
        let line = |line: LogEvent| Line { at: Timestamp::from_millisecond(line.at).ok(), message: line.message };
        let tail = lines.map(|lines| LogTail { key: part.to_string(), lines: lines.into_iter().map(line).collect() });
        (part, Ok(tail.into_iter().collect()))
    };
    Reading::of(parts.into_iter().map(tail).collect()).into()
}

/// So many seconds before its end a stream is looked through.
const TAIL: i64 = 120;
/// So many lines are its end.
const LINES: usize = 30;

fn groups(simulated: &SimulatedAccount) -> BTreeSet<String> {
    let of_tasks = simulated.all::<TaskDefinition>().flat_map(|definition| &definition.containers);
    let of_tasks = of_tasks.filter_map(|container| container.log_group.clone());
    let of_functions = simulated.all::<Function>().map(|function| function.log_group.clone());
    let exports = |owner: &'static str, id: &str, logs: &[String]| {
        logs.iter().map(|log| format!("/aws/rds/{owner}/{id}/{log}")).collect::<Vec<_>>()
    };
    let of_instances = simulated.all::<DbInstance>().flat_map(|db| exports("instance", &db.id, &db.log_exports));
    let of_clusters = simulated.all::<DbCluster>().flat_map(|db| exports("cluster", &db.id, &db.log_exports));
    of_tasks.chain(of_functions).chain(of_instances).chain(of_clusters).collect()
}

/// Who writes: the tasks that the simulated tells of, its functions, and its databases while they run.
fn writers(simulated: &SimulatedAccount, scenario: &ScenarioContext<'_>) -> Vec<LogWriter> {
    let mut all: Vec<LogWriter> = simulated.writers().to_vec();
    let quiet = |group: String, stream: String, program| LogWriter {
        group,
        stream,
        program,
        from: scenario.now - KEPT,
        to: None,
        sick: None,
        last_words: Vec::new(),
    };
    for function in simulated.all::<Function>() {
        let day = scenario.at(scenario.now).to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y/%m/%d").to_string();
        let stream = format!("{day}/[$LATEST]{}", scenario.hex(&function.name, 32));
        all.push(quiet(function.log_group.clone(), stream, Program::Function));
    }
    for db in simulated.all::<DbInstance>().filter(|db| db.status == "available") {
        let owner =
            db.cluster.as_ref().map_or_else(|| format!("instance/{}", db.id), |cluster| format!("cluster/{cluster}"));
        for log in &db.log_exports {
            all.push(quiet(format!("/aws/rds/{owner}/{log}"), format!("{}.0", db.id), Program::Database));
        }
    }
    all
}

/// Whether AWS's pattern finds something in a line: words that must all be there, `?` before those of which one must.
fn matches(pattern: &str, message: &str) -> bool {
    if let Some(quoted) = pattern.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return message.contains(&quoted.replace("\\\"", "\""));
    }
    let (any, all): (Vec<&str>, Vec<&str>) = pattern.split_whitespace().partition(|word| word.starts_with('?'));
    let found = |word: &str| message.contains(word.trim_start_matches('?').trim_matches('"'));
    all.into_iter().all(found) && (any.is_empty() || any.into_iter().any(found))
}

/// The seconds of the simulation that a millisecond of the epoch stands for.
fn second(scenario: &ScenarioContext<'_>, at: i64) -> i64 {
    at.saturating_sub(scenario.start.as_millisecond()).div_euclid(1_000)
}

fn event(scenario: &ScenarioContext<'_>, writer: &LogWriter, stream: &Arc<str>, said: Said) -> LogEvent {
    let at = scenario.at(said.second).as_millisecond() + said.millis;
    let id = LogEvent::id_of(&format!("{}:{}", writer.group, writer.stream), at, &said.message);
    let ingested = Some(at + 300 + said.late * 1_000);
    LogEvent { id, at, ingested, stream: Arc::clone(stream), message: mask_text(&said.message).into_owned() }
}

fn events(
    simulated: &SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    request: &EventsRequest,
) -> Result<LogPage, Fault> {
    if !groups(simulated).contains(&request.group) {
        let mut fault = Fault::new(FaultKind::Gone, "logs:FilterLogEvents", "The specified log group does not exist.");
        fault.code = Some("ResourceNotFoundException".to_owned());
        return Err(fault.on(request.group.as_str()));
    }
    // A page goes on at the moment the first was asked: what is written meanwhile does not move it.
    let (now, skip) = match request.token.as_deref().and_then(|token| token.split_once(':')) {
        Some((now, skip)) => (now.parse().unwrap_or(scenario.now), skip.parse().unwrap_or(0)),
        None => (scenario.now, 0_usize),
    };
    let from = second(scenario, request.from).max(now - KEPT);
    let to = request.to.map_or(now, |to| second(scenario, to).min(now));
    let mut found: Vec<LogEvent> = Vec::new();
    for writer in writers(simulated, scenario) {
        if writer.group != request.group || !request.streams.covers(&writer.stream) {
            continue;
        }
        let stream: Arc<str> = Arc::from(writer.stream.as_str());
        let said =
            written::between(scenario, &writer, from, to).into_iter().filter(|said| said.second + said.late <= now);
        found.extend(said.map(|said| event(scenario, &writer, &stream, said)));
    }
    let wanted = |event: &LogEvent| {
        event.at >= request.from
            && request.to.is_none_or(|to| event.at < to)
            && request.pattern.as_ref().is_none_or(|pattern| matches(pattern, &event.message))
    };
    found.retain(wanted);
    found.sort_by_key(|line| (line.at, line.id));
    let next = (found.len() > skip + PAGE).then(|| format!("{now}:{}", skip + PAGE));
    let events = found.into_iter().skip(skip).take(PAGE).collect();
    Ok(LogPage { events, more: next.is_some(), next, ..LogPage::default() })
}

fn instance<'s>(simulated: &'s SimulatedAccount, id: &str, operation: &str) -> Result<&'s DbInstance, Fault> {
    let found = simulated.all::<DbInstance>().find(|db| db.id == id);
    found.ok_or_else(|| Fault::new(FaultKind::Gone, operation, format!("DBInstance {id} not found.")).on(id))
}

fn files(simulated: &SimulatedAccount, scenario: &ScenarioContext<'_>, id: &str, since: i64) -> Result<LogPage, Fault> {
    let db = instance(simulated, id, "rds:DescribeDBLogFiles")?;
    let name = if db.engine.contains("mysql") { "slowquery/mysql-slowquery.log" } else { "error/postgresql.log" };
    let written = scenario.at(scenario.now - scenario.now.rem_euclid(30)).as_millisecond();
    let file = DbLogFile { name: name.to_owned(), written, size: 4_096 };
    let files = if db.status == "available" && written >= since { vec![file] } else { Vec::new() };
    Ok(LogPage { files, ..LogPage::default() })
}

fn file(simulated: &SimulatedAccount, scenario: &ScenarioContext<'_>, request: &FileRequest) -> Result<LogPage, Fault> {
    let db = instance(simulated, &request.instance, "rds:DownloadDBLogFilePortion")?;
    let from = request.marker.as_ref().and_then(|marker| marker.parse().ok()).unwrap_or(scenario.now - 1_800);
    let writer = LogWriter {
        group: db.id.clone(),
        stream: request.file.clone(),
        program: Program::Database,
        from: scenario.now - KEPT,
        to: None,
        sick: None,
        last_words: Vec::new(),
    };
    let stream: Arc<str> = Arc::from(request.file.as_str());
    let said = written::between(scenario, &writer, from, scenario.now).into_iter();
    let events = said.map(|said| event(scenario, &writer, &stream, said)).collect();
    Ok(LogPage { events, next: Some((scenario.now + 1).to_string()), ..LogPage::default() })
}

#[cfg(test)]
mod tests;
