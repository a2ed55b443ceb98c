//! `toban task stop ENV/TASK`: stops one task and watches until its service has another. Reads, names, proposes; what that
//! means is the task's kind's business.

use super::exit::{Exit, Failure};
use super::read::{self, CommandContext};
use super::{args, change};
use crate::cloud::at_work;

/// Runs it.
///
/// # Errors
/// When there is no such task, it cannot be stopped, or it did not end well.
pub(super) async fn run(context: &CommandContext, args: &args::Task) -> Result<Exit, Failure> {
    let args::TaskVerb::Stop(args) = &args.what;
    let here = at_work(&context.cloud);
    let mut snapshot = read::once_for(context, &args.task).await?;
    let wanted = change::ActionArgs { target: &args.task, lists: &["tasks"], what: "task", verb: "stop", value: None };
    let taken_up = change::take_up(context, &mut snapshot, &wanted).await?;
    drop(here);
    change::carry_out(context, snapshot, taken_up, (("stop", 1), &args.acting)).await
}
