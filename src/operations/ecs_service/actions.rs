//! What can be done with a service: deploy, force, another revision, roll back, scale, watch; each as a plan in words.
//! Pure; the calls are `change`, what becomes of them is `deploy`.

use super::{bounds, enable_exec};
use crate::kinds::ecs_service::Services;
use crate::operations::ResourceActions;
use std::collections::BTreeSet;

use super::answer;
use super::image_choice;
use super::rollback;
use super::{Rollout, Scaling, plan_notes};
use crate::change::plan::Difference;
use crate::change::procedure::Proposal;
use crate::kinds::ecs_service::RevisionSteps;
use crate::kinds::ecs_service::change::{Changes, Register, ServiceUpdate, Subject, Tell};
use crate::kinds::ecs_service::comparison::differences;
use crate::kinds::ecs_service::model::Service;
use crate::kinds::ecs_service::rules::moving;
use crate::kinds::service_deployment::ServiceDeployment;
use crate::kinds::task_definition::image_reference;
use crate::kinds::task_definition::{ContainerDefinition, TaskDefinition, image_name, revision_name, revision_number};
use crate::operations::{Action, ActionContext, Choice, Prompt, Undo};
use crate::text::{ago, counted};
use crate::world::read_request::ReadRequest;
use crate::world::{Arn, Resource};

impl ResourceActions for Services {
    fn actions(item: &Service, context: &ActionContext<'_>) -> Vec<Action> {
        let mut actions = actions(item, context);
        actions.push(bounds::action(item, context));
        actions.push(enable_exec::action(item));
        actions
    }

    fn choices(item: &Service, verb: &str, chosen: Option<&str>, context: &ActionContext<'_>) -> Vec<Choice> {
        choices(item, verb, chosen, context)
    }

    fn already(item: &Service, verb: &str, value: Option<&str>, context: &ActionContext<'_>) -> Option<String> {
        already(item, verb, value, context)
    }

    fn undo(item: &Service, verb: &str, context: &ActionContext<'_>) -> Option<Undo> {
        rollback::undo(item, verb, context)
    }

    fn propose(
        item: &Service,
        verb: &str,
        value: Option<&str>,
        context: &ActionContext<'_>,
    ) -> Result<Proposal, String> {
        match verb {
            bounds::VERB => bounds::propose(item, value, context),
            enable_exec::VERB => enable_exec::propose(item, context),
            _ => propose(item, verb, value, context),
        }
    }
}

/// More than a service may run.
const MOST: u32 = 5000;

/// What can be done with it.
pub(crate) fn actions(item: &Service, context: &ActionContext<'_>) -> Vec<Action> {
    let scope = context.cx.scope;
    let why = disabled_reason(item);
    let unknown = definition(item, context).is_none();
    let why_deploy = why.clone().or_else(|| unknown.then(|| "its task definition is not known yet".to_owned()));
    let count = (item.scheduling == "DAEMON").then(|| "a DAEMON service runs one task an instance".to_owned());
    let idle = (!moving(item)).then(|| "no rollout is on its way".to_owned());
    let why_answer = why.clone();
    let family = revision_name(&item.task_definition).rsplit_once(':').map_or("", |(family, _)| family);
    vec![
        Action::new("deploy", "deploy another image: registers a revision and replaces the tasks")
            .asking(image_choice::which(item, context))
            .disabled_reason(why_deploy),
        Action::new("force", "replace every task, on the same revision")
            .asking(image_choice::prompt(item, context))
            .disabled_reason(why.clone()),
        Action::new("revision", "deploy an existing revision")
            .asking(Prompt::Choice {
                prompt: "which revision".to_owned(),
                reads: vec![ReadRequest::part(scope, TaskDefinition::KIND, family)],
            })
            .disabled_reason(why.clone()),
        Action::new("rollback", "roll back to an earlier deployment")
            .asking(Prompt::Choice {
                prompt: "roll back to which deployment".to_owned(),
                reads: vec![ReadRequest::part(scope, ServiceDeployment::KIND, item.key())],
            })
            .disabled_reason(why.clone()),
        Action::new("scale", "set how many tasks run")
            .asking(Prompt::Text { prompt: "how many tasks".to_owned(), initial: item.desired.to_string() })
            .disabled_reason(why.clone().or(count)),
        answer::action_continue(item).disabled_reason(answer::disabled_reason(item, why_answer.clone())),
        answer::action_reject(item).disabled_reason(answer::disabled_reason(item, why_answer.clone())),
        Action::new("stop-rollout", "stop the rollout on its way; ECS goes back to what ran before")
            .asking(Prompt::Look { reads: vec![ReadRequest::part(scope, ServiceDeployment::KIND, item.key())] })
            .disabled_reason(why_answer.or_else(|| idle.clone())),
        Action::new("watch", "watch the rollout that is on its way").harmless().disabled_reason(idle),
    ]
}

