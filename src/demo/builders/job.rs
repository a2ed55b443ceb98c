//! Jobs of the simulated account: tasks and functions on a timer, Batch jobs, executions; with the runs that a person
//! began by hand. Pure; how a run goes is told by its age.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::change::plan::ChangeRequest;
use crate::demo::account::SimulatedAccount;
use crate::demo::changes::ChangeKind;
use crate::demo::commands::argument;
use crate::demo::scenario_context::ScenarioContext;
use crate::kinds::batch_definition::BatchDefinition;
use crate::kinds::batch_queue::{BatchJob, BatchQueue, ComputeEnvironment};
use crate::kinds::ecs_task::{Container, Task};
use crate::kinds::event_rule::Rule;
use crate::kinds::external_schedule::ForeignSchedule;
use crate::kinds::job::change::started_by;
use crate::kinds::job_activity::JobActivity;
use crate::kinds::state_machine::{Execution, StateMachine};
use crate::schedule::expression::parse::Expression;
use crate::schedule::stored::target_effect::{Target, TaskLaunch};
use crate::world::Resource;

/// Stopped tasks stay visible for an hour.
const REMEMBERED: i64 = 3_600;
const DAY: i64 = 86_400;

/// A task on a timer.
pub(crate) struct TimedTask<'a> {
    /// The rule's name.
    pub name: &'a str,
    /// When, in UTC.
    pub expression: &'a str,
    /// What its makers wrote.
    pub about: &'a str,
    /// Its cluster.
    pub cluster: &'a str,
    /// Its task family.
    pub family: &'a str,
    /// Seconds it takes.
    pub takes: i64,
}

/// A rule that runs a task, with the runs that ECS still knows.
pub(crate) fn timed_task(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>, facts: &TimedTask<'_>) {
    let cluster = scenario.arn("ecs", &format!("cluster/{}", facts.cluster));
    let target = Target {
        arn: cluster.to_string(),
        task_definition: Some(scenario.arn("ecs", &format!("task-definition/{}:3", facts.family)).to_string()),
        launch: Some(TaskLaunch { launch_type: Some("FARGATE".to_owned()), ..TaskLaunch::default() }),
        ..Target::default()
    };
    let rule = timer(simulated, scenario, facts.name, (facts.expression, facts.about), target);
    let fired = fired(scenario, facts.expression, scenario.now - REMEMBERED);
    let by_clock = fired.into_iter().map(|at| (at, format!("events-rule/{}", facts.name)));
    let by_hand = by_hand(scenario, rule.key()).map(|(at, _)| (at, started_by(facts.name)));
    for (at, started_by) in by_clock.chain(by_hand.collect::<Vec<_>>()) {
        simulated.put(cluster.as_str(), task(scenario, facts, at, started_by));
    }
}

/// A rule that calls a function, and how its calls went.
pub(crate) fn timed_call(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    (name, expression, about): (&str, &str, &str),
    function: &str,
) {
    let target =
        Target { arn: scenario.arn("lambda", &format!("function:{function}")).to_string(), ..Target::default() };
    timer(simulated, scenario, name, (expression, about), target);
    activity(simulated, scenario, JobActivity::of_function(function), expression);
}

fn timer(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    name: &str,
    (expression, about): (&str, &str),
    target: Target,
) -> Rule {
    let rule = Rule {
        arn: scenario.arn("events", &format!("rule/{name}")),
        name: name.to_owned(),
        expression: expression.to_owned(),
        enabled: true,
        about: Some(about.to_owned()),
        managed_by: None,
        waits: false,
        targets: vec![target],
        whole: true,
    };
    simulated.put("", rule.clone());
    activity(simulated, scenario, JobActivity::of_rule(name), expression);
    rule
}

fn activity(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>, key: String, expression: &str) {
    let fired = fired(scenario, expression, scenario.now - 15 * DAY)
        .into_iter()
        .map(|at| scenario.at(at - at.rem_euclid(3_600)));
    let (since, until) = (scenario.at(scenario.now - 15 * DAY), scenario.at(scenario.now));
    simulated.put("", JobActivity { key, since, until, fired: fired.collect(), failed: Vec::new() });
}

