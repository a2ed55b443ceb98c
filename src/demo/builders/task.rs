//! Tasks, task definitions and targets of a service, each from the life of a task.
//! Pure; stop codes and reasons are worded as ECS words them.

use std::collections::BTreeMap;

use super::registry;
use super::service::{Crate, Deploy, Tag};
use crate::demo::account::SimulatedAccount;
use crate::demo::changes::{AppliedChange, ChangeKind};
use crate::demo::logs::{LogWriter, Program};
use crate::demo::rollout::{DRAIN, End, Life, Rollout, Script};
use crate::demo::scenario_context::{REGION, ScenarioContext, ZONES};
use crate::kinds::ecs_task::{Container, Task};
use crate::kinds::target_health::Target;
use crate::kinds::task_definition::{ContainerDefinition, TaskDefinition};

/// Stopped tasks stay visible for an hour.
const REMEMBERED: i64 = 3600;

/// The id of a task: 32 hexadecimal digits.
pub(super) fn id(scenario: &ScenarioContext<'_>, facts: &Deploy, life: &Life) -> String {
    scenario.hex(&format!("{}/{}/{}/{}", facts.cluster, facts.name, life.made, life.slot), 32)
}

fn address(scenario: &ScenarioContext<'_>, facts: &Deploy, script: &Script, life: &Life) -> String {
    let net = facts.nets.get(zone(life)).copied().unwrap_or("10.0.0");
    let environment_config = |life: &Life| scenario.dice(&id(scenario, facts, life)).u32(0..40);
    // Each slot has its own forty addresses; two tasks meet there only while one replaces the other.
    let meets = |other: &&Life| {
        let ends = other.gone.map_or(i64::MAX, |gone| gone + DRAIN);
        other.slot == life.slot
            && other.made < life.made
            && life.made <= ends
            && environment_config(other) == environment_config(life)
    };
    let host = if script.lives.iter().any(|other| meets(&other)) {
        (environment_config(life) + 20) % 40
    } else {
        environment_config(life)
    };
    format!("{net}.{}", 10 + (life.slot / 2 % 6) * 40 + host)
}

fn zone(life: &Life) -> usize {
    usize::try_from(life.slot % 2).unwrap_or_default()
}

/// The image that a registered revision gives the container.
fn registered(scenario: &ScenarioContext<'_>, facts: &Deploy, held: &Crate, revision: i32) -> Option<String> {
    let key = facts.arn(scenario);
    let of = |act: &AppliedChange| match &act.what {
        ChangeKind::Register(number, images) if *number == revision => {
            images.iter().find(|(container, _)| container == held.name).map(|(_, image)| image.clone())
        }
        _ => None,
    };
    scenario.acts_on(key.as_str()).find_map(of)
}

pub(super) fn image(scenario: &ScenarioContext<'_>, facts: &Deploy, held: &Crate, revision: i32) -> String {
    if let Some(image) = registered(scenario, facts, held, revision) {
        return image;
    }
    let repository = registry::uri(scenario, held);
    let tag = match held.tag {
        Tag::Latest => "latest".to_owned(),
        Tag::Commit => registry::commit(scenario, facts, revision),
        Tag::Fixed(tag) => tag.to_owned(),
    };
    format!("{repository}:{tag}")
}

/// Adds the service's tasks, running and lately stopped.
pub(super) fn tasks(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>, facts: &Deploy, script: &Script) {
    let cluster = facts.cluster_arn(scenario);
    let remembered =
        |life: &&Life| life.made <= scenario.now && life.gone.is_none_or(|gone| gone + REMEMBERED > scenario.now);
    for life in script.lives.iter().filter(remembered) {
        simulated.put(cluster.as_str(), task(scenario, facts, script, life));
        for held in &facts.crates {
            if let Some(writer) = writer(scenario, facts, held, life) {
                simulated.writes(writer);
            }
        }
    }
}

/// What an image was when a rollout began. `:latest` means something else at each of them; other tags stand still.
pub(super) fn digest(scenario: &ScenarioContext<'_>, facts: &Deploy, held: &Crate, rollout: &Rollout) -> String {
    let bits = match held.tag {
        Tag::Latest if registered(scenario, facts, held, rollout.revision).is_none() => {
            registry::latest(held, rollout.from)
        }
        Tag::Latest | Tag::Commit | Tag::Fixed(_) => image(scenario, facts, held, rollout.revision),
    };
    format!("sha256:{}", scenario.hex(&bits, 64))
}

