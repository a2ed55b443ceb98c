//! ECS clusters and services: from a script of task lives to the service, its deployments, its
//! events in ECS's words, its revisions and the health of its targets. Pure.

use std::collections::BTreeMap;

use super::load_balancing::{group_arn, targets};
use super::registry::repositories;
use super::{shift, task};
use crate::demo::account::SimulatedAccount;
use crate::demo::changes::ChangeKind;
use crate::demo::details::{ResourceDetails, Wave};
use crate::demo::rollout::{End, Life, Rollout, Script};
use crate::demo::scenario_context::ScenarioContext;
use crate::kinds::ecs_cluster::Cluster;
use crate::kinds::ecs_service::{Attachment, Breaker, Deployment, Event, Service};
use crate::kinds::ecs_task::Task;
use crate::kinds::service_deployment::{DeploymentProgress, RunningImage, ServiceDeployment};
use crate::schedule::stored::tags::REMEMBERED;
use crate::world::Arn;

/// How a container's image is named.
#[derive(Clone, Copy)]
pub(crate) enum Tag {
    /// `:latest`, whatever that is at the time.
    Latest,
    /// A short commit hash for each revision.
    Commit,
    /// Always the same.
    Fixed(&'static str),
}

/// How the repository of an image is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kept {
    /// Tags may be moved; nothing is scanned; the registry does not tell the CPU.
    Movable,
    /// Tags cannot be moved.
    Immutable,
    /// Tags may be moved; every image is scanned.
    Scanned,
}

/// A container of a service's tasks.
#[derive(Clone)]
pub(crate) struct Crate {
    /// Its name.
    pub name: &'static str,
    /// Its repository: in this account's ECR if it has no `/`, else as written.
    pub repository: String,
    /// How its images are named.
    pub tag: Tag,
    /// How its repository is kept.
    pub kept: Kept,
    /// Its port, if it listens.
    pub port: Option<u32>,
    /// Names of its variables.
    pub environment: &'static [&'static str],
    /// Names of its secrets.
    pub secrets: &'static [&'static str],
    /// Its log group; `None` sends logs by FireLens.
    pub log_group: Option<String>,
}

