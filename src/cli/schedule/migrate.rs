//! `toban schedule migrate ENV`: the rules of EventBridge that stop and start an environment give way to its schedules.
//! Everything the plan rests on is read anew; what is proposed is what the console proposes, through the same gate.

use super::super::exit::{Exit, Failure};
use super::stored;
use crate::cli::change::{act, at_whole, consult, environment};
use crate::cli::read;
use crate::cli::read::Duty;
use crate::cli::{args, output};
use crate::operations::schedule::{migrate, migrate_reads};

/// Runs it.
///
/// # Errors
/// When it is not there, cannot be done, or the gate refuses it.
pub(super) async fn run(duty: &Duty, args: &args::Clearing) -> Result<Exit, Failure> {
    let mut outlook = read::once(duty).await?;
    let name = environment(&outlook, &args.env)?.name.to_string();
    let reads = migrate_reads(environment(&outlook, &name)?, &outlook.world);
    if !reads.is_empty() {
        stored::read_of(duty, &mut outlook, &name).await?;
        consult(duty, &mut outlook, &reads).await.iter().for_each(|says| output::note(&format!("toban: {says}\n")));
    }
    let found = environment(&outlook, &name)?;
    let proposed = at_whole(duty, &outlook, found, migrate);
    let proposal = proposed.unwrap_or_else(|| Err("it has no members".to_owned()));
    let proposal = proposal.map_err(|why| Failure::new(Exit::Failed, format!("{name}: {why}")))?;
    act(duty, outlook, proposal, &args.acting).await
}
