//! `toban deploy`: another image, revision or start of a service, or back to the last good one. Reads, names,
//! proposes; the way through the gate and to the end is `act`'s, what a deployment is the service's kind's.

use super::exit::{Exit, Failure};
use super::look::{self, Duty};
use super::{act, tree};

/// Runs it.
///
/// # Errors
/// When there is no such service, it cannot be deployed, or the rollout does not end well.
pub(super) async fn run(duty: &Duty, args: &tree::Deploy) -> Result<Exit, Failure> {
    let (verb, value) = wanted(args)?;
    let mut outlook = look::once(duty).await?;
    let wish = act::Wish { target: &args.target, lists: &["services"], what: "service", verb, value: value.as_deref() };
    let proposal = act::take_up(duty, &mut outlook, &wish).await?;
    act::act(duty, outlook, proposal, &args.acting).await
}

/// The offer that is meant, and what it is told.
///
/// # Errors
/// When a tag is no tag.
fn wanted(args: &tree::Deploy) -> Result<(&'static str, Option<String>), Failure> {
    let to = &args.to;
    let held = |image: &str| match &args.container {
        Some(container) => format!("{container}={image}"),
        None => image.to_owned(),
    };
    if let Some(tag) = &to.tag {
        if tag.contains(['/', ':', '@', '=', ',']) {
            let says = format!("--tag takes a tag, and `{tag}` is none; a whole image goes with --image");
            return Err(Failure::new(Exit::Usage, says));
        }
        return Ok(("deploy", Some(held(tag))));
    }
    if let Some(image) = &to.image {
        // Docker means this by an image without anything.
        let image = if image.contains(['/', ':', '@']) { image.clone() } else { format!("{image}:latest") };
        return Ok(("deploy", Some(held(&image))));
    }
    if args.container.is_some() {
        return Err(Failure::new(Exit::Usage, "--container goes with --tag or --image"));
    }
    Ok(match to.revision {
        Some(number) => ("revision", Some(number.to_string())),
        None if to.rollback => ("rollback", None),
        None => ("force", None),
    })
}
