//! What AWS holds of schedules, for the commands of this folder: read when asked for, compared with what was
//! computed, and searched for what others do to the same resources.

use crate::overview::EnvironmentStatus;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::super::exit::Failure;
use crate::cli::change::{consult, environment};
use crate::cli::read;
use crate::cli::read::CommandContext;
use crate::engine::headless::Snapshot;
use crate::engine::journal;
use crate::engine::read_requests::read_one;
use crate::offhours::external_schedulers::timers;
use crate::offhours::{ExternalSchedulers, OffHours, schedule_reads, scheduled_members};
use crate::overview::assemble;
use crate::schedule::observed::uptime_history::UptimeLog;
use crate::text;
use crate::world::Scope;
use crate::world::read_request::ReadRequest;

/// Reads it wherever there is an environment; what could not be read, in sentences.
pub(super) async fn read(context: &CommandContext, snapshot: &mut Snapshot) -> String {
    let mut said = String::new();
    for scope in snapshot.world.scopes() {
        if let Err(failure) = read_in(context, snapshot, &scope).await {
            let place = read::place(&scope, &snapshot.world);
            let message = format!("{place}: what AWS holds of schedules is not known: {failure}");
            said.push_str(&format!("{}\n", text::harmless(&message)));
        }
    }
    said
}

/// Reads it for one environment.
///
/// # Errors
/// When it can't be read: a plan on a guess would be none.
pub(super) async fn read_of(context: &CommandContext, snapshot: &mut Snapshot, name: &str) -> Result<(), Failure> {
    for scope in environment(snapshot, name)?.scopes.clone() {
        read_in(context, snapshot, &scope).await?;
    }
    Ok(())
}

/// Reads what RDS tells of databases, and gathers the picture anew: their events tell why something drifts. What could
/// not be read, in sentences.
pub(super) async fn told(context: &CommandContext, snapshot: &mut Snapshot, wants: Vec<ReadRequest>) -> String {
    if wants.is_empty() {
        return String::new();
    }
    let said = consult(context, snapshot, &wants).await;
    snapshot.picture =
        assemble(&snapshot.world, &context.view.configured_environments, snapshot.at, &context.view.zone);
    said.iter().map(|message| format!("{message}\n")).collect()
}

/// What the journal of this machine saw of stops and starts. One that cannot be read saw nothing; `toban journal`
/// tells why.
pub(super) fn uptime_log(context: &CommandContext) -> UptimeLog {
    let bytes = context.settings.journal.as_ref().and_then(|path| crate::os::read_state(path).ok()).unwrap_or_default();
    journal::rests(&journal::read(&String::from_utf8_lossy(&bytes)).0)
}

async fn read_in(context: &CommandContext, snapshot: &mut Snapshot, scope: &Scope) -> Result<(), Failure> {
    for want in schedule_reads(scope, &snapshot.world) {
        let got = read_one(&*context.cloud, &want, &snapshot.world).await;
        let failed = got.as_ref().err().map(|fault| Failure::of(fault, scope));
        snapshot.world.put(scope, want.kind, &want.coverage, got, context.cloud.now());
        failed.map_or(Ok(()), Err)?;
    }
    Ok(())
}

/// How AWS differs from what was computed, in sentences; `None` where that is not known or means nothing.
pub(super) fn drift(environment: &EnvironmentStatus, off: &OffHours, snapshot: &Snapshot) -> Option<Vec<String>> {
    off.schedule_drift(environment, &snapshot.world, snapshot.at)
}

/// What others do, environment by environment: with the schedules in groups that look like ours, once those are read.
pub(super) fn others_of<'o>(
    snapshot: &'o Snapshot,
    zone: &TimeZone,
) -> Vec<(&'o EnvironmentStatus, ExternalSchedulers)> {
    let timers = timers(&snapshot.world);
    let of = |it: &'o EnvironmentStatus| {
        let here = (zone, snapshot.at);
        let others = match it.offhours.as_deref() {
            Some(off) => it.external_schedulers(&off.scheduled_members, &snapshot.world, &timers, here),
            None => {
                it.external_schedulers(&scheduled_members(it, &snapshot.world, None), &snapshot.world, &timers, here)
            }
        };
        (it, others)
    };
    snapshot.picture.environments.iter().map(of).collect()
}

/// What is worth a line of them, in sentences: who owns something, what goes against the schedule, what failed, and
/// jobs that come while the database sleeps.
pub(super) fn worth_a_line(others: &ExternalSchedulers, snapshot: &Snapshot, zone: &TimeZone) -> Vec<String> {
    let mut lines: Vec<String> = others.unknown().into_iter().collect();
    for owner in &others.owners {
        lines.push(owner.sentence());
        lines.extend(owner.conflict(snapshot.at, zone));
        lines.extend(owner.held_back(snapshot.at, zone));
        lines.extend(owner.failure(snapshot.at, zone));
    }
    lines.extend(others.jobs.iter().filter_map(|job| job.clash(snapshot.at, zone)));
    lines
}

/// The same as fields of JSON: owners, and jobs.
pub(super) fn others_json(others: &ExternalSchedulers, zone: &TimeZone) -> (Vec<Value>, Vec<Value>) {
    let owners = others.owners.iter().map(|owner| owner.json(zone)).collect();
    (owners, others.jobs.iter().map(|job| job.json(zone)).collect())
}