/// Why nothing can be changed here.
fn disabled_reason(item: &Service) -> Option<String> {
    match (item.controller.as_str(), item.status.as_str()) {
        (_, status) if status != "ACTIVE" => Some(format!("the service is {status}")),
        ("ECS", _) => None,
        ("CODE_DEPLOY", _) => Some(
            "CodeDeploy deploys this service: start, stop and roll back its deployments there; toban only shows them"
                .to_owned(),
        ),
        ("EXTERNAL", _) => {
            Some("a controller of its own deploys this service by task sets; toban only shows them".to_owned())
        }
        (other, _) => Some(format!("its deployment controller {other} is not one toban knows")),
    }
}

/// What can be chosen for an offer.
pub(crate) fn choices(item: &Service, verb: &str, chosen: Option<&str>, context: &ActionContext<'_>) -> Vec<Choice> {
    match verb {
        "rollback" => rollback::choices(item, context),
        "revision" => revisions(item, context),
        "deploy" => image_choice::choices(item, chosen, context),
        _ => Vec::new(),
    }
}

/// The revisions of its family that are known, newest first.
fn revisions(item: &Service, context: &ActionContext<'_>) -> Vec<Choice> {
    let family = |arn: &Arn| revision_name(arn).rsplit_once(':').map(|(family, _)| family.to_owned());
    let mut known: Vec<&TaskDefinition> = context
        .cx
        .world
        .all::<TaskDefinition>(context.cx.scope)
        .filter(|one| family(&one.arn) == family(&item.task_definition))
        .collect();
    known.sort_by_key(|one| std::cmp::Reverse(one.revision));
    known.dedup_by_key(|one| one.revision);
    let choice = |one: &TaskDefinition| {
        let images: Vec<&str> = one.containers.iter().filter_map(|it| it.image.as_deref()).map(image_name).collect();
        let age = one.registered_at.map(|at| ago(context.cx.now.duration_since(at).as_secs()));
        let here =
            (one.arn == item.task_definition).then(|| "the service is on it; `force` replaces its tasks".to_owned());
        let gone = inactive(one);
        Choice {
            label: revision_name(&one.arn).to_owned(),
            note: [age.unwrap_or_default(), images.join(" ")].join("  "),
            disabled_reason: here.or(gone),
            value: one.revision.to_string(),
            then: Prompt::Nothing,
        }
    };
    known.into_iter().map(choice).collect()
}

fn inactive(one: &TaskDefinition) -> Option<String> {
    let status = one.status.as_deref().filter(|status| *status != "ACTIVE")?;
    Some(format!("{} is {status}: only an ACTIVE revision can be deployed", revision_name(&one.arn)))
}

/// Makes an offer a proposal.
///
/// # Errors
/// A sentence: why it cannot be done, and what to do instead.
pub(crate) fn propose(
    item: &Service,
    verb: &str,
    value: Option<&str>,
    context: &ActionContext<'_>,
) -> Result<Proposal, String> {
    if verb != "watch"
        && let Some(why) = disabled_reason(item)
    {
        return Err(why);
    }
    let value = value.map(str::trim).filter(|value| !value.is_empty());
    match verb {
        "scale" => scale(item, value, context),
        "force" => Ok(force(item, context)),
        "deploy" => deploy(item, &chosen(item, value.unwrap_or_default(), context)?, context),
        "revision" => revision(item, value.unwrap_or_default(), context),
        "rollback" => rollback::propose(item, value, context),
        "continue" | "reject" => answer::propose(item, verb == "continue", context),
        "stop-rollout" => rollback::stop(item, context),
        "watch" => watch(item, context),
        _ => Err(format!("a service knows no {verb:?}")),
    }
}

/// That it is already as `verb` and `value` would have it.
pub(crate) fn already(item: &Service, verb: &str, value: Option<&str>, context: &ActionContext<'_>) -> Option<String> {
    let value = value.map(str::trim).unwrap_or_default();
    match verb {
        _ if disabled_reason(item).is_some() => None,
        "scale" if item.scheduling != "DAEMON" => scaled_already(item, value.parse().ok()?),
        "deploy" => on_images_already(item, &chosen(item, value, context).ok()?, context),
        "revision" => on_revision_already(item, &meant(item, value).ok()?),
        bounds::VERB => bounds::already(item, Some(value), context),
        _ => None,
    }
}

