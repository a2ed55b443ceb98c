//! `toban deploy`: another image, revision or start of a service, new code of a function, another commit on instances,
//! or back to what ran before. Reads, names, proposes; the way through the gate and to the end is `act`'s, what a
//! deployment is the business of the thing's own kind.

use super::exit::{Exit, Failure};
use super::read;
use super::read::CommandContext;
use super::{args, change};
use crate::cloud::at_work;

/// What may be meant: the lists it is looked for in, and what one is called.
type Among = (&'static [&'static str], &'static str);

const SERVICES: Among = (&["services"], "service");
const FUNCTIONS: Among = (&["functions"], "function");
const IMAGES: Among = (&["services", "functions"], "service or function");
const INSTANCES: Among = (&["target_groups", "instances"], "target group or instance");

/// Runs it.
///
/// # Errors
/// When there is no such thing, it cannot be deployed, or the rollout does not end well.
pub(super) async fn run(context: &CommandContext, args: &args::Deploy) -> Result<Exit, Failure> {
    let (among, verb, value) = wanted(args)?;
    // What is planned stands on what is read: a simulated account that races must not be another by then.
    let here = at_work(&context.cloud);
    let mut snapshot = read::once(context).await?;
    let (lists, what) = match among {
        Some(among) => among,
        // Whatever can go back: what is no service and no function is a target group.
        None => match change::target(&snapshot, &args.target, IMAGES.0, IMAGES.1) {
            Err(failure) if failure.exit == Exit::NotFound => INSTANCES,
            _ => IMAGES,
        },
    };
    let environment_config = change::ActionArgs { target: &args.target, lists, what, verb, value: value.as_deref() };
    let proposal = change::take_up(context, &mut snapshot, &environment_config).await?;
    // Whoever carries it out has a door of their own.
    drop(here);
    change::act(context, snapshot, proposal, &args.acting).await
}

/// What it is done to, the offer that is meant, and what that is told.
type Wanted = (Option<Among>, &'static str, Option<String>);

/// What the flags ask for.
///
/// # Errors
/// When flags do not go together, or a tag is no tag.
fn wanted(args: &args::Deploy) -> Result<Wanted, Failure> {
    let to = &args.to;
    let usage = |message: String| Err(Failure::new(Exit::Usage, message));
    let held = |image: &str| match &args.container {
        Some(container) => format!("{container}={image}"),
        None => image.to_owned(),
    };
    if args.container.is_some() && to.tag.is_none() && to.image.is_none() {
        return usage("--container goes with --tag or --image".to_owned());
    }
    let of_function = args.alias.is_some() || args.weight.is_some();
    if of_function && to.s3.is_none() && to.image.is_none() && !(to.rollback && args.weight.is_none()) {
        return usage(
            "--alias goes with --s3, --image or --rollback of a function, --weight with the first two".to_owned(),
        );
    }
    if of_function && args.container.is_some() {
        return usage("--container is a service's, --alias and --weight are a function's".to_owned());
    }
    let shifted = |code: &str| {
        let alias = args.alias.as_ref().map(|alias| format!(" alias={alias}"));
        let weight = args.weight.map(|weight| format!(" weight={weight}"));
        format!("{code}{}{}", alias.unwrap_or_default(), weight.unwrap_or_default())
    };
    if let Some(tag) = &to.tag {
        if tag.contains(['/', ':', '@', '=', ',']) {
            return usage(format!("--tag takes a tag, and `{tag}` is none; a whole image goes with --image"));
        }
        return Ok((Some(SERVICES), "deploy", Some(held(tag))));
    }
    if let Some(image) = &to.image {
        // Docker means this by an image without anything.
        let image = if image.contains(['/', ':', '@']) { image.clone() } else { format!("{image}:latest") };
        return Ok(match of_function {
            true => (Some(FUNCTIONS), "deploy", Some(shifted(&image))),
            false => (Some(IMAGES), "deploy", Some(held(&image))),
        });
    }
    if let Some(archive) = &to.s3 {
        return Ok((Some(FUNCTIONS), "deploy", Some(shifted(archive))));
    }
    Ok(match (&to.reference, to.revision) {
        (Some(reference), _) => (Some(INSTANCES), "deploy", reference.clone()),
        (None, Some(number)) => (Some(SERVICES), "revision", Some(number.to_string())),
        (None, None) if to.migrate => (Some(INSTANCES), "migrate", None),
        (None, None) if to.rollback && args.alias.is_some() => (Some(FUNCTIONS), "rollback", args.alias.clone()),
        (None, None) if to.rollback => (None, "rollback", None),
        (None, None) => (Some(SERVICES), "force", None),
    })
}
