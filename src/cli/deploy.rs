//! `toban deploy`: another image, revision or start of a service, new code of a function, another commit on instances,
//! or back to what ran before. Reads, names, proposes; the way through the gate and to the end is `act`'s, what a
//! deployment is the business of the thing's own kind.

use super::change::TakenUp;
use super::exit::{Exit, Failure};
use super::read;
use super::read::CommandContext;
use super::{args, change, output};
use crate::change::procedure::Proposal;
use crate::change::{How, Release, ReleasePart, SkippedPart, TakeBack};
use crate::cloud::at_work;
use crate::engine::headless::Snapshot;
use crate::operations::release_part::{PartRequest, parts_back, take_back};
use crate::world::{Arn, EnvironmentName, ResourceId};

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
    let [target] = args.targets.as_slice() else { return release(context, args, (verb, value.as_deref())).await };
    if args.take_back {
        return Err(Failure::new(Exit::Usage, "--take-back goes with several services"));
    }
    // What is planned stands on what is read: a simulated account that races must not be another by then.
    let here = at_work(&context.cloud);
    let mut snapshot = read::once_for(context, target).await?;
    let (lists, what) = match among {
        Some(among) => among,
        // Whatever can go back: what is no service and no function is a target group.
        None => match change::target(&snapshot, target, IMAGES.0, IMAGES.1) {
            Err(failure) if failure.exit == Exit::NotFound => INSTANCES,
            _ => IMAGES,
        },
    };
    let action_args = change::ActionArgs { target, lists, what, verb, value: value.as_deref() };
    let taken_up = change::take_up(context, &mut snapshot, &action_args).await?;
    // Whoever carries it out has a door of their own.
    drop(here);
    change::carry_out(context, snapshot, taken_up, ((verb, 1), &args.acting)).await
}

/// Deploys several services of one environment, one after the other, as one piece of work.
async fn release(
    context: &CommandContext,
    args: &args::Deploy,
    (verb, value): (&str, Option<&str>),
) -> Result<Exit, Failure> {
    let usage = |message: String| Failure::new(Exit::Usage, message);
    if !matches!(verb, "deploy" | "force" | "rollback") || args.to.reference.is_some() || args.to.s3.is_some() {
        return Err(usage("several services go with --tag, --image, --force or --rollback".to_owned()));
    }
    let here = at_work(&context.cloud);
    let mut snapshot = read::once(context).await?;
    let (mut parts, mut skipped, mut known) = (Vec::new(), Vec::new(), Vec::new());
    for target in &args.targets {
        let (environment, id) = change::target(&snapshot, target, SERVICES.0, SERVICES.1)?;
        let environment = environment.name.clone();
        if known.contains(&(environment.clone(), id.clone())) {
            return Err(usage(format!("{target} is named twice")));
        }
        if known.iter().any(|(other, _)| *other != environment) {
            return Err(usage("a release stays inside one environment: name services of one".to_owned()));
        }
        known.push((environment, id));
        let action_args = change::ActionArgs { target, lists: SERVICES.0, what: SERVICES.1, verb, value };
        match change::take_up(context, &mut snapshot, &action_args).await {
            Ok(TakenUp::Proposal(Proposal::Procedure(procedure))) => {
                let back = way_back(context, &snapshot, known.last(), (target, verb));
                let part = ReleasePart { name: target.clone(), procedure, take_back: back };
                parts.push((place(context, known.last()), part));
            }
            Ok(TakenUp::Proposal(Proposal::Change(_))) => {
                return Err(usage(format!("{target} cannot be part of a release")));
            }
            // A release that is taken up again finds what it did before.
            Ok(TakenUp::AlreadySo(message)) => skipped.push(SkippedPart { name: target.clone(), message }),
            Err(failure) => return Err(failure),
        }
    }
    // In the order of the configuration, else as they were named.
    parts.sort_by_key(|(place, _)| *place);
    let parts = parts.into_iter().map(|(_, part)| part).collect();
    let Some(release) = Release::new(parts, skipped.clone()) else {
        let skipped: Vec<String> = skipped.iter().map(SkippedPart::sentence).collect();
        return change::tell_already(&format!("nothing to release: {}", skipped.join("; ")), &args.acting);
    };
    drop(here);
    let operation = (verb, args.targets.len());
    let proposal = Proposal::Procedure(Box::new(release));
    let Some(mut ran) = change::run(context, snapshot, proposal, (operation, &args.acting)).await? else {
        return Ok(Exit::Done);
    };
    let failed = ran.ending.how != How::Done && parts_back(&ran.parts).next().is_some();
    let may_ask = change::is_attended() && !args.acting.yes && !args.acting.no_wait;
    if failed && (args.take_back || may_ask) {
        match released_back(context, args, &ran).await {
            Ok(back) => ran.taken_back = back.map(Box::new),
            Err(why) => output::note(&format!("toban: it is not taken back: {why}\n")),
        }
    }
    change::tell(&ran, &args.acting)
}