fn scaled_already(item: &Service, count: u32) -> Option<String> {
    let tasks = counted(count as usize, "task");
    (count == item.desired).then(|| match item.running {
        running if running == count => format!("{} has {tasks} already", item.name),
        running => format!("{} wants {tasks} already; {running} run", item.name),
    })
}

fn on_images_already(item: &Service, images: &[(String, String)], context: &ActionContext<'_>) -> Option<String> {
    let known = definition(item, context)?;
    let runs = |name: &str| known.containers.iter().find(|one| one.name == name).and_then(|one| one.image.as_deref());
    if images.iter().any(|(name, image)| runs(name) != Some(image.as_str())) {
        return None;
    }
    let floats = images.iter().any(|(_, image)| image_reference::floats(image));
    let instead = if floats { "what the tag means now is deployed by `force`" } else { "`force` replaces its tasks" };
    Some(format!("{} is on that image already; {instead}", item.name))
}

fn on_revision_already(item: &Service, to: &Arn) -> Option<String> {
    let message = || format!("{} is on {} already; `force` replaces its tasks", item.name, revision_name(to));
    (*to == item.task_definition).then(message)
}

fn scale(item: &Service, value: Option<&str>, context: &ActionContext<'_>) -> Result<Proposal, String> {
    if item.scheduling == "DAEMON" {
        return Err("a DAEMON service runs one task on each instance; its number cannot be set".to_owned());
    }
    let typed = value.unwrap_or_default();
    let count = typed.parse::<u32>().ok().filter(|count| *count <= MOST);
    let count = count.ok_or_else(|| format!("{typed:?} is no number of tasks: 0 to {MOST}"))?;
    if let Some(why) = scaled_already(item, count) {
        return Err(why);
    }
    let tell = Tell { subject: subject(item, context), what: ServiceUpdate::Scale(count) };
    let mut plan = context.plan(
        format!("scale {} to {}", item.name, counted(count as usize, "task")),
        item.id(context.cx.scope),
        vec![tell.call()],
    );
    plan.differences.push(difference("desired tasks", Some(item.desired.to_string()), Some(count.to_string())));
    plan.notices.extend(plan_notes::of_service(item, context));
    plan.notices.push("where the service is scaled automatically, that may set another number at once".to_owned());
    if count == 0 {
        plan.notices.push(format!("0 tasks: {} will be down", item.name));
    }
    let make = Box::new(move || Box::new(tell.clone()) as Box<dyn crate::change::gate::Change>);
    Ok(Proposal::Procedure(Box::new(Scaling::new(plan, item, count, make))))
}

fn force(item: &Service, context: &ActionContext<'_>) -> Proposal {
    let tell = Tell { subject: subject(item, context), what: ServiceUpdate::Force };
    let message = format!("replace every task of {}, on {}", item.name, revision_name(&item.task_definition));
    let mut plan = context.plan(message, item.id(context.cx.scope), vec![tell.call()]);
    plan.notices.extend(image_choice::of_force(item, context));
    plan.notices.extend(plan_notes::of_rollout(item, context));
    let hands = Changes { subject: tell.subject, images: Vec::new(), what: ServiceUpdate::Force };
    Proposal::Procedure(Box::new(Rollout::new(plan, item, item.task_definition.clone(), Box::new(hands))))
}

