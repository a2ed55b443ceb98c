//! `toban schedule migrate ENV`: the rules of EventBridge that stop and start an environment give way to its schedules.
//! Everything the plan rests on is read anew; what is proposed is what the console proposes, through the same gate.

use super::super::exit::{Exit, Failure};
use super::stored;
use crate::cli::change::{act, at_whole, consult, environment};
use crate::cli::read;
use crate::cli::read::CommandContext;
use crate::cli::{args, output};
use crate::operations::schedule::{migrate, migrate_reads};

/// Runs it.
///
/// # Errors
/// When it is not there, cannot be done, or the gate refuses it.
pub(super) async fn run(context: &CommandContext, args: &args::Clearing) -> Result<Exit, Failure> {
    let mut snapshot = read::once(context).await?;
    let name = environment(&snapshot, &args.env)?.name.to_string();
    let reads = migrate_reads(environment(&snapshot, &name)?, &snapshot.world);
    if !reads.is_empty() {
        stored::read_of(context, &mut snapshot, &name).await?;
        consult(context, &mut snapshot, &reads)
            .await
            .iter()
            .for_each(|message| output::note(&format!("toban: {message}\n")));
    }
    let found = environment(&snapshot, &name)?;
    let proposed = at_whole(context, &snapshot, found, migrate);
    let proposal = proposed.unwrap_or_else(|| Err("it has no members".to_owned()));
    let proposal = proposal.map_err(|why| Failure::new(Exit::Failed, format!("{name}: {why}")))?;
    act(context, snapshot, proposal, (("migrate", 1), &args.acting)).await
}
