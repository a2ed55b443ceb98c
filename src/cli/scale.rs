//! `toban scale` and `toban bounds`: another number of tasks of a service, or another range for it. Reads, names, proposes; the way through the gate and to the
//! end is `act`'s, what scaling is the service's kind's.

use super::exit::{Exit, Failure};
use super::read;
use super::read::CommandContext;
use super::{args, change};
use crate::cloud::at_work;

/// Runs it.
///
/// # Errors
/// When there is no such service, it cannot be scaled, or it does not end well.
pub(super) async fn run(context: &CommandContext, args: &args::Scale) -> Result<Exit, Failure> {
    // As in a deployment: what is read must hold until it is planned.
    let here = at_work(&context.cloud);
    let mut snapshot = read::once_for(context, &args.target).await?;
    let count = args.count.to_string();
    let environment_config = change::ActionArgs {
        target: &args.target,
        lists: &["services"],
        what: "service",
        verb: "scale",
        value: Some(&count),
    };
    let taken_up = change::take_up(context, &mut snapshot, &environment_config).await?;
    drop(here);
    change::carry_out(context, snapshot, taken_up, (("scale", 1), &args.acting)).await
}

/// Sets the range.
///
/// # Errors
/// When there is no such service, it is not scaled automatically, or AWS refuses it.
pub(super) async fn bounds(context: &CommandContext, args: &args::Bounds) -> Result<Exit, Failure> {
    let here = at_work(&context.cloud);
    let mut snapshot = read::once_for(context, &args.target).await?;
    let value = format!("{}-{}", args.min, args.max);
    let wanted = change::ActionArgs {
        target: &args.target,
        lists: &["services"],
        what: "service",
        verb: "bounds",
        value: Some(&value),
    };
    let taken_up = change::take_up(context, &mut snapshot, &wanted).await?;
    drop(here);
    change::carry_out(context, snapshot, taken_up, (("bounds", 1), &args.acting)).await
}