/// What a container of a task writes, from its start to its end; nothing where it never started, or sends lines elsewhere.
fn writer(scenario: &ScenarioContext<'_>, facts: &Deploy, held: &Crate, life: &Life) -> Option<LogWriter> {
    if life.up == i64::MAX || life.end == End::Pull {
        return None;
    }
    let group = held.log_group.clone()?;
    let last_words = match life.end {
        End::Memory => vec![
            (1, "<--- Last few GCs --->".to_owned()),
            (0, "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory".to_owned()),
        ],
        End::Crash => CRASH.iter().map(|(before, words)| (*before, (*words).to_owned())).collect(),
        End::Scaled | End::Stopped => {
            vec![(20, "SIGTERM received: no new requests are taken".to_owned()), (2, "closed".to_owned())]
        }
        End::Pull => Vec::new(),
    };
    Some(LogWriter {
        stream: format!("ecs/{}/{}", held.name, id(scenario, facts, life)),
        program: match held.name {
            "log-router" => Program::Router,
            _ => Program::Web { json: group.contains("prooflink") },
        },
        group,
        from: life.up - 6,
        to: life.gone,
        sick: life.sick,
        last_words,
    })
}

/// What a program that ends at its start writes, each line so many seconds before its end.
const CRASH: [(i64, &str); 3] = [
    (1, "Error: Cannot find module './config/production'"),
    (1, "    at Module._resolveFilename (node:internal/modules/cjs/loader:1145:15)"),
    (0, "exiting with code 1"),
];

fn task(scenario: &ScenarioContext<'_>, facts: &Deploy, script: &Script, life: &Life) -> Task {
    let rollout = script.rollouts.get(life.rollout);
    let (from, revision) = rollout.map_or((life.made, 1), |rollout| (rollout.from, rollout.revision));
    let (deployment, id) = (facts.deployment(scenario, from), id(scenario, facts, life));
    let leaving = life.leaves.is_some_and(|leaves| leaves <= scenario.now);
    let gone = life.gone.is_some_and(|gone| gone <= scenario.now);
    let last = match scenario.now - life.made {
        _ if gone => "STOPPED",
        _ if leaving => "DEACTIVATING",
        age if age < 8 => "PROVISIONING",
        age if age < 16 => "PENDING",
        _ if scenario.now < life.up => "ACTIVATING",
        _ => "RUNNING",
    };
    let (code, reason) = match life.end {
        End::Memory | End::Crash => ("EssentialContainerExited", "Essential container in task exited".to_owned()),
        End::Pull => (
            "TaskFailedToStart",
            format!(
                "CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref {0}: {0}: not found",
                facts.crates.first().map(|held| image(scenario, facts, held, revision)).unwrap_or_default()
            ),
        ),
        End::Stopped => ("UserInitiated", "stopped by hand with toban".to_owned()),
        End::Scaled => {
            ("ServiceSchedulerInitiated", format!("Scaling activity initiated by (deployment {deployment})"))
        }
    };
    let container = |(at, held): (usize, &Crate)| {
        let killed = gone && life.end == End::Memory && at == 0;
        Container {
            name: held.name.to_owned(),
            image: Some(image(scenario, facts, held, revision)),
            digest: rollout
                .filter(|_| scenario.now >= life.made + 16 && life.end != End::Pull)
                .map(|rollout| digest(scenario, facts, held, rollout)),
            status: if gone {
                "STOPPED"
            } else if scenario.now < life.up {
                "PENDING"
            } else {
                "RUNNING"
            }
            .to_owned(),
            exit_code: match life.end {
                _ if !gone => None,
                End::Pull => None,
                End::Crash if at == 0 => Some(1),
                End::Memory | End::Crash | End::Scaled | End::Stopped => Some(if killed { 137 } else { 0 }),
            },
            reason: killed.then(|| "OutOfMemoryError: Container killed due to memory usage".to_owned()),
            health: None,
            runtime_id: (scenario.now >= life.up)
                .then(|| format!("{id}-{}", scenario.digits(&format!("{id}/{}", held.name), 10))),
            exec_agent: (scenario.now >= life.up && !gone).then(|| "RUNNING".to_owned()),
        }
    };
    Task {
        arn: scenario.arn("ecs", &format!("task/{}/{id}", facts.cluster)),
        cluster: facts.cluster_arn(scenario),
        group: Some(format!("service:{}", facts.name)),
        task_definition: facts.revision(scenario, revision),
        last_status: last.to_owned(),
        desired_status: if leaving { "STOPPED" } else { "RUNNING" }.to_owned(),
        health: Some("UNKNOWN".to_owned()),
        started_by: Some(deployment),
        created_at: Some(scenario.at(life.made)),
        started_at: scenario.past(life.up),
        stopping_at: life.leaves.and_then(|leaves| scenario.past(leaves)),
        stopped_at: life.gone.and_then(|gone| scenario.past(gone)),
        stop_code: leaving.then(|| code.to_owned()),
        stopped_reason: leaving.then_some(reason),
        zone: ZONES.get(zone(life)).map(|zone| (*zone).to_owned()),
        ips: if scenario.now >= life.made + 8 { vec![address(scenario, facts, script, life)] } else { Vec::new() },
        containers: facts.crates.iter().enumerate().map(container).collect(),
        launch: Some("FARGATE".to_owned()),
        platform_version: Some("1.4.0".to_owned()),
        container_instance: None,
        exec_enabled: true,
        cpu: Some(facts.size.0.to_owned()),
        memory: Some(facts.size.1.to_owned()),
        tags: facts.tags.clone(),
    }
}

