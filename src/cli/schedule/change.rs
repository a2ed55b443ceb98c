//! `toban schedule override, hold, clear, sync, remove`: what the console offers for an environment's schedule, from
//! the command line. The plan is made where the console's is; it goes through the same gate.

use super::super::exit::{Exit, Failure};
use super::{offhours, stored};
use crate::cli::change::{at_whole, carry_out, consult, environment, whole};
use crate::cli::read;
use crate::cli::read::CommandContext;
use crate::cli::{args, output};
use crate::engine::headless::Snapshot;
use crate::operations::schedule::{LEASE, sparing_reads};
use crate::schedule::Backend;

/// What is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum ScheduleChange {
    /// Keep it running or stopped until then.
    Override(String),
    /// Keep it running for so long, or so much longer.
    Lease(String),
    /// Leave it as it is until then.
    Hold(String),
    /// Take both back.
    Clear,
    /// Bring the server to what was computed.
    Sync,
    /// Remove what the server holds.
    Remove,
}

/// Does it with one environment.
///
/// # Errors
/// When it is not there, has no schedule, cannot be done, or the gate refuses it.
pub(super) async fn run(
    context: &CommandContext,
    name: &str,
    environment_config: &ScheduleChange,
    acting: &args::Acting,
) -> Result<Exit, Failure> {
    let mut snapshot = read::once(context).await?;
    let name = environment(&snapshot, name)?.name.clone();
    one(context, &mut snapshot, name.as_str(), environment_config, acting).await
}

/// Syncs every environment whose schedules are at AWS, one after the other; the worst end counts.
///
/// # Errors
/// The first that failed; those after it are not begun.
pub(super) async fn all(context: &CommandContext, acting: &args::Acting) -> Result<Exit, Failure> {
    let mut snapshot = read::once(context).await?;
    let at_aws = |it: &&crate::overview::EnvironmentStatus| {
        it.offhours.as_deref().is_some_and(|off| off.routine.backend == Backend::EventBridge && !off.exceptions.protect)
    };
    let names: Vec<String> =
        snapshot.picture.environments.iter().filter(at_aws).map(|it| it.name.to_string()).collect();
    if names.is_empty() {
        return Err(Failure::new(Exit::NotFound, "no environment has a schedule at EventBridge Scheduler"));
    }
    for name in names {
        one(context, &mut snapshot, &name, &ScheduleChange::Sync, acting).await?;
    }
    Ok(Exit::Done)
}

async fn one(
    context: &CommandContext,
    snapshot: &mut Snapshot,
    name: &str,
    environment_config: &ScheduleChange,
    acting: &args::Acting,
) -> Result<Exit, Failure> {
    let found = environment(snapshot, name)?;
    // Rules of others can be held back without a schedule.
    let rules = match environment_config {
        ScheduleChange::Override(_) | ScheduleChange::Hold(_) | ScheduleChange::Clear => {
            sparing_reads(found, &snapshot.world, &context.view.zone)
        }
        // A lease is of a schedule: without one nothing would end it.
        ScheduleChange::Lease(_) if found.offhours.is_some() => {
            sparing_reads(found, &snapshot.world, &context.view.zone)
        }
        ScheduleChange::Lease(_) | ScheduleChange::Sync | ScheduleChange::Remove => Vec::new(),
    };
    let backend = match found.offhours.as_deref() {
        None if !rules.is_empty() => None,
        _ => Some(offhours(found)?.routine.backend),
    };
    if backend == Some(Backend::EventBridge) {
        stored::read_of(context, snapshot, name).await?;
    }
    if !rules.is_empty() {
        consult(context, snapshot, &rules)
            .await
            .iter()
            .for_each(|message| output::note(&format!("toban: {message}\n")));
    }
    let (verb, value) = match environment_config {
        ScheduleChange::Override(until) => ("override", Some(until.as_str())),
        ScheduleChange::Lease(span) => (LEASE, Some(span.as_str())),
        ScheduleChange::Hold(until) => ("hold", Some(until.as_str())),
        ScheduleChange::Clear => ("clear", None),
        ScheduleChange::Sync => ("sync", Some("hold")),
        ScheduleChange::Remove => ("sync", Some("remove")),
    };
    let found = environment(snapshot, name)?;
    let taken_up = at_whole(context, snapshot, found, |context| whole(verb, value, context));
    let taken_up = taken_up.unwrap_or_else(|| Err(format!("{name} has no members")));
    let taken_up = taken_up.map_err(|why| Failure::new(Exit::Failed, format!("{name}: {why}")))?;
    carry_out(context, snapshot.clone(), taken_up, ((verb, 1), acting)).await
}
