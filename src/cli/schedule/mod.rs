//! `toban schedule`: when environments sleep and wake, what stands above that, and who makes it so.
//! One file a subcommand; what should be is decided in `schedule/`, changes go through the gate.

mod change;
mod list;
mod migrate;
mod preview;
mod run;
mod set;
mod stored;

use crate::overview::EnvironmentStatus;

use jiff::tz::TimeZone;

use change::ScheduleChange;

use super::ConfigFile;
use super::args::Schedule;
use super::exit::{Exit, Failure};
use super::read::CommandContext;
use crate::offhours::OffHours;
use crate::text::{Align, align, harmless, width};

/// Runs it.
///
/// # Errors
/// As the subcommand says.
pub(super) async fn run(context: &CommandContext, command: &Schedule, file: ConfigFile<'_>) -> Result<Exit, Failure> {
    match command {
        Schedule::List(args) => list::run(context, args).await,
        Schedule::Preview(args) => preview::run(context, args).await,
        Schedule::Set(args) => set::run(context, args, file).await,
        Schedule::Override(args) => {
            let environment_config = ScheduleChange::Override(format!("{} {}", args.state.word(), args.until));
            change::run(context, &args.env, &environment_config, &args.acting).await
        }
        Schedule::Lease(args) => {
            change::run(context, &args.env, &ScheduleChange::Lease(args.span.clone()), &args.acting).await
        }
        Schedule::Hold(args) => {
            change::run(context, &args.env, &ScheduleChange::Hold(args.until.clone()), &args.acting).await
        }
        Schedule::Clear(args) => change::run(context, &args.env, &ScheduleChange::Clear, &args.acting).await,
        Schedule::Sync(args) => match &args.env {
            Some(env) => change::run(context, env, &ScheduleChange::Sync, &args.acting).await,
            None => change::all(context, &args.acting).await,
        },
        Schedule::Migrate(args) => migrate::run(context, args).await,
        Schedule::Remove(args) => change::run(context, &args.env, &ScheduleChange::Remove, &args.acting).await,
        Schedule::Run(args) => run::run(context, args).await,
    }
}

/// The off-hours of `environment`.
///
/// # Errors
/// When it has none, with what to write where.
fn offhours(environment: &EnvironmentStatus) -> Result<&OffHours, Failure> {
    environment.offhours.as_deref().ok_or_else(|| {
        let name = &environment.name;
        let message = format!(
            "{name} has no schedule; `toban schedule set {name} SCHEDULE` gives it one, `toban schedule list` names them"
        );
        Failure::new(Exit::NotFound, message)
    })
}

/// Lines aligned in columns, the last one ragged.
pub(in crate::cli) fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest: Vec<usize> = (0..columns)
        .map(|at| rows.iter().filter_map(|row| row.get(at)).map(|cell| width(&harmless(cell))).max().unwrap_or(0))
        .collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> =
            row.iter().zip(&widest).map(|(cell, columns)| align(&harmless(cell), *columns, Align::Left)).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

/// The name of a zone for people.
fn zone_name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("?")
}

#[cfg(test)]
mod tests;
