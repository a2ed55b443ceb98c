//! `toban db start|stop ENV/DATABASE`: brings one database up or down and watches it until it is seen to be so.
//! What that means for a kind of database is its kind's business.

use super::args;
use super::change::{act, at_site, target};
use super::exit::{Exit, Failure};
use super::read;
use super::read::CommandContext;
use crate::operations::actions_of;

/// Runs it.
///
/// # Errors
/// When the database is unknown, cannot be started or stopped, or it did not end well.
pub(super) async fn run(context: &CommandContext, args: &args::Db) -> Result<Exit, Failure> {
    let (verb, args) = match &args.what {
        args::DbVerb::Start(args) => ("start", args),
        args::DbVerb::Stop(args) => ("stop", args),
    };
    let snapshot = read::once_for(context, &args.database).await?;
    let (environment, id) = target(&snapshot, &args.database, &["databases"], "database")?;
    let proposed = at_site(context, &snapshot, (environment, &id), |context| match actions_of(id.kind) {
        Some(actions) => actions.propose(&id, verb, None, context),
        None => Err(format!("no actions exist for a {}", id.kind)),
    });
    let proposal = proposed.map_err(|why| Failure::new(Exit::Refused, why))?;
    act(context, snapshot, proposal, ((verb, 1), &args.acting)).await
}