/// Deploys `images`, each for its container: the seam for whoever chooses images.
///
/// # Errors
/// When nothing would change, or the service's definition is not known.
pub(crate) fn deploy(
    item: &Service,
    images: &[(String, String)],
    context: &ActionContext<'_>,
) -> Result<Proposal, String> {
    let known = definition(item, context).ok_or("its task definition is not known yet; refresh and try again")?;
    let now = |name: &str| known.containers.iter().find(|one| one.name == name).and_then(|one| one.image.clone());
    let changed: Vec<(String, String)> =
        images.iter().filter(|(name, image)| now(name).as_deref() != Some(image.as_str())).cloned().collect();
    if let Some(why) = on_images_already(item, images, context) {
        return Err(why);
    }
    let subject = subject(item, context);
    let register = Register { subject: subject.clone(), images: changed.clone() };
    let calls = vec![register.call(), format!("ecs:UpdateService {}: to the new revision", item.name)];
    let names: Vec<String> = changed.iter().map(|(_, image)| image_name(image).to_owned()).collect();
    let mut plan =
        context.plan(format!("deploy {} to {}", names.join(", "), item.name), item.id(context.cx.scope), calls);
    let next = format!("a new revision of {}", known.family);
    plan.differences.push(difference("revision", Some(revision_name(&known.arn).to_owned()), Some(next)));
    for (container, image) in &changed {
        plan.differences.push(difference(&format!("image of {container}"), now(container), Some(image.clone())));
    }
    for (container, image) in &changed {
        plan.notices.extend(image_choice::registered(item, container, image, context)?);
    }
    plan.notices.extend(plan_notes::of_rollout(item, context));
    let hands = Changes { subject, images: changed, what: ServiceUpdate::Force };
    Ok(Proposal::Procedure(Box::new(Rollout::new(plan, item, item.task_definition.clone(), Box::new(hands)))))
}

/// The images that `typed` means: `TAG`, `IMAGE`, or those behind `CONTAINER=`, several with commas.
fn chosen(item: &Service, typed: &str, context: &ActionContext<'_>) -> Result<Vec<(String, String)>, String> {
    let known = definition(item, context).ok_or("its task definition is not known yet; refresh and try again")?;
    let one = |typed: &str| {
        let (container, image) = match typed.split_once('=') {
            Some((name, image)) => (known.containers.iter().find(|one| one.name == name.trim()), image),
            None => {
                let (name, _) = serving(item, known)?;
                (known.containers.iter().find(|one| one.name == name), typed)
            }
        };
        let container = container.ok_or_else(|| format!("there is no such container; there are {}", names(known)))?;
        Ok((container.name.clone(), image_reference::meant(image, container.image.as_deref().unwrap_or_default())?))
    };
    typed.split(',').map(one).collect()
}

/// The container a deployment means if none is named: the only one, or the one that serves a target group; with its
/// image.
///
/// # Errors
/// When that does not tell one; the sentence lists them.
pub(crate) fn serving(item: &Service, known: &TaskDefinition) -> Result<(String, Option<String>), String> {
    let named = |name: &str| known.containers.iter().find(|one| one.name == name);
    let serves = attached(item);
    let found = match (known.containers.as_slice(), serves.len()) {
        ([only], _) => Some(only),
        (_, 1) => serves.first().and_then(|name| named(name)),
        _ => None,
    };
    let found = found.ok_or_else(|| {
        format!(
            "which container? There are {}; name one: CONTAINER=TAG, or --container on the command line",
            names(known)
        )
    })?;
    Ok((found.name.clone(), found.image.clone()))
}

/// The names of the containers that its target groups send to.
fn attached(item: &Service) -> BTreeSet<&str> {
    item.attachments.iter().filter_map(|one| one.container.as_deref()).collect()
}

/// Its containers, those on a target group first, each with whether it is on one.
pub(crate) fn serving_first<'a>(item: &Service, known: &'a TaskDefinition) -> Vec<(&'a ContainerDefinition, bool)> {
    let serves = attached(item);
    let mut all: Vec<_> = known.containers.iter().map(|one| (one, serves.contains(one.name.as_str()))).collect();
    all.sort_by_key(|(_, serves)| !serves);
    all
}

