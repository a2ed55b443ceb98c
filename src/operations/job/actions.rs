//! What can be done with a job: run it now, by hand, as its timer would, with values of one's own. Pure: offers, what is
//! typed, and the plan with what a reader should know first.

use super::JobRunProcedure;
use crate::change::procedure::Proposal;
use crate::kinds::batch_definition::{self, BatchDefinition, Definitions};
use crate::kinds::batch_queue::BatchQueue;
use crate::kinds::event_rule::{self, Rule, Rules};
use crate::kinds::external_schedule::{self, ForeignSchedule, ForeignSchedules};
use crate::kinds::job::launch::{ContainerOverride, JobInput, Launch, overrides};
use crate::kinds::job::{JobRun, JobView, RunState, family};
use crate::kinds::state_machine::{self, Machines, StateMachine};
use crate::kinds::task_definition::TaskDefinition;
use crate::operations::ResourceActions;
use crate::operations::{Action, ActionContext, Prompt};
use crate::schedule::stored::target_effect::{Effect, Target, WorkKind};
use crate::text::when;
use crate::world::{Resource, ResourceId};

/// The verb.
const RUN: &str = "run";

impl ResourceActions for Rules {
    fn actions(item: &Rule, site: &ActionContext<'_>) -> Vec<Action> {
        event_rule::view(item, &site.cx).map(|job| offer(&job)).into_iter().collect()
    }

    fn propose(item: &Rule, verb: &str, value: Option<&str>, site: &ActionContext<'_>) -> Result<Proposal, String> {
        let job = event_rule::view(item, &site.cx).ok_or("it begins no work")?;
        let input = asked(verb, value)?;
        let target = item.targets.iter().find(|target| matches!(target.does(), Effect::Work(_)));
        let launch = of_target(target.ok_or("it begins no work")?, &input, site)?;
        Ok(run(&job, item.id(site.cx.scope), launch, site))
    }
}

impl ResourceActions for ForeignSchedules {
    fn actions(item: &ForeignSchedule, site: &ActionContext<'_>) -> Vec<Action> {
        external_schedule::view(item, &site.cx).map(|job| offer(&job)).into_iter().collect()
    }

    fn propose(
        item: &ForeignSchedule,
        verb: &str,
        value: Option<&str>,
        site: &ActionContext<'_>,
    ) -> Result<Proposal, String> {
        let job = external_schedule::view(item, &site.cx).ok_or("it begins no work")?;
        let launch = of_target(&item.target, &asked(verb, value)?, site)?;
        Ok(run(&job, item.id(site.cx.scope), launch, site))
    }
}

impl ResourceActions for Definitions {
    fn actions(item: &BatchDefinition, site: &ActionContext<'_>) -> Vec<Action> {
        vec![offer(&batch_definition::view(item, &site.cx))]
    }

    fn propose(
        item: &BatchDefinition,
        verb: &str,
        value: Option<&str>,
        site: &ActionContext<'_>,
    ) -> Result<Proposal, String> {
        let job = batch_definition::view(item, &site.cx);
        let input = asked(verb, value)?;
        let queue = queue(&job, &input, site)?;
        let launch = submission(item.arn.as_str(), queue, Some(item), &input)?;
        Ok(run(&job, item.id(site.cx.scope), launch, site))
    }
}

impl ResourceActions for Machines {
    fn actions(item: &StateMachine, site: &ActionContext<'_>) -> Vec<Action> {
        vec![offer(&state_machine::view(item, &site.cx))]
    }

    fn propose(
        item: &StateMachine,
        verb: &str,
        value: Option<&str>,
        site: &ActionContext<'_>,
    ) -> Result<Proposal, String> {
        let job = state_machine::view(item, &site.cx);
        let input = document(&asked(verb, value)?, None)?;
        Ok(run(&job, item.id(site.cx.scope), Launch::Execution { machine: item.arn.clone(), input }, site))
    }
}

