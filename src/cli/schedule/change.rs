//! `toban schedule override, hold, clear, sync, remove`: what the console offers for an environment's schedule, from
//! the command line. The plan is made where the console's is; it goes through the same gate.

use super::super::exit::{Exit, Failure};
use super::{offhours, stored};
use crate::cli::change::{act, at_whole, consult, environment};
use crate::cli::read;
use crate::cli::read::Duty;
use crate::cli::{args, output};
use crate::engine::headless::Outlook;
use crate::operations::environment_actions;
use crate::operations::schedule::sparing_reads;
use crate::schedule::Backend;

/// What is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Wish {
    /// Keep it running or stopped until then.
    Override(String),
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
pub(super) async fn run(duty: &Duty, name: &str, wish: &Wish, acting: &args::Acting) -> Result<Exit, Failure> {
    let mut outlook = read::once(duty).await?;
    let name = environment(&outlook, name)?.name.clone();
    one(duty, &mut outlook, name.as_str(), wish, acting).await
}

/// Syncs every environment whose schedules are at AWS, one after the other; the worst end counts.
///
/// # Errors
/// The first that failed; those after it are not begun.
pub(super) async fn all(duty: &Duty, acting: &args::Acting) -> Result<Exit, Failure> {
    let mut outlook = read::once(duty).await?;
    let at_aws = |it: &&crate::overview::EnvironmentStatus| {
        it.offhours.as_deref().is_some_and(|off| off.routine.backend == Backend::EventBridge && !off.exceptions.protect)
    };
    let names: Vec<String> = outlook.picture.environments.iter().filter(at_aws).map(|it| it.name.to_string()).collect();
    if names.is_empty() {
        return Err(Failure::new(Exit::NotFound, "no environment has a schedule at EventBridge Scheduler"));
    }
    for name in names {
        one(duty, &mut outlook, &name, &Wish::Sync, acting).await?;
    }
    Ok(Exit::Done)
}

async fn one(
    duty: &Duty,
    outlook: &mut Outlook,
    name: &str,
    wish: &Wish,
    acting: &args::Acting,
) -> Result<Exit, Failure> {
    let found = environment(outlook, name)?;
    // Rules of others can be held back without a schedule.
    let rules = match wish {
        Wish::Override(_) | Wish::Hold(_) | Wish::Clear => sparing_reads(found, &outlook.world, &duty.view.zone),
        Wish::Sync | Wish::Remove => Vec::new(),
    };
    let backend = match found.offhours.as_deref() {
        None if !rules.is_empty() => None,
        _ => Some(offhours(found)?.routine.backend),
    };
    if backend == Some(Backend::EventBridge) {
        stored::read_of(duty, outlook, name).await?;
    }
    if !rules.is_empty() {
        consult(duty, outlook, &rules).await.iter().for_each(|says| output::note(&format!("toban: {says}\n")));
    }
    let (verb, value) = match wish {
        Wish::Override(until) => ("override", Some(until.as_str())),
        Wish::Hold(until) => ("hold", Some(until.as_str())),
        Wish::Clear => ("clear", None),
        Wish::Sync => ("sync", Some("hold")),
        Wish::Remove => ("sync", Some("remove")),
    };
    let found = environment(outlook, name)?;
    let proposed = at_whole(duty, outlook, found, |site| environment_actions::propose(verb, value, site));
    let proposal = proposed.unwrap_or_else(|| Err(format!("{name} has no members")));
    let proposal = proposal.map_err(|why| Failure::new(Exit::Failed, format!("{name}: {why}")))?;
    act(duty, outlook.clone(), proposal, acting).await
}