/// Adds a revision of the service's task definition: to those in use, and to those of its family.
pub(super) fn definition(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    facts: &Deploy,
    revision: i32,
) {
    let one = format!("{}:{revision}", facts.family);
    for part in ["", facts.family.as_str(), one.as_str()] {
        simulated.put(part, defined(scenario, facts, revision));
    }
}

/// Adds a revision to those of its family.
pub(super) fn definition_of_family(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    facts: &Deploy,
    revision: i32,
) {
    let one = format!("{}:{revision}", facts.family);
    for part in [facts.family.as_str(), one.as_str()] {
        simulated.put(part, defined(scenario, facts, revision));
    }
}

/// FireLens sends to a bucket what has no log group of its own.
fn log_options(held: &Crate) -> BTreeMap<String, String> {
    if held.log_group.is_some() {
        return BTreeMap::new();
    }
    [("Name", "s3"), ("bucket", "backend-log-archive"), ("region", REGION)]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

fn defined(scenario: &ScenarioContext<'_>, facts: &Deploy, revision: i32) -> TaskDefinition {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let role =
        |kind: &str| crate::world::Arn::from(format!("arn:aws:iam::{}:role/{}-{kind}", scenario.account, facts.family));
    let container = |(at, held): (usize, &Crate)| ContainerDefinition {
        name: held.name.to_owned(),
        image: Some(image(scenario, facts, held, revision)),
        essential: at == 0,
        ports: held.port.into_iter().collect(),
        environment: owned(held.environment),
        secrets: owned(held.secrets),
        log_group: held.log_group.clone(),
        log_prefix: held.log_group.as_ref().map(|_| "ecs".to_owned()),
        log_driver: Some(if held.log_group.is_some() { "awslogs" } else { "awsfirelens" }.to_owned()),
        log_options: log_options(held),
        firelens: (held.name == "log-router").then(|| "fluentbit".to_owned()),
        health_command: Vec::new(),
        memory: None,
    };
    TaskDefinition {
        arn: facts.revision(scenario, revision),
        family: facts.family.to_owned(),
        revision,
        status: Some("ACTIVE".to_owned()),
        containers: facts.crates.iter().enumerate().map(container).collect(),
        cpu: Some(facts.size.0.to_owned()),
        memory: Some(facts.size.1.to_owned()),
        task_role: Some(role("task")),
        execution_role: Some(role("execution")),
        network_mode: Some("awsvpc".to_owned()),
        architecture: Some("X86_64".to_owned()),
        registered_at: Some(scenario.at(-4 * 86_400)),
        registered_by: Some(crate::world::Arn::from(format!(
            "arn:aws:sts::{}:assumed-role/deployer/ci",
            scenario.account
        ))),
        tags: facts.tags.clone(),
    }
}

/// The targets with their health that `script`'s tasks are, those of `which` lives.
pub(super) fn targets(
    scenario: &ScenarioContext<'_>,
    facts: &Deploy,
    script: &Script,
    which: &dyn Fn(&Life) -> bool,
) -> Vec<Target> {
    let port = facts.crates.first().and_then(|serving| serving.port);
    let target = |life: &Life| {
        let drained = match life.end {
            // A task that dies is taken out at once; one that is told to go finishes what it has.
            End::Memory | End::Crash | End::Pull => life.leaves,
            End::Scaled | End::Stopped => life.leaves.map(|leaves| leaves + DRAIN),
        };
        if scenario.now < life.up || drained.is_some_and(|drained| drained <= scenario.now) {
            return None;
        }
        let leaving = life.leaves.is_some_and(|leaves| leaves <= scenario.now);
        let sick = life.sick.is_some_and(|(from, to)| from <= scenario.now && scenario.now < to);
        let (state, reason, message) = if leaving {
            ("draining", Some("Target.DeregistrationInProgress"), Some("Target deregistration is in progress"))
        } else if sick {
            let message = "Health checks failed with these codes: [502]";
            ("unhealthy", Some("Target.ResponseCodeMismatch"), Some(message))
        } else if scenario.now < life.up + 6 {
            ("initial", Some("Elb.RegistrationInProgress"), Some("Target registration is in progress"))
        } else if scenario.now < life.ready {
            ("initial", Some("Elb.InitialHealthChecking"), Some("Initial health checks in progress"))
        } else {
            ("healthy", None, None)
        };
        Some(Target {
            id: address(scenario, facts, script, life),
            port,
            zone: ZONES.get(zone(life)).map(|zone| (*zone).to_owned()),
            state: state.to_owned(),
            reason: reason.map(str::to_owned),
            description: message.map(str::to_owned),
            check_port: port.map(|port| port.to_string()),
            overridden: None,
            anomaly: None,
        })
    };
    script.lives.iter().filter(|life| which(life)).filter_map(target).collect()
}