/// A service's facts.
pub(crate) struct Deploy {
    /// Its name.
    pub name: String,
    /// Its cluster's name.
    pub cluster: String,
    /// Its task definition family.
    pub family: String,
    /// Its containers, the serving one first.
    pub crates: Vec<Crate>,
    /// Its target group's name.
    pub group: String,
    /// Its VPC.
    pub vpc: String,
    /// Its security group.
    pub guard: String,
    /// First three numbers of the addresses in its two zones.
    pub nets: [&'static str; 2],
    /// Whether its tasks have public addresses.
    pub public: bool,
    /// CPU units and MiB.
    pub size: (&'static str, &'static str),
    /// minimumHealthyPercent and maximumPercent.
    pub percent: (u32, u32),
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl Deploy {
    /// The service's ARN.
    pub(crate) fn arn(&self, scenario: &ScenarioContext<'_>) -> Arn {
        scenario.arn("ecs", &format!("service/{}/{}", self.cluster, self.name))
    }

    /// Its cluster's ARN.
    pub(super) fn cluster_arn(&self, scenario: &ScenarioContext<'_>) -> Arn {
        scenario.arn("ecs", &format!("cluster/{}", self.cluster))
    }

    /// The ARN of a revision.
    pub(super) fn revision(&self, scenario: &ScenarioContext<'_>, revision: i32) -> Arn {
        scenario.arn("ecs", &format!("task-definition/{}:{revision}", self.family))
    }

    /// The id of the deployment that began at `from`.
    pub(super) fn deployment(&self, scenario: &ScenarioContext<'_>, from: i64) -> String {
        format!("ecs-svc/{}", scenario.digits(&format!("{}/{}/{from}", self.cluster, self.name), 19))
    }
}

/// The service's tags, with what it remembers of before it slept.
fn tags(scenario: &ScenarioContext<'_>, facts: &Deploy, key: &str, script: &Script) -> BTreeMap<String, String> {
    let mut tags = facts.tags.clone();
    let told = scenario.acts_on(key).filter_map(|act| match act.what {
        ChangeKind::Remember(memory) => Some(memory),
        _ => None,
    });
    match told.last() {
        Some(Some(memory)) => drop(tags.insert(REMEMBERED.to_owned(), memory.to_string())),
        Some(None) => drop(tags.remove(REMEMBERED)),
        // What the story remembers of its night it forgets in the morning.
        None if script.wanted(scenario.now) > 0 => drop(tags.remove(REMEMBERED)),
        None => {}
    }
    tags
}

/// Adds a cluster; gives its ARN.
pub(crate) fn cluster(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    name: &str,
    tags: &BTreeMap<String, String>,
) {
    let arn = scenario.arn("ecs", &format!("cluster/{name}"));
    simulated.tag(&arn, tags);
    simulated.open::<Service>(arn.as_str());
    simulated.open::<Task>(arn.as_str());
    simulated.put(
        "",
        Cluster {
            arn,
            name: name.to_owned(),
            status: "ACTIVE".to_owned(),
            exec: crate::kinds::ecs_cluster::Exec::default(),
            tags: tags.clone(),
        },
    );
}

/// The script of a service that begins as `story`, with what was done to it.
pub(crate) fn acted(scenario: &ScenarioContext<'_>, facts: &Deploy, story: impl Fn(i64) -> Script) -> Script {
    Script::acted(scenario, facts.arn(scenario).as_str(), |life| task::id(scenario, facts, life), story)
}

/// Adds a service with its tasks, revisions and targets, as `script` has them now.
pub(crate) fn service(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    facts: &Deploy,
    script: &Script,
) {
    let (arn, group) = (facts.arn(scenario), group_arn(scenario, &facts.group));
    let worn = tags(scenario, facts, arn.as_str(), script);
    for group in facts.crates.iter().filter_map(|held| held.log_group.as_deref()) {
        // The proof of concept's were left as AWS makes them.
        super::upkeep::log_group(simulated, scenario, group, Some(30).filter(|_| !group.contains("-poc")));
    }
    let count = |test: &dyn Fn(&Life) -> bool| {
        u32::try_from(script.lives.iter().filter(|life| test(life)).count()).unwrap_or(u32::MAX)
    };
    let runs = |life: &Life| life.up <= scenario.now && life.leaves.is_none_or(|leaves| leaves > scenario.now);
    let broke =
        |life: &Life| matches!(life.end, End::Crash | End::Pull) && life.gone.is_some_and(|gone| gone <= scenario.now);
    let starts = |life: &Life| life.made <= scenario.now && scenario.now < life.up && life.stays(scenario.now);
    let (current, revision) = script.current(scenario.now).map_or((0, 1), |(index, rollout)| (index, rollout.revision));

    let mut deployments: Vec<Deployment> = Vec::new();
    // What was given up last, while the service goes back from it.
    let given_up = script.rollouts.iter().filter_map(|rollout| rollout.failed).filter(|(at, _)| *at <= scenario.now);
    let going_back = given_up.max().is_some_and(|(_, settled)| scenario.now < settled);
    let begun = script.rollouts.iter().enumerate().filter(|(_, rollout)| rollout.from <= scenario.now);
    for (index, rollout) in begun.rev() {
        let failed = rollout.failed.is_some_and(|(at, _)| at <= scenario.now);
        let fresh = rollout.failed.is_some_and(|(at, settled)| (at..settled + 30).contains(&scenario.now));
        let (running, pending) =
            (count(&|life| life.rollout == index && runs(life)), count(&|life| life.rollout == index && starts(life)));
        if index != current && running + pending == 0 && !fresh {
            continue;
        }
        let id = facts.deployment(scenario, rollout.from);
        let done = rollout.done.filter(|done| *done <= scenario.now);
        let moved =
            script.lives.iter().filter(|life| life.rollout == index && life.up <= scenario.now).map(|life| life.up);
        deployments.push(Deployment {
            status: if index == current { "PRIMARY" } else { "ACTIVE" }.to_owned(),
            task_definition: facts.revision(scenario, rollout.revision),
            desired: if index == current { script.wanted(scenario.now) } else { running + pending },
            running,
            pending,
            failed: count(&|life| life.rollout == index && broke(life)),
            // AWS tells a rollout state of rolling updates only.
            rollout: script.by.is_none().then(|| {
                match () {
                    () if failed => "FAILED",
                    () if index == current && going_back => "IN_PROGRESS",
                    () if done.is_some() => "COMPLETED",
                    () => "IN_PROGRESS",
                }
                .to_owned()
            }),
            reason: script.by.is_none().then(|| match () {
                () if failed => "ECS deployment circuit breaker: tasks failed to start.".to_owned(),
                () if index == current && going_back => {
                    format!("ECS deployment circuit breaker: rolling back to deploymentId {id}.")
                }
                () if done.is_some() => format!("ECS deployment {id} completed."),
                () => format!("ECS deployment {id} in progress."),
            }),
            created_at: Some(scenario.at(rollout.from)),
            updated_at: Some(scenario.at(done.or(moved.max()).unwrap_or(rollout.from))),
            id,
        });
    }
    for rollout in &script.rollouts {
        if rollout.from <= scenario.now && scenario.now - rollout.from < 86_400 || rollout.revision == revision {
            task::definition(simulated, scenario, facts, rollout.revision);
        }
    }
    // Revisions outlive what uses them: the last few, and what was registered here.
    let made = scenario.acts_on(arn.as_str()).filter_map(|act| match &act.what {
        ChangeKind::Register(number, _) => Some(*number),
        _ => None,
    });
    for number in made.chain((1..=revision).rev().take(5)) {
        task::definition_of_family(simulated, scenario, facts, number);
    }
    history(simulated, scenario, facts, script);
    task::tasks(simulated, scenario, facts, script);
    repositories(simulated, scenario, facts, script);
    match script.by {
        None => targets(simulated, &group, task::targets(scenario, facts, script, &|_| true)),
        Some(_) => shift::targets_of_pair(simulated, scenario, facts, script),
    }
    simulated.tag(&arn, &facts.tags);
    simulated.look_at::<Service>(arn.as_str(), look(script));
    let serving = facts.crates.first();
    let delivery = shift::delivery(simulated, scenario, facts, script);
    let alternate = script.by.map(|_| shift::alternate(simulated, scenario, facts));
    simulated.put(
        facts.cluster_arn(scenario).as_str(),
        Service {
            arn,
            name: facts.name.to_owned(),
            cluster: facts.cluster_arn(scenario),
            status: "ACTIVE".to_owned(),
            desired: script.wanted(scenario.now),
            running: count(&runs),
            pending: count(&starts),
            task_definition: facts.revision(scenario, revision),
            launch: Some("FARGATE".to_owned()),
            scheduling: "REPLICA".to_owned(),
            controller: "ECS".to_owned(),
            deployments,
            events: events(scenario, facts, script),
            attachments: vec![Attachment {
                target_group: Some(group),
                container: serving.map(|serving| serving.name.to_owned()),
                port: serving.and_then(|serving| serving.port),
                alternate,
            }],
            subnets: facts.nets.map(|net| format!("subnet-0{}", scenario.hex(net, 16))).to_vec(),
            security_groups: vec![facts.guard.to_owned()],
            public_ip: Some(facts.public),
            exec_enabled: true,
            breaker: Some(Breaker { enabled: true, rollback: true }),
            min_percent: Some(facts.percent.0),
            max_percent: Some(facts.percent.1),
            grace_seconds: Some(60),
            created_at: Some(scenario.at(-200 * 86_400)),
            tags: worn,
            delivery,
        },
    );
}

/// Its deployments as the newer API tells them: those of the script, and one before them.
fn history(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>, facts: &Deploy, script: &Script) {
    let arn = facts.arn(scenario);
    let tail = format!("{}/{}", facts.cluster, facts.name);
    let first = script.rollouts.first();
    let before = first.filter(|first| first.revision > 1).map(|first| Rollout {
        from: first.from - 5 * 86_400,
        done: Some(first.from - 5 * 86_400 + 300),
        revision: first.revision - 1,
        failed: None,
    });
    simulated.open::<ServiceDeployment>(arn.as_str());
    for rollout in script.rollouts.iter().chain(&before).filter(|rollout| rollout.from <= scenario.now) {
        let (id, past) = (facts.deployment(scenario, rollout.from), |at: &i64| *at <= scenario.now);
        let number = id.rsplit('/').next().unwrap_or_default().to_owned();
        let failed = rollout.failed.filter(|(at, _)| past(at));
        let superseded = script.rollouts.iter().any(|other| other.from > rollout.from && past(&other.from));
        let status = match (failed, rollout.done.filter(past)) {
            (Some((_, settled)), _) if past(&settled) => "ROLLBACK_SUCCESSFUL",
            (Some(_), _) => "ROLLBACK_IN_PROGRESS",
            (None, Some(_)) => "SUCCESSFUL",
            (None, None) if superseded => "STOPPED",
            (None, None) => "IN_PROGRESS",
        };
        let image = |held: &Crate| RunningImage {
            container: held.name.to_owned(),
            image: task::image(scenario, facts, held, rollout.revision),
            digest: Some(task::digest(scenario, facts, held, rollout)),
        };
        let broke = |life: &&Life| {
            matches!(life.end, End::Crash | End::Pull) && life.gone.is_some_and(|gone| gone <= scenario.now)
        };
        let mine = |life: &&Life| script.rollouts.get(life.rollout).is_some_and(|other| other.from == rollout.from);
        let record = ServiceDeployment {
            arn: scenario.arn("ecs", &format!("service-deployment/{tail}/{}", scenario.hex(&id, 21))),
            service: arn.clone(),
            status: status.to_owned(),
            reason: None,
            stage: None,
            created_at: Some(scenario.at(rollout.from)),
            finished_at: rollout.done.and_then(|done| scenario.past(done)),
            revision: Some(scenario.arn("ecs", &format!("service-revision/{tail}/{number}"))),
            task_definition: Some(facts.revision(scenario, rollout.revision)),
            images: facts.crates.iter().map(image).collect(),
            rollback: failed.map(|_| "Service deployment rolled back because its tasks failed to start.".to_owned()),
            failures: u32::try_from(script.lives.iter().filter(broke).filter(mine).count()).ok(),
            threshold: Some(3),
            progress: DeploymentProgress::default(),
        };
        let record = shift::record(scenario, facts, script, rollout, record);
        simulated.put(arn.as_str(), record);
    }
}

/// Its events, newest first, at most a hundred.
fn events(scenario: &ScenarioContext<'_>, facts: &Deploy, script: &Script) -> Vec<Event> {
    let (name, group) = (&facts.name, group_arn(scenario, &facts.group));
    let port = facts.crates.first().and_then(|serving| serving.port).unwrap_or_default();
    let mut said: Vec<(i64, String)> = script.message.clone();
    for life in &script.lives {
        let id = task::id(scenario, facts, life);
        said.push((life.made + 1, format!("(service {name}) has started 1 tasks: (task {id}).")));
        if life.up == i64::MAX {
            continue;
        }
        said.push((life.up + 1, format!("(service {name}) registered 1 targets in (target-group {group})")));
        if let Some((from, _)) = life.sick {
            let why = "reason Health checks failed with these codes: [502]";
            let message =
                format!("(service {name}) (port {port}) is unhealthy in (target-group {group}) due to ({why}).");
            said.push((from + 5, message));
        }
        if let Some(leaves) = life.leaves.filter(|_| life.end == End::Scaled) {
            said.push((leaves, format!("(service {name}) has stopped 1 running tasks: (task {id}).")));
            said.push((leaves + 1, format!("(service {name}) deregistered 1 targets in (target-group {group})")));
            said.push((leaves + 2, format!("(service {name}) has begun draining connections on 1 tasks.")));
        }
    }
    for (index, rollout) in script.rollouts.iter().enumerate() {
        let id = facts.deployment(scenario, rollout.from);
        let shifts = script.shifts.iter().any(|shift| shift.rollout == index);
        if let Some((failed, settled)) = rollout.failed {
            let back =
                script.current(failed).map(|(_, back)| facts.deployment(scenario, back.from)).unwrap_or_default();
            if !shifts {
                let message = format!("(service {name}) (deployment {id}) deployment failed: tasks failed to start.");
                said.push((failed, message));
                said.push((failed + 1, format!("(service {name}) rolling back to deployment {back}.")));
            }
            said.push((settled, format!("(service {name}) has reached a steady state.")));
        }
        if let Some(done) = rollout.done {
            said.push((done, format!("(service {name}) (deployment {id}) deployment completed.")));
            said.push((done + 1, format!("(service {name}) has reached a steady state.")));
        }
    }
    said.retain(|(at, _)| *at <= scenario.now);
    said.sort_by(|a, b| b.cmp(a));
    said.truncate(100);
    let label = |at: i64, message: &str| format!("{}/{at}/{message}", facts.cluster);
    let event = |(at, message): (i64, String)| Event {
        id: scenario.uuid(&label(at, &message)),
        at: Some(scenario.at(at)),
        message,
    };
    said.into_iter().map(event).collect()
}

/// Its use of CPU and memory; both follow how many tasks are sick.
fn look(script: &Script) -> ResourceDetails {
    let first = script.rollouts.first().map_or(0, |rollout| rollout.from);
    let mut levels = vec![(first, Some(38.0))];
    let mut turns: Vec<i64> = script.lives.iter().filter_map(|life| life.sick).flat_map(|(a, b)| [a, b]).collect();
    turns.sort_unstable();
    turns.dedup();
    for turn in turns {
        let sick = script.lives.iter().filter_map(|life| life.sick).any(|(from, to)| from <= turn && turn < to);
        levels.push((turn, Some(if sick { 88.0 } else { 42.0 })));
    }
    let wave = |title: &str, levels: Vec<(i64, Option<f64>)>, swing| Wave {
        title: title.to_owned(),
        unit: "%",
        levels,
        swing,
        threshold: None,
    };
    let idle = vec![(first, Some(24.0))];
    ResourceDetails {
        waves: vec![wave("CPU", idle, 0.5), wave("memory", levels, 0.08)],
        history: Vec::new(),
        ..ResourceDetails::default()
    }
}