/// The seconds in which an expression fired since `from`.
fn fired(scenario: &ScenarioContext<'_>, expression: &str, from: i64) -> Vec<i64> {
    let Some(parsed) = Expression::parse(expression) else { return Vec::new() };
    let fired = parsed.firings(&TimeZone::UTC, scenario.at(from), scenario.at(scenario.now), usize::MAX);
    fired.into_iter().map(|at| at.duration_since(scenario.start).as_secs()).collect()
}

/// When somebody ran the job of that key by hand, with the run's mark.
fn by_hand<'p>(scenario: &'p ScenarioContext<'p>, key: &'p str) -> impl Iterator<Item = (i64, String)> + 'p {
    scenario.acts_on(key).filter_map(|act| match &act.what {
        ChangeKind::Request(change_request) if change_request.verb == "run-job" => {
            Some((act.at, argument(change_request, "mark")?.to_owned()))
        }
        _ => None,
    })
}

/// What the simulated AWS calls a run that was begun by hand.
pub(super) fn run_of(scenario: &ScenarioContext<'_>, change_request: &ChangeRequest) -> Option<(&'static str, String)> {
    let mark = argument(change_request, "mark").filter(|_| change_request.verb == "run-job")?;
    let kind = change_request.on.kind;
    if kind == BatchDefinition::KIND {
        return Some(("run", scenario.uuid(&format!("batch/{mark}"))));
    }
    if kind == StateMachine::KIND {
        return Some(("run", mark.to_owned()));
    }
    (kind == Rule::KIND || kind == ForeignSchedule::KIND).then(|| {
        let name = change_request.on.key.rsplit('/').next().unwrap_or_default();
        ("run", task_id(scenario, name, scenario.now))
    })
}

fn task_id(scenario: &ScenarioContext<'_>, name: &str, at: i64) -> String {
    scenario.hex(&format!("job/{name}/{at}"), 32)
}

fn task(scenario: &ScenarioContext<'_>, facts: &TimedTask<'_>, at: i64, started_by: String) -> Task {
    let id = task_id(scenario, facts.name, at);
    let (up, end) = (at + 24, at + 24 + facts.takes);
    let over = scenario.now >= end;
    let last = if over {
        "STOPPED"
    } else if scenario.now >= up {
        "RUNNING"
    } else {
        "PENDING"
    };
    Task {
        arn: scenario.arn("ecs", &format!("task/{}/{id}", facts.cluster)),
        cluster: scenario.arn("ecs", &format!("cluster/{}", facts.cluster)),
        group: Some(format!("family:{}", facts.family)),
        task_definition: scenario.arn("ecs", &format!("task-definition/{}:3", facts.family)),
        last_status: last.to_owned(),
        desired_status: if over { "STOPPED" } else { "RUNNING" }.to_owned(),
        health: None,
        started_by: Some(started_by),
        created_at: Some(scenario.at(at)),
        started_at: scenario.past(up),
        stopping_at: scenario.past(end),
        stopped_at: scenario.past(end),
        stop_code: over.then(|| "EssentialContainerExited".to_owned()),
        stopped_reason: over.then(|| "Essential container in task exited".to_owned()),
        zone: None,
        ips: Vec::new(),
        containers: vec![Container {
            name: "batch".to_owned(),
            image: None,
            digest: None,
            status: last.to_owned(),
            exit_code: over.then_some(0),
            reason: None,
            health: None,
            runtime_id: None,
            exec_agent: None,
        }],
        launch: Some("FARGATE".to_owned()),
        platform_version: Some("1.4.0".to_owned()),
        container_instance: None,
        exec_enabled: false,
        cpu: Some("512".to_owned()),
        memory: Some("1024".to_owned()),
        tags: BTreeMap::new(),
    }
}

/// A Batch job as it is told of a definition: when, in seconds, how long it took, and how it ended.
pub(crate) struct PastJob {
    /// When it was submitted.
    pub at: i64,
    /// Seconds it ran.
    pub took: i64,
    /// The exit code of its container.
    pub exit: i64,
}