/// What takes a part of the release back once it is done.
fn way_back(
    context: &CommandContext,
    snapshot: &Snapshot,
    of: Option<&(EnvironmentName, ResourceId)>,
    (name, verb): (&str, &str),
) -> Option<TakeBack> {
    let (environment, on) = of?;
    let environment = snapshot.picture.environment(environment)?;
    let request = PartRequest { on, name, verb, value: None };
    change::at_site(context, snapshot, (environment, on), |site| take_back(request, site))
}

/// Takes back what a release that failed has done, the last first, by one plan; `None` where all of it is back already.
///
/// # Errors
/// When it cannot be planned, or the answer is no.
async fn released_back(
    context: &CommandContext,
    args: &args::Deploy,
    ran: &change::Ran,
) -> Result<Option<change::Ran>, Failure> {
    let parts = &ran.parts;
    let here = at_work(&context.cloud);
    let first = parts_back(parts).next().map(|(name, _)| name).unwrap_or_default();
    let mut snapshot = read::once_for(context, first).await?;
    let (mut back, mut skipped) = (Vec::new(), Vec::new());
    for (name, way) in parts_back(parts) {
        let (verb, value) = (way.verb, Some(way.value.as_str()));
        let action_args = change::ActionArgs { target: name, lists: SERVICES.0, what: SERVICES.1, verb, value };
        match change::take_up(context, &mut snapshot, &action_args).await? {
            TakenUp::Proposal(Proposal::Procedure(procedure)) => {
                back.push(ReleasePart { name: name.to_owned(), procedure, take_back: None });
            }
            TakenUp::Proposal(Proposal::Change(_)) => {}
            TakenUp::AlreadySo(message) => skipped.push(SkippedPart { name: name.to_owned(), message }),
        }
    }
    let Some(release) = Release::new(back, skipped).map(Release::taking_back) else { return Ok(None) };
    drop(here);
    // Whoever is asked, or reads the log, hears first what happened.
    output::note(&format!("toban: {}\n", ran.sentence()));
    let operation = ("rollback", parts.len());
    let acting = args.acting.again(args.take_back);
    change::run(context, snapshot, Proposal::Procedure(Box::new(release)), (operation, &acting)).await
}

/// The place of a service among those that are released together.
fn place(context: &CommandContext, service: Option<&(EnvironmentName, ResourceId)>) -> usize {
    let configured = &context.settings.configured_environments;
    let last = |id: &ResourceId| Arn::from(&*id.key).last().to_owned();
    service.map_or(0, |(environment, id)| configured.release_place(environment, &last(id)))
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
        (None, None) if to.go_on => (Some(SERVICES), "continue", None),
        (None, None) if to.reject => (Some(SERVICES), "reject", None),
        (None, None) if to.migrate => (Some(INSTANCES), "migrate", None),
        (None, None) if to.rollback && args.alias.is_some() => (Some(FUNCTIONS), "rollback", args.alias.clone()),
        (None, None) if to.rollback => (None, "rollback", None),
        (None, None) => (Some(SERVICES), "force", None),
    })
}