fn names(known: &TaskDefinition) -> String {
    known.containers.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// Takes the service to a revision that is there: its number, `family:number` or ARN.
fn revision(item: &Service, typed: &str, context: &ActionContext<'_>) -> Result<Proposal, String> {
    let to = meant(item, typed)?;
    if let Some(why) = on_revision_already(item, &to) {
        return Err(why);
    }
    if let Some(why) = not_listed(&to, context) {
        return Err(why);
    }
    let plan = go_to(item, &to, format!("take {} to {}", item.name, revision_name(&to)), context)?;
    Ok(going(item, to, plan, context))
}

/// Why a revision cannot be deployed that is not among the newest ACTIVE ones of its family, where those were read. Of
/// one that is older than all of them nothing is known.
fn not_listed(to: &Arn, context: &ActionContext<'_>) -> Option<String> {
    let (family, number) = revision_name(to).rsplit_once(':')?;
    let number: u32 = number.parse().ok()?;
    let listed = context.cx.world.store(context.cx.scope, TaskDefinition::KIND)?.bin(family)?;
    if listed.fault.is_some() {
        return None;
    }
    let known: BTreeSet<u32> =
        listed.keys().filter_map(|arn| arn.rsplit_once(':').and_then(|(_, number)| number.parse().ok())).collect();
    let (oldest, newest) = (known.first()?, known.last()?);
    if number > *newest {
        return Some(format!("there is no ACTIVE revision {number} of {family}: the newest is {newest}"));
    }
    let missing = number > *oldest && !known.contains(&number);
    missing.then(|| format!("revision {number} of {family} is not ACTIVE: only an ACTIVE revision can be deployed"))
}

/// The revision of the service's family that `typed` names.
fn meant(item: &Service, typed: &str) -> Result<Arn, String> {
    let number = typed.rsplit(':').next().unwrap_or(typed);
    let here = item.task_definition.as_str();
    let family = revision_name(&item.task_definition).rsplit_once(':').map_or("", |(family, _)| family);
    let other = typed.rsplit('/').next().and_then(|name| name.rsplit_once(':')).filter(|(name, _)| *name != family);
    if let Some((other, _)) = other {
        return Err(format!("{} runs {family}, not {other}; only its own revisions can be deployed", item.name));
    }
    let fits = number.parse::<u32>().is_ok_and(|number| number > 0) && !number.starts_with('+');
    match here.rsplit_once(':') {
        Some((before, _)) if fits => Ok(Arn::from(format!("{before}:{number}"))),
        _ => Err(format!("{typed:?} is no revision of {family}: write its number")),
    }
}

/// The plan to take the service to `to`.
///
/// # Errors
/// When that revision is known not to be ACTIVE.
pub(crate) fn go_to(
    item: &Service,
    to: &Arn,
    message: String,
    context: &ActionContext<'_>,
) -> Result<crate::change::plan::Plan, String> {
    let target = context.cx.world.by_key::<TaskDefinition>(context.cx.scope, to.as_str());
    if let Some(why) = target.and_then(inactive) {
        return Err(why);
    }
    let tell = Tell { subject: subject(item, context), what: ServiceUpdate::Revision(to.clone()) };
    let mut plan = context.plan(message, item.id(context.cx.scope), vec![tell.call()]);
    let from = revision_number(&item.task_definition).map(str::to_owned);
    plan.differences.push(difference("revision", from, revision_number(to).map(str::to_owned)));
    match (definition(item, context), target) {
        (Some(old), Some(new)) => plan.differences.extend(differences(old, new)),
        _ => plan.notices.push(format!("what differs in {} is not known here", revision_name(to))),
    }
    plan.notices.extend(plan_notes::of_rollout(item, context));
    Ok(plan)
}

/// The proposal to take the service to `to`.
pub(crate) fn going(item: &Service, to: Arn, plan: crate::change::plan::Plan, context: &ActionContext<'_>) -> Proposal {
    let hands =
        Changes { subject: subject(item, context), images: Vec::new(), what: ServiceUpdate::Revision(to.clone()) };
    Proposal::Procedure(Box::new(Rollout::new(plan, item, to, Box::new(hands) as Box<dyn RevisionSteps>)))
}

fn watch(item: &Service, context: &ActionContext<'_>) -> Result<Proposal, String> {
    let to =
        crate::kinds::ecs_service::rules::primary(item).map_or(&item.task_definition, |first| &first.task_definition);
    let message = format!("watch the rollout of {} to {}", item.name, revision_name(to));
    let id = item.id(context.cx.scope);
    let plan = crate::change::plan::Plan::new(message, context.environment.name.clone(), id.clone(), Vec::new());
    let watching = Rollout::watching(plan, &id, item, context.cx.now).filter(|_| moving(item));
    match watching {
        Some(watching) => Ok(Proposal::Procedure(Box::new(watching))),
        None => Err(format!("no rollout of {} is on its way", item.name)),
    }
}

pub(crate) fn subject(item: &Service, context: &ActionContext<'_>) -> Subject {
    Subject {
        id: item.id(context.cx.scope),
        environment: context.environment.name.clone(),
        cluster: item.cluster.clone(),
        on: item.task_definition.clone(),
    }
}

pub(crate) fn definition<'a>(item: &Service, context: &ActionContext<'a>) -> Option<&'a TaskDefinition> {
    context.cx.world.by_key::<TaskDefinition>(context.cx.scope, item.task_definition.as_str())
}

fn difference(what: &str, from: Option<String>, to: Option<String>) -> Difference {
    Difference { what: what.to_owned(), from, to }
}
