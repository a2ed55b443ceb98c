//! `toban doctor`: credentials, permissions, clock, terminal, files. One line a check, and under
//! each that fails its remedy. Looks through the same engine as everything else and changes nothing but what it is asked to
//! end: sessions that a toban which was killed left open.

mod check;
mod cloud;
mod environments;
mod files;
mod schedules;
mod sessions;
mod terminal;

use crate::overview::EnvironmentStatus;
pub(crate) use check::{Check, Report};

use super::exit::{Exit, Failure};
use super::read;
use super::read::CommandContext;
use super::{args, change, left_sessions, output, resolve};
use crate::config::{Dirs, DocumentError};
use crate::engine::headless::Snapshot;
use crate::world::Scope;

/// What helps where it cannot be told where to look.
const REGION: &str = "set AWS_PROFILE and AWS_REGION, pass --profile and --region, or add a [[source]]";

/// Runs it; `config` is what loading the configuration came to.
///
/// # Errors
/// When the named environment is not there, ctrl-c came, or stdout cannot be written. What fails
/// otherwise is the report's to tell.
pub(super) async fn run(
    context: &CommandContext,
    args: &args::Doctor,
    dirs: &Dirs,
    config: Result<(), DocumentError>,
) -> Result<Exit, Failure> {
    let mut report = Report::default();
    files::check(&mut report, dirs, config);
    terminal::check(&mut report, &terminal::Terminal::here());
    if let Err(failure) = account(&mut report, context, args).await {
        if matches!(failure.exit, Exit::Interrupted | Exit::NotFound) {
            return Err(failure);
        }
        report.add(Check::fail("where to look", failure.message.clone(), REGION).because(failure.exit));
    }
    left(&mut report, context, args.end_sessions).await;
    match args.json {
        true => output::json(&report.json()?)?,
        false => output::data(&report.text(context.paint.as_ref()))?,
    };
    Ok(report.exit())
}

/// Tries everything in every place, or in those of the named environment.
async fn account(report: &mut Report, context: &CommandContext, args: &args::Doctor) -> Result<(), Failure> {
    let configured_environments = &context.settings.configured_environments;
    let mut snapshot = read::once_whatever(context).await?;
    let scopes = match &args.env {
        Some(typed) => scopes_of(typed, &snapshot)?,
        None => read::scopes(context).await?,
    };
    for (scope, tried) in read::probe(context, &scopes).await? {
        cloud::tried(report, &scope, &tried);
    }
    let named = match &args.env {
        Some(typed) => Some(change::environment(&snapshot, typed)?.name.clone()),
        None => None,
    };
    let wanted = |environment: &&EnvironmentStatus| named.as_ref().is_none_or(|name| *name == environment.name);
    environments::check(report, snapshot.picture.environments.iter().filter(wanted));
    if let Some(name) = &named {
        sessions::check(report, context, &mut snapshot, name).await;
    }
    if named.is_some() || !configured_environments.environments.is_empty() {
        schedules::check(report, context, &snapshot, &scopes).await;
        cloud::pins(report, &snapshot, configured_environments, &scopes, named.is_none());
    }
    Ok(())
}

/// Tells of the sessions that a toban which was killed left open, and ends them if that is asked for.
async fn left(report: &mut Report, context: &CommandContext, may_end: bool) {
    for left in left_sessions::open(context).await {
        let (about, message) = (format!("session {}", left.id), left.sentence());
        report.add(match may_end {
            false => Check::warn(about, message, format!("end it: {}", left_sessions::COMMAND)),
            true => match left_sessions::ended(context, &left).await {
                Ok(()) => Check::well(about, "left open by a toban that was killed; it is ended now"),
                Err(failure) => {
                    let why = format!("{message}; it could not be ended: {}", failure.message);
                    Check::fail(about, why, "end it in Systems Manager, Session Manager").because(failure.exit)
                }
            },
        });
    }
}

fn scopes_of(typed: &str, snapshot: &Snapshot) -> Result<Vec<Scope>, Failure> {
    let all = &snapshot.picture.environments;
    let known: Vec<&str> = all.iter().map(|environment| environment.name.as_str()).collect();
    let name = resolve(typed, &known, "environment")?;
    let found = all.iter().find(|environment| environment.name.as_str() == name);
    Ok(found.map(|environment| environment.scopes.clone()).unwrap_or_default())
}

#[cfg(test)]
mod tests;
