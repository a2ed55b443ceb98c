//! `toban db start|stop ENV/DATABASE`: brings one database up or down and watches it until it is seen to be so.
//! What that means for a kind of database is its kind's business.

use super::act::{act, at_site, target};
use super::exit::{Exit, Failure};
use super::look::{self, Duty};
use super::tree;
use crate::kinds::kind;

/// Runs it.
///
/// # Errors
/// When the database is unknown, cannot be started or stopped, or it did not end well.
pub(super) async fn run(duty: &Duty, args: &tree::Db) -> Result<Exit, Failure> {
    let (verb, args) = match &args.what {
        tree::DbVerb::Start(args) => ("start", args),
        tree::DbVerb::Stop(args) => ("stop", args),
    };
    let outlook = look::once(duty).await?;
    let (environment, id) = target(&outlook, &args.database, &["databases"], "database")?;
    let proposed = at_site(duty, &outlook, (environment, &id), |site| match kind(id.kind) {
        Some(kind) => kind.propose(&id, verb, None, site),
        None => Err(format!("a {} is not known here", id.kind)),
    });
    let proposal = proposed.map_err(|why| Failure::new(Exit::Refused, why))?;
    act(duty, outlook, proposal, &args.acting).await
}