/// A queue on Fargate with one job definition and its jobs.
pub(crate) fn batch(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    (system, definition): (&str, &str),
    past: &[PastJob],
    tags: &BTreeMap<String, String>,
) {
    let arn = scenario.arn("batch", &format!("job-definition/{definition}:4"));
    let by_hand: Vec<(i64, String)> = by_hand(scenario, definition).collect();
    let old =
        past.iter().map(|job| (scenario.uuid(&format!("batch/{definition}/{}", job.at)), definition.to_owned(), job));
    let fresh: Vec<(String, PastJob)> =
        by_hand.into_iter().map(|(at, mark)| (mark, PastJob { at, took: 140, exit: 0 })).collect();
    let fresh = fresh.iter().map(|(mark, job)| (scenario.uuid(&format!("batch/{mark}")), mark.clone(), job));
    let mut jobs: Vec<BatchJob> =
        old.chain(fresh).map(|(id, name, job)| batch_job(scenario, (id, name), arn.as_str(), job)).collect();
    jobs.sort_by_key(|job| std::cmp::Reverse(job.created_at));
    simulated.put(
        "",
        BatchQueue {
            arn: scenario.arn("batch", &format!("job-queue/{system}-job-queue")),
            name: format!("{system}-job-queue"),
            state: Some("ENABLED".to_owned()),
            status: Some("VALID".to_owned()),
            reason: Some("JobQueue Healthy".to_owned()),
            environments: vec![ComputeEnvironment {
                arn: scenario.arn("batch", &format!("compute-environment/{system}-compute-env")),
                kind: Some("FARGATE".to_owned()),
                state: Some("ENABLED".to_owned()),
                status: Some("VALID".to_owned()),
                reason: Some("ComputeEnvironment Healthy".to_owned()),
                most_vcpus: Some(16),
            }],
            jobs,
            more: false,
            tags: tags.clone(),
        },
    );
    simulated.put(
        "",
        BatchDefinition {
            arn,
            name: definition.to_owned(),
            revision: 4,
            timeout: Some(7_200),
            parameters: Vec::new(),
            variables: vec!["IMPORT_FILE_KEY".to_owned()],
            image: None,
            log_group: Some(format!("/aws/batch/{system}")),
            tags: tags.clone(),
        },
    );
}

fn batch_job(
    scenario: &ScenarioContext<'_>,
    (id, name): (String, String),
    definition: &str,
    job: &PastJob,
) -> BatchJob {
    let (up, end) = (job.at + 40, job.at + 40 + job.took);
    let status = match scenario.now - job.at {
        age if age < 5 => "SUBMITTED",
        age if age < 25 => "RUNNABLE",
        age if age < 40 => "STARTING",
        _ if scenario.now < end => "RUNNING",
        _ if job.exit == 0 => "SUCCEEDED",
        _ => "FAILED",
    };
    let over = scenario.now >= end;
    BatchJob {
        id,
        name,
        definition: Some(definition.to_owned()),
        status: status.to_owned(),
        reason: over.then(|| "Essential container in task exited".to_owned()),
        created_at: Some(scenario.at(job.at)),
        started_at: scenario.past(up),
        stopped_at: scenario.past(end),
        exit_code: over.then_some(job.exit),
        container_reason: None,
    }
}

/// A state machine with one execution a day, and those by hand.
pub(crate) fn machine_of_steps(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    name: &str,
    tags: &BTreeMap<String, String>,
) {
    let arn = scenario.arn("states", &format!("stateMachine:{name}"));
    let execution = |at: i64, run: String| {
        let end = at + 75;
        Execution {
            arn: scenario.arn("states", &format!("execution:{name}:{run}")),
            name: run,
            status: if scenario.now >= end { "SUCCEEDED" } else { "RUNNING" }.to_owned(),
            started_at: Some(scenario.at(at)),
            stopped_at: scenario.past(end),
            why: None,
        }
    };
    let days = (1..=3).map(|day| execution(-day * DAY + 7_000, scenario.uuid(&format!("{name}/{day}"))));
    let by_hand = by_hand(scenario, arn.as_str()).map(|(at, mark)| execution(at, mark));
    let mut executions: Vec<Execution> = days.chain(by_hand).collect();
    executions.sort_by_key(|one| std::cmp::Reverse(one.started_at));
    simulated.tag(&arn, tags);
    simulated.put(
        "",
        StateMachine {
            arn: arn.clone(),
            name: name.to_owned(),
            kind: Some("STANDARD".to_owned()),
            created_at: Some(scenario.at(-200 * DAY)),
            executions,
        },
    );
}
