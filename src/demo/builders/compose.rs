//! Instances that are deployed with docker compose: what the target group, the commands and the tags say after what
//! was done to them. Pure; the changes themselves are the script.

use std::collections::BTreeMap;

use super::load_balancing::targets;
use crate::demo::account::SimulatedAccount;
use crate::demo::changes::ChangeKind;
use crate::demo::commands::{self, argument};
use crate::demo::scenario_context::ScenarioContext;
use crate::kinds::command_invocation::{Invocation, part};
use crate::kinds::deploy_lock::DeployLock;
use crate::kinds::target_health::Target;
use crate::world::Arn;

/// Seconds until a target that leaves is gone, and until one that comes is healthy.
const DRAINS: i64 = 25;
const ARRIVES: i64 = 20;
/// The commit that a reference with this word in it means: it is built, and does not serve.
const BROKEN: &str = "broken";

/// How long a command takes, seconds.
fn takes(what: &str) -> i64 {
    match what {
        "survey" => 4,
        "place" => 40,
        "migrate" => 15,
        _ => 8,
    }
}

/// What a reference means: a commit for every name, but for those that begin with `no-`.
fn commit(scenario: &ScenarioContext<'_>, reference: &str) -> Option<String> {
    if crate::environment::deploy_recipe::is_commit(reference) {
        return Some(reference.to_owned());
    }
    if reference.is_empty() || reference.starts_with("no-") {
        return None;
    }
    let mark = if reference.contains(BROKEN) { "bad0" } else { "" };
    let hex = scenario.hex(&format!("commit/{reference}"), 40);
    hex.get(mark.len()..).map(|rest| format!("{mark}{rest}"))
}

/// A command as it was sent.
struct Run<'a> {
    at: i64,
    id: String,
    nodes: Vec<&'a str>,
    what: &'a str,
    value: &'a str,
}

/// One instance as the commands so far have left it.
#[derive(Clone, Default)]
struct Machine {
    head: String,
    placed: String,
}

impl Machine {
    fn is_broken(&self) -> bool {
        self.head.starts_with("bad0")
    }
}

/// Adds the target group's health, its tags and the commands on its instances. `usual` are the targets as they are
/// while nobody does anything.
pub(crate) fn compose(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    group: &Arn,
    usual: Vec<Target>,
) {
    let now = commit(scenario, "deployed before").unwrap_or_default();
    let mut machines: BTreeMap<String, Machine> =
        usual.iter().map(|target| (target.id.clone(), Machine { head: now.clone(), placed: String::new() })).collect();
    for run in runs(scenario) {
        let over = run.at + takes(run.what);
        for node in &run.nodes {
            let Some(machine) = machines.get_mut(*node) else { continue };
            match run.what {
                "place" => *machine = Machine { head: run.value.to_owned(), placed: String::new() },
                "check" if !machine.is_broken() && over <= scenario.now => machine.placed.clone_from(&machine.head),
                _ => {}
            }
            let seen = invocation(scenario, &run, node, machine);
            simulated.put(&seen.key.clone(), seen);
        }
    }
    let shown = usual.into_iter().filter_map(|target| standing(scenario, group, target, &machines)).collect();
    targets(simulated, group, shown);
    let tags = tags(scenario, group);
    simulated.tag(group, &tags);
    simulated.put(group.as_str(), DeployLock::of(group, &tags));
}

/// The scripts of a deployment; commands that a person wrote leave a machine as it is.
fn runs<'a>(scenario: &'a ScenarioContext<'_>) -> impl Iterator<Item = Run<'a>> {
    commands::runs(scenario).filter_map(|(at, change_request)| {
        let what = argument(change_request, "what").filter(|what| !what.is_empty())?;
        let nodes = argument(change_request, "nodes").unwrap_or_default();
        let value = argument(change_request, if what == "survey" { "reference" } else { "commit" }).unwrap_or_default();
        Some(Run { at, id: commands::id(scenario, at, change_request), nodes: nodes.split(',').collect(), what, value })
    })
}

