//! `toban db start|stop|reboot|failover ENV/DATABASE`: changes how one database runs and watches it until it is seen to be so.
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
/// When the database is unknown, it cannot be done with it, or it did not end well.
pub(super) async fn run(context: &CommandContext, args: &args::Db) -> Result<Exit, Failure> {
    let (verb, database, to, acting) = match &args.what {
        args::DbVerb::Start(args) => ("start", &args.database, None, &args.acting),
        args::DbVerb::Stop(args) => ("stop", &args.database, None, &args.acting),
        args::DbVerb::Reboot(args) => ("reboot", &args.database, None, &args.acting),
        args::DbVerb::Failover(args) => ("failover", &args.database, args.to.as_deref(), &args.acting),
    };
    let snapshot = read::once_for(context, database).await?;
    let (environment, id) = target(&snapshot, database, &["databases"], "database")?;
    let proposed = at_site(context, &snapshot, (environment, &id), |context| match actions_of(id.kind) {
        Some(actions) => actions.propose(&id, verb, to, context),
        None => Err(format!("no actions exist for a {}", id.kind)),
    });
    let proposal = proposed.map_err(|why| Failure::new(Exit::Refused, why))?;
    act(context, snapshot, proposal, ((verb, 1), acting)).await
}