fn offer(job: &JobView) -> Action {
    let prompt = match job.work {
        WorkKind::Task | WorkKind::Job => "NAME=VALUE … for its container, or nothing".to_owned(),
        WorkKind::Function | WorkKind::Machine => "its input as JSON, or nothing".to_owned(),
        WorkKind::Document => String::new(),
    };
    let disabled_reason = (job.work == WorkKind::Document)
        .then(|| "toban runs no Automation documents; run it in the AWS console".to_owned());
    let prompt =
        if disabled_reason.is_some() { Prompt::Nothing } else { Prompt::Text { prompt, initial: String::new() } };
    Action::new(RUN, "run it now, by hand, and watch it").asking(prompt).disabled_reason(disabled_reason)
}

fn asked(verb: &str, value: Option<&str>) -> Result<JobInput, String> {
    if verb == RUN { JobInput::parse(value.unwrap_or_default()) } else { Err(format!("a job knows no {verb:?}")) }
}

/// What a function or a state machine gets.
fn document(input: &JobInput, before: Option<&str>) -> Result<String, String> {
    match (&input.document, input.values.is_empty()) {
        (Some(document), _) => Ok(document.clone()),
        (None, false) => Err("it takes its input as one JSON document, not as NAME=VALUE".to_owned()),
        (None, true) => Ok(before.unwrap_or("{}").to_owned()),
    }
}

fn of_target(target: &Target, input: &JobInput, site: &ActionContext<'_>) -> Result<Launch, String> {
    let Effect::Work(work) = target.does() else { return Err("it begins no work".to_owned()) };
    let is_direct = !target.arn.contains(":aws-sdk:");
    match work.kind {
        WorkKind::Task => {
            no_document(input)?;
            let cluster = if is_direct { target.arn.clone() } else { work.place.clone().unwrap_or_default() };
            let definition = target.task_definition.clone().unwrap_or_else(|| work.name.clone());
            let mut told = overrides(target.input.as_deref());
            add(&mut told, &input.values, &definition, site)?;
            Ok(Launch::Task { cluster, definition, launch: target.launch.clone().unwrap_or_default(), overrides: told })
        }
        WorkKind::Job => {
            let definitions = site.cx.world.by_key::<BatchDefinition>(site.cx.scope, &work.name);
            let queue = match (&input.queue, is_direct) {
                (Some(queue), _) => queue.clone(),
                (None, true) => target.arn.clone(),
                (None, false) => work.place.clone().unwrap_or_default(),
            };
            let definition = target.job_definition.clone().unwrap_or_else(|| work.name.clone());
            submission(&definition, queue, definitions, input)
        }
        WorkKind::Machine => {
            let machine = if is_direct { Some(target.arn.as_str().into()) } else { machine_of(&work.name, site) };
            let machine = machine.ok_or_else(|| format!("the state machine {} is not known", work.name))?;
            Ok(Launch::Execution { machine, input: document(input, target.input.as_deref().filter(|_| is_direct))? })
        }
        WorkKind::Function => {
            let before = target.input.as_deref().filter(|_| is_direct);
            Ok(Launch::Call { function: work.name, input: document(input, before)? })
        }
        WorkKind::Document => Err("toban runs no Automation documents".to_owned()),
    }
}

fn machine_of(name: &str, site: &ActionContext<'_>) -> Option<crate::world::Arn> {
    site.cx.world.all::<StateMachine>(site.cx.scope).find(|machine| machine.name == name).map(|it| it.arn.clone())
}

fn no_document(input: &JobInput) -> Result<(), String> {
    match input.document {
        Some(_) => Err("it takes NAME=VALUE for its container, not a document".to_owned()),
        None => Ok(()),
    }
}

/// Adds what was typed to the overrides of the container it is for: the one that is told something already, else the only
/// or first essential one of the definition.
fn add(
    told: &mut Vec<ContainerOverride>,
    values: &[(String, String)],
    definition: &str,
    site: &ActionContext<'_>,
) -> Result<(), String> {
    if values.is_empty() {
        return Ok(());
    }
    if told.is_empty() {
        let known = site
            .cx
            .world
            .all::<TaskDefinition>(site.cx.scope)
            .filter(|it| family(it.arn.as_str()) == family(definition));
        let name = known
            .max_by_key(|it| it.arn.as_str().to_owned())
            .and_then(|it| it.containers.first().map(|one| one.name.clone()));
        let name = name.ok_or_else(|| {
            format!("which container gets the values is not known: {} was not read", family(definition))
        })?;
        told.push(ContainerOverride { name, ..ContainerOverride::default() });
    }
    if let Some(first) = told.first_mut() {
        first.environment.retain(|(name, _)| !values.iter().any(|(given, _)| given == name));
        first.environment.extend(values.iter().cloned());
    }
    Ok(())
}

