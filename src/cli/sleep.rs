//! `toban sleep ENV` and `toban wake ENV`: a whole environment, stage by stage, watched to its end. Run again it goes
//! on where it or anybody else left off. What that takes is decided elsewhere.

use super::args;
use super::change::{act, at_whole, environment};
use super::exit::{Exit, Failure};
use super::read;
use super::read::CommandContext;
use crate::operations::environment_actions;

/// Runs `sleep` or `wake`.
///
/// # Errors
/// When the environment is unknown, cannot be put to sleep or woken, or it did not end well.
pub(super) async fn run(
    context: &CommandContext,
    verb: &str,
    (env, acting): (&str, &args::Acting),
    tasks: Option<u32>,
) -> Result<Exit, Failure> {
    let snapshot = read::once(context).await?;
    let environment = environment(&snapshot, env)?;
    let tasks = tasks.map(|count| count.to_string());
    let proposed = at_whole(context, &snapshot, environment, |context| {
        environment_actions::propose(verb, tasks.as_deref(), context)
    });
    let proposal = proposed
        .unwrap_or_else(|| Err(format!("{} has no members", environment.name)))
        .map_err(|why| Failure::new(Exit::Refused, why))?;
    act(context, snapshot, proposal, ((verb, 1), acting)).await
}
