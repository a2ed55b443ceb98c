//! `toban schedule run`: executes the edges of environments whose backend is `local`, on a host or from cron. Goes on
//! until it is interrupted, or looks once.

use std::sync::Arc;

use super::super::exit::{Exit, Failure};
use crate::change::gate::Gate;
use crate::cli::interrupt::interrupt;
use crate::cli::read::CommandContext;
use crate::cli::{args, output};
use crate::engine::scheduler::execution_log::ExecutionLog;
use crate::engine::scheduler::{LocalScheduler, is_ours, poll_interval, run_loop};
use crate::schedule::wording;
use crate::text;

/// Runs it.
///
/// # Errors
/// When no environment has the backend, nothing may be changed, there is no state directory, or looking fails.
pub(super) async fn run(context: &CommandContext, args: &args::Running) -> Result<Exit, Failure> {
    if !context.view.configured_environments.environments.iter().any(is_ours) {
        let message = "no environment has backend = \"local\" or a schedule that is enforced: there is nothing to run; \
                    EventBridge Scheduler needs no process here";
        return Err(Failure::new(Exit::NotFound, message));
    }
    if context.settings.read_only {
        let message = "read-only: start it with --write to let it stop and start anything";
        return Err(Failure::new(Exit::Refused, message));
    }
    let Some(journal) = context.settings.journal.clone() else {
        let message = "there is no state directory to remember in what was done; set TOBAN_STATE_DIR";
        return Err(Failure::new(Exit::Failed, message));
    };
    let local_scheduler = LocalScheduler {
        cloud: Arc::clone(&context.cloud),
        view: context.view.clone(),
        journal: Some(journal),
        execution_log: Arc::new(
            context.settings.execution_log.clone().map_or_else(ExecutionLog::fleeting, ExecutionLog::Kept),
        ),
        gate: Gate::default(),
        poll_interval: poll_interval(context.cloud.speed()),
    };
    let zone = &context.view.zone;
    if args.once {
        let round = local_scheduler.round().await.map_err(|fault| Failure::new(Exit::Failed, fault.sentence()))?;
        for message in round.standing.iter().chain(&round.said) {
            output::data(&format!("{}\n", text::harmless(message)))?;
        }
        return Ok(Exit::Done);
    }
    let mut tell = |at: jiff::Timestamp, message: String| {
        let line = format!("{} {}\n", wording::rfc(at, zone), text::harmless(&message));
        if let Err(fault) = output::data(&line) {
            tracing::warn!(%fault, "the output of the schedule cannot be written");
        }
    };
    tokio::select! {
        () = run_loop(&local_scheduler, &mut tell) => Ok(Exit::Done),
        _ = interrupt() => Err(Failure::new(Exit::Interrupted, "")),
    }
}