fn submission(
    definition: &str,
    queue: String,
    known: Option<&BatchDefinition>,
    input: &JobInput,
) -> Result<Launch, String> {
    no_document(input)?;
    let is_parameter = |name: &String| known.is_some_and(|it| it.parameters.contains(name));
    let (parameters, environment) = input.values.iter().cloned().partition(|(name, _)| is_parameter(name));
    Ok(Launch::Job { queue, definition: definition.to_owned(), parameters, environment, command: Vec::new() })
}

/// The queue to submit to: the one that is named, that of the last run, or the only one of the environment.
fn queue(job: &JobView, input: &JobInput, site: &ActionContext<'_>) -> Result<String, String> {
    let queues: Vec<&BatchQueue> = site.cx.world.all::<BatchQueue>(site.cx.scope).collect();
    if let Some(named) = &input.queue {
        let found = queues.iter().find(|queue| queue.name == *named || queue.arn.as_str() == *named);
        return found.map(|queue| queue.arn.to_string()).ok_or_else(|| format!("there is no job queue {named:?}"));
    }
    let last = job.runs.first().and_then(|run| run.open.as_ref()).map(|queue| queue.key.to_string());
    let near = |queue: &&&BatchQueue| site.environment.members.iter().any(|member| *member.id.key == *queue.key());
    let only = |queues: &[&BatchQueue]| if let [one] = queues { Some(one.arn.to_string()) } else { None };
    let ours: Vec<&BatchQueue> = queues.iter().filter(near).copied().collect();
    last.or_else(|| only(&ours)).or_else(|| only(&queues)).ok_or_else(|| {
        let names: Vec<&str> = queues.iter().map(|queue| queue.name.as_str()).collect();
        format!("say which queue, as queue=NAME: {}", names.join(", "))
    })
}

/// The proposal, with what a reader should know first.
fn run(job: &JobView, on: ResourceId, launch: Launch, site: &ActionContext<'_>) -> Proposal {
    let (now, zone) = (site.cx.now, site.cx.zone);
    let mut plan = site.plan(format!("run job {}", job.name), on, vec![launch.sentence()]);
    if let Some(running) = job.runs.iter().find(|run| matches!(run.state, RunState::Running | RunState::Pending)) {
        let since = running.begun_at().map(|at| format!(" since {}", when(at, now, zone))).unwrap_or_default();
        plan.notices.push(format!("it runs already{since}: two at once may hinder each other"));
    }
    if let Some(last) = job.runs.first().filter(|run| run.state.is_over()) {
        plan.notices.push(format!("its last run {}", told(last, site)));
    }
    let asleep = site.environment.counts.databases.iter().find(|(_, status)| status == "stopped");
    if asleep.is_some() {
        plan.notices.push(format!("a database of {} is stopped now; the job may need it", site.environment.name));
    }
    if matches!(launch, Launch::Execution { .. } | Launch::Call { .. }) && job.clock.is_some() {
        plan.notices
            .push("by the clock it gets the event of its timer as input; by hand it gets what stands above".to_owned());
    }
    plan.irreversible = Some("what the job does cannot be taken back by toban".to_owned());
    Proposal::Procedure(Box::new(JobRunProcedure::new(plan, &job.name, launch, now)))
}

fn told(run: &JobRun, site: &ActionContext<'_>) -> String {
    let at = run.begun_at().map(|at| format!(" at {}", when(at, site.cx.now, site.cx.zone))).unwrap_or_default();
    let why = run.why.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
    format!("{}{at}{why}", run.state.word())
}