fn invocation(scenario: &ScenarioContext<'_>, run: &Run<'_>, node: &str, machine: &Machine) -> Invocation {
    // A check that fails is tried for a while.
    let fails = run.what == "check" && machine.is_broken();
    let over = run.at + if fails { 30 } else { takes(run.what) };
    let done = over <= scenario.now;
    let output = match run.what {
        "survey" if done => format!(
            "toban:head={}\ntoban:dirty=0\ntoban:free=6291456\ntoban:placed={}\ntoban:commit={}\n",
            machine.head,
            machine.placed,
            commit(scenario, run.value).unwrap_or_default()
        ),
        "place" => build_log(scenario.now - run.at),
        "check" if fails => "http://localhost:80/health answers 500\n".repeat(usize::try_from((scenario.now - run.at) / 5).unwrap_or(0).min(6)),
        "check" if done => "http://localhost:80/health answers 200\n".to_owned(),
        "migrate" => "Operations to perform:\n  Apply all migrations: auth, chores\nRunning migrations:\n  No migrations to apply.\n".to_owned(),
        _ => String::new(),
    };
    Invocation {
        key: part(&run.id, node),
        status: match (done, fails) {
            (false, _) => "InProgress",
            (true, true) => "Failed",
            (true, false) => "Success",
        }
        .to_owned(),
        details: None,
        code: done.then_some(i32::from(fails)),
        output,
        errors: String::new(),
        started: Some(scenario.at(run.at)),
        ended: scenario.past(over),
    }
}

/// What docker says so far, a line every few seconds.
fn build_log(seconds: i64) -> String {
    const LINES: [&str; 9] = [
        "#1 [web internal] load build definition from Dockerfile",
        "#4 [web 1/6] FROM docker.io/library/python:3.12-slim",
        "#6 [web 3/6] COPY requirements.txt .",
        "#7 [web 4/6] RUN pip install -r requirements.txt",
        "#8 [web 5/6] COPY . .",
        "#9 [web 6/6] RUN python manage.py collectstatic --noinput",
        "#10 [web] exporting to image",
        " Container kajimaru-web-1  Recreated",
        " Container kajimaru-nginx-1  Started",
    ];
    let shown = usize::try_from(seconds / 4).unwrap_or(0).min(LINES.len());
    LINES.iter().take(shown).map(|line| format!("{line}\n")).collect()
}

/// A target after it was taken out and in; `None` while it is out.
fn standing(
    scenario: &ScenarioContext<'_>,
    group: &Arn,
    usual: Target,
    machines: &BTreeMap<String, Machine>,
) -> Option<Target> {
    let last = scenario.acts_on(group.as_str()).filter_map(|act| match &act.what {
        ChangeKind::Request(change_request) if change_request.arguments.contains(&("target", usual.id.clone())) => {
            Some((act.at, change_request.verb))
        }
        _ => None,
    });
    let state = |state: &str, reason: Option<&str>, message: Option<&str>| Target {
        state: state.to_owned(),
        reason: reason.map(str::to_owned),
        description: message.map(str::to_owned),
        ..usual.clone()
    };
    let broken = machines.get(&usual.id).is_some_and(Machine::is_broken);
    match last.last() {
        Some((at, "deregister")) if scenario.now < at + DRAINS => {
            let message = "Target deregistration is in progress";
            Some(state("draining", Some("Target.DeregistrationInProgress"), Some(message)))
        }
        Some((_, "deregister")) => None,
        Some((at, "register")) if scenario.now < at + ARRIVES => {
            Some(state("initial", Some("Elb.RegistrationInProgress"), Some("Target registration is in progress")))
        }
        Some((_, "register")) if broken => {
            let message = "Health checks failed with these codes: [500]";
            Some(state("unhealthy", Some("Target.ResponseCodeMismatch"), Some(message)))
        }
        _ => Some(usual),
    }
}

fn tags(scenario: &ScenarioContext<'_>, group: &Arn) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::new();
    for act in scenario.acts_on(group.as_str()) {
        let ChangeKind::Label(labels) = &act.what else { continue };
        for (name, value) in labels {
            match value.as_str() {
                "" => tags.remove(*name),
                _ => tags.insert((*name).to_owned(), value.clone()),
            };
        }
    }
    tags
}
