//! What schedules and rules of other owners do when they fire, read from their targets: what they stop or start, and
//! which work they begin. Pure. Never guesses: a function is only said to be called, whatever its name may promise.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::schedule::model::{MemberKind, PowerAction};
use crate::world::Arn;

/// A target as AWS keeps it, in our words.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Target {
    /// What is called: a resource's ARN, or `arn:aws:scheduler:::aws-sdk:rds:stopDBInstance`.
    pub arn: String,
    /// What it is called with.
    pub input: Option<String>,
    /// The task definition of a target that runs a task.
    pub task_definition: Option<String>,
    /// The job definition of a target that submits a job.
    pub job_definition: Option<String>,
    /// How a target that runs a task wants it run.
    pub launch: Option<TaskLaunch>,
}

/// How a task is run, as ECS wants to be told: what running one by hand must repeat.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct TaskLaunch {
    /// How many at once.
    pub count: Option<u32>,
    /// `FARGATE`, `EC2`, `EXTERNAL`; none beside capacity providers.
    pub launch_type: Option<String>,
    /// Capacity providers with their weights and bases.
    pub providers: Vec<(String, i32, i32)>,
    /// Fargate platform version.
    pub platform_version: Option<String>,
    /// Its subnets.
    pub subnets: Vec<String>,
    /// Its security groups.
    pub groups: Vec<String>,
    /// Whether it gets a public address.
    pub public_ip: Option<bool>,
}

/// What one firing does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// It stops or starts these.
    Power {
        /// Which.
        verb: PowerAction,
        /// Whom.
        on: Vec<EffectTarget>,
        /// The Automation document that does it, where it is one.
        by: Option<String>,
    },
    /// It begins some work.
    Work(Work),
    /// Something that is none of our business.
    Else,
}

/// One resource that is stopped or started.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EffectTarget {
    /// What it is.
    pub kind: MemberKind,
    /// Its identifier.
    pub id: String,
    /// The cluster of a service, by name.
    pub cluster: Option<String>,
}

/// Work that somebody's schedule begins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Work {
    /// What kind of work.
    pub kind: WorkKind,
    /// The name of what is run: a function, a task family, a job definition, a state machine, a document.
    pub name: String,
    /// Where it runs: the cluster of a task, the queue of a job.
    pub place: Option<String>,
    /// Every text in its input, by which it may name a resource.
    pub words: Vec<String>,
}

/// Kinds of work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WorkKind {
    /// An ECS task.
    Task,
    /// A Lambda function.
    Function,
    /// A Batch job.
    Job,
    /// A state machine.
    Machine,
    /// An Automation document that none of ours stops or starts anything with.
    Document,
}

impl WorkKind {
    /// What is done with it: `runs task`, `calls function`.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Task => "runs task",
            Self::Function => "calls function",
            Self::Job => "submits job",
            Self::Machine => "starts state machine",
            Self::Document => "runs document",
        }
    }

    /// Its word in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Function => "function",
            Self::Job => "job",
            Self::Machine => "state-machine",
            Self::Document => "document",
        }
    }
}

/// Automation documents of AWS that stop or start something, with the parameter that names it. The verb of the one
/// for Aurora is a parameter of its own. (The Automation runbook reference.)
const DOCUMENTS: [(&str, Option<PowerAction>, MemberKind, &str); 6] = [
    ("AWS-StopRdsInstance", Some(PowerAction::Stop), MemberKind::RdsInstance, "InstanceId"),
    ("AWS-StartRdsInstance", Some(PowerAction::Start), MemberKind::RdsInstance, "InstanceId"),
    ("AWS-StartStopAuroraCluster", None, MemberKind::RdsCluster, "ClusterName"),
    ("AWS-StopEC2Instance", Some(PowerAction::Stop), MemberKind::Ec2Instance, "InstanceId"),
    ("AWS-StartEC2Instance", Some(PowerAction::Start), MemberKind::Ec2Instance, "InstanceId"),
    ("AWS-StopEC2InstanceWithApproval", Some(PowerAction::Stop), MemberKind::Ec2Instance, "InstanceId"),
];

impl TaskLaunch {
    /// Reads one from what EventBridge keeps or RunTask is sent; fields may be in any case.
    #[must_use]
    pub fn of(parameters: &Value) -> Self {
        let text = |name: &str| texts(parameters, name).into_iter().next();
        let network = field(parameters, "networkconfiguration").and_then(|it| field(it, "awsvpcconfiguration"));
        let of_network = |name: &str| network.map(|it| texts(it, name)).unwrap_or_default();
        let providers = field(parameters, "capacityproviderstrategy").and_then(Value::as_array).into_iter().flatten();
        let figure = |of: &Value, name: &str| count(of, name).and_then(|it| i32::try_from(it).ok()).unwrap_or_default();
        let provider = |of: &Value| {
            let name = texts(of, "capacityprovider").into_iter().next()?;
            Some((name, figure(of, "weight"), figure(of, "base")))
        };
        Self {
            count: count(parameters, "taskcount")
                .or_else(|| count(parameters, "count"))
                .and_then(|it| u32::try_from(it).ok()),
            launch_type: text("launchtype"),
            providers: providers.filter_map(provider).collect(),
            platform_version: text("platformversion"),
            subnets: of_network("subnets"),
            groups: of_network("securitygroups"),
            public_ip: of_network("assignpublicip").first().map(|it| it == "ENABLED"),
        }
    }
}

/// Whether a target's ARN alone tells that it may stop, start or run something: what else there is need not be read.
#[must_use]
pub fn matters(arn: &str) -> bool {
    let call = arn.split_once(":aws-sdk:").map(|(_, call)| call.to_ascii_lowercase());
    match call.as_deref() {
        Some(call) => {
            matches!(
                call,
                "rds:stopdbinstance"
                    | "rds:startdbinstance"
                    | "rds:stopdbcluster"
                    | "rds:startdbcluster"
                    | "ecs:updateservice"
                    | "ecs:runtask"
                    | "ec2:stopinstances"
                    | "ec2:startinstances"
                    | "applicationautoscaling:registerscalabletarget"
                    | "ssm:startautomationexecution"
                    | "lambda:invoke"
                    | "batch:submitjob"
                    | "sfn:startexecution"
            )
        }
        None => {
            let arn = Arn::from(arn);
            match arn.service() {
                Some("ecs" | "lambda" | "batch" | "states") => true,
                Some("ssm") => arn.resource().starts_with("automation-definition/"),
                Some("events") => arn.resource() == "target/stop-instance",
                _ => false,
            }
        }
    }
}

impl Target {
    /// What it does.
    #[must_use]
    pub fn does(&self) -> Effect {
        let input: Value =
            self.input.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null);
        if let Some((_, call)) = self.arn.split_once(":aws-sdk:") {
            return universal(&call.to_ascii_lowercase(), &input);
        }
        let arn = Arn::from(self.arn.as_str());
        let work = |kind, name: &str, place: Option<&str>| {
            Effect::Work(Work { kind, name: name.to_owned(), place: place.map(str::to_owned), words: words(&input) })
        };
        match arn.service() {
            Some("ssm") => match arn.resource().strip_prefix("automation-definition/") {
                Some(document) => automation(document.split(':').next().unwrap_or(document), &input),
                None => Effect::Else,
            },
            Some("ecs") => match &self.task_definition {
                Some(definition) => work(WorkKind::Task, family(definition), Some(arn.last())),
                None => Effect::Else,
            },
            Some("lambda") => work(WorkKind::Function, function(arn.as_str()), None),
            Some("batch") => {
                let definition = self.job_definition.as_deref().map(family);
                work(WorkKind::Job, definition.unwrap_or_else(|| arn.last()), Some(arn.last()))
            }
            Some("states") => work(WorkKind::Machine, machine(arn.as_str()), None),
            Some("events") if arn.resource() == "target/stop-instance" => {
                let on = words(&input).into_iter().filter(|id| id.starts_with("i-"));
                power(PowerAction::Stop, on.map(|id| aim(MemberKind::Ec2Instance, id)).collect(), None)
            }
            _ => Effect::Else,
        }
    }
}

impl Target {
    /// Whether what it calls is in another account than `account` or another region than `region`, as the ARNs in it
    /// tell: what has the same name here is something else.
    #[must_use]
    pub fn is_elsewhere(&self, account: Option<&str>, region: &str) -> bool {
        let input: Value =
            self.input.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null);
        let is_away = |text: &str| {
            let arn = Arn::from(text);
            let other = |part: Option<&str>, own: Option<&str>| part.zip(own).is_some_and(|(part, own)| part != own);
            // Lambda takes `123456789012:function:name` for a function of another account.
            let partial = text.split_once(":function:").map(|(account, _)| account).filter(|it| is_account(it));
            other(arn.region(), Some(region))
                || other(arn.account().filter(|it| is_account(it)), account)
                || other(partial, account)
        };
        let called = [Some(self.arn.as_str()), self.task_definition.as_deref(), self.job_definition.as_deref()];
        // What a universal target acts on is named in its first fields; what stands deeper is handed on.
        let fields = if self.arn.contains(":aws-sdk:") { input.as_object() } else { None };
        let named = fields.into_iter().flatten().filter(|(name, _)| !name.to_ascii_lowercase().ends_with("rolearn"));
        let named = named.filter_map(|(_, value)| value.as_str());
        called.into_iter().flatten().chain(named).any(is_away) || !is_among_locations(&input, account, region)
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether an Automation that is sent to several accounts and regions comes here; without such a list it stays here.
fn is_among_locations(input: &Value, account: Option<&str>, region: &str) -> bool {
    let Some(places) = field(input, "targetlocations").and_then(Value::as_array).filter(|it| !it.is_empty()) else {
        return true;
    };
    let among = |list: &[String], own: &str| list.is_empty() || list.iter().any(|one| one == own);
    places.iter().any(|place| {
        // Organisational units stand among the accounts, and who is in them is not known.
        let accounts = texts(place, "accounts");
        let is_here = account.is_none_or(|own| among(&accounts, own) || accounts.iter().any(|one| !is_account(one)));
        is_here && among(&texts(place, "regions"), region)
    })
}

fn aim(kind: MemberKind, id: impl Into<String>) -> EffectTarget {
    EffectTarget { kind, id: id.into(), cluster: None }
}

fn power(verb: PowerAction, on: Vec<EffectTarget>, by: Option<&str>) -> Effect {
    if on.is_empty() { Effect::Else } else { Effect::Power { verb, on, by: by.map(str::to_owned) } }
}

/// A universal target of EventBridge Scheduler. Its input is cased as some SDKs do and as the API does not; a wrong
/// case fails when it fires, but what was meant is plain.
fn universal(call: &str, input: &Value) -> Effect {
    let text = |name: &str| texts(input, name).into_iter().next();
    let one = |verb, kind, name| power(verb, texts(input, name).into_iter().map(|id| aim(kind, id)).collect(), None);
    let work = |kind, name: Option<String>, place: Option<String>| match name {
        Some(name) => Effect::Work(Work { kind, name, place, words: words(input) }),
        None => Effect::Else,
    };
    match call {
        "rds:stopdbinstance" => one(PowerAction::Stop, MemberKind::RdsInstance, "dbinstanceidentifier"),
        "rds:startdbinstance" => one(PowerAction::Start, MemberKind::RdsInstance, "dbinstanceidentifier"),
        "rds:stopdbcluster" => one(PowerAction::Stop, MemberKind::RdsCluster, "dbclusteridentifier"),
        "rds:startdbcluster" => one(PowerAction::Start, MemberKind::RdsCluster, "dbclusteridentifier"),
        "ec2:stopinstances" => one(PowerAction::Stop, MemberKind::Ec2Instance, "instanceids"),
        "ec2:startinstances" => one(PowerAction::Start, MemberKind::Ec2Instance, "instanceids"),
        "ecs:updateservice" => service(
            count(input, "desiredcount"),
            text("cluster").as_deref().unwrap_or("default"),
            text("service").as_deref(),
        ),
        "applicationautoscaling:registerscalabletarget" => {
            // `service/cluster/name`; a maximum of zero closes it.
            let resource = text("resourceid").unwrap_or_default();
            let mut parts = resource.splitn(3, '/');
            match (parts.next(), parts.next(), parts.next()) {
                (Some("service"), Some(cluster), name) => service(count(input, "maxcapacity"), cluster, name),
                _ => Effect::Else,
            }
        }
        "ssm:startautomationexecution" => match text("documentname") {
            Some(document) => automation(&document, field(input, "parameters").unwrap_or(&Value::Null)),
            None => Effect::Else,
        },
        "ecs:runtask" => {
            let cluster = text("cluster").map(|cluster| Arn::from(cluster).last().to_owned());
            work(
                WorkKind::Task,
                text("taskdefinition").map(|it| family(&it).to_owned()),
                cluster.or_else(|| Some("default".to_owned())),
            )
        }
        "lambda:invoke" => work(WorkKind::Function, text("functionname").map(|it| function(&it).to_owned()), None),
        "batch:submitjob" => work(
            WorkKind::Job,
            text("jobdefinition").map(|it| family(&it).to_owned()),
            text("jobqueue").map(|it| Arn::from(it).last().to_owned()),
        ),
        "sfn:startexecution" => {
            work(WorkKind::Machine, text("statemachinearn").map(|it| machine(&it).to_owned()), None)
        }
        _ => Effect::Else,
    }
}

fn service(count: Option<u64>, cluster: &str, name: Option<&str>) -> Effect {
    let (Some(count), Some(name)) = (count, name) else { return Effect::Else };
    let verb = if count == 0 { PowerAction::Stop } else { PowerAction::Start };
    let cluster = Arn::from(cluster).last().to_owned();
    let id = Arn::from(name).last().to_owned();
    power(verb, vec![EffectTarget { kind: MemberKind::EcsService, id, cluster: Some(cluster) }], None)
}

/// An Automation document with its parameters, each of them a list of texts.
fn automation(document: &str, parameters: &Value) -> Effect {
    // A document is named by its ARN too, and AWS's own are written without regard to case nowhere.
    let name = Arn::from(document).last().to_owned();
    let Some((_, verb, kind, parameter)) = DOCUMENTS.iter().find(|(known, ..)| *known == name) else {
        return Effect::Work(Work { kind: WorkKind::Document, name, place: None, words: words(parameters) });
    };
    let verb = verb.or_else(|| match texts(parameters, "action").first().map(String::as_str) {
        Some("Stop") => Some(PowerAction::Stop),
        Some("Start") => Some(PowerAction::Start),
        _ => None,
    });
    let on = texts(parameters, &parameter.to_ascii_lowercase()).into_iter().map(|id| aim(*kind, id)).collect();
    verb.map_or(Effect::Else, |verb| power(verb, on, Some(&name)))
}

/// The field of that name, in whatever case.
fn field<'a>(of: &'a Value, name: &str) -> Option<&'a Value> {
    of.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// The texts of the field of that name: one, or a list of them.
fn texts(of: &Value, name: &str) -> Vec<String> {
    match field(of, name) {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn count(of: &Value, name: &str) -> Option<u64> {
    let value = field(of, name)?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// Every text in a document, however deep; a text that is a document itself is opened.
fn words(of: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = vec![(of.clone(), 0_u8)];
    while let Some((value, depth)) = rest.pop() {
        match value {
            Value::String(text) => {
                // Scheduler's Payload of a function is JSON within JSON.
                match serde_json::from_str(&text) {
                    Ok(inside @ (Value::Object(_) | Value::Array(_))) if depth < 2 => rest.push((inside, depth + 1)),
                    _ => found.push(text),
                }
            }
            Value::Array(items) => rest.extend(items.into_iter().map(|item| (item, depth))),
            Value::Object(fields) => rest.extend(fields.into_iter().map(|(_, value)| (value, depth))),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    found
}

/// The family of a task definition or the name of a job definition: `…/prooflink-dev-task:41`.
fn family(definition: &str) -> &str {
    let name = definition.rsplit('/').next().unwrap_or(definition);
    name.split(':').next().unwrap_or(name)
}

/// The name in a function's ARN, version or alias left out; or the name.
fn function(text: &str) -> &str {
    match text.split_once(":function:") {
        Some((_, rest)) => rest.split(':').next().unwrap_or(rest),
        None => text.split(':').next().unwrap_or(text),
    }
}

/// The name in a state machine's ARN.
fn machine(text: &str) -> &str {
    text.split_once(":stateMachine:").map_or(text, |(_, rest)| rest.split(':').next().unwrap_or(rest))
}

/// A tool that stops and starts whatever wears its tags.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tool {
    /// Instance Scheduler on AWS: `Schedule` names its schedule, `IS-*` is what it wrote.
    InstanceScheduler,
    /// Lights Off: `sched-stop`, `sched-start` and `sched-hibernate` hold times in UTC.
    LightsOff,
}

impl Tool {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InstanceScheduler => "Instance Scheduler",
            Self::LightsOff => "Lights Off",
        }
    }

    /// The tool that a tag of that key belongs to.
    #[must_use]
    pub fn of_tag(key: &str) -> Option<Self> {
        match key {
            "Schedule" => Some(Self::InstanceScheduler),
            key if lights_off(key).is_some() => Some(Self::LightsOff),
            key if key.starts_with("IS-") => Some(Self::InstanceScheduler),
            _ => None,
        }
    }
}

/// What the keys of Lights Off's tags begin with.
pub const LIGHTS_OFF: &str = "sched-";

/// What Lights Off does to a resource by a tag of that key; `None` for backups, reboots and whatever is not its.
#[must_use]
pub fn lights_off(key: &str) -> Option<PowerAction> {
    match key {
        "sched-stop" | "sched-hibernate" => Some(PowerAction::Stop),
        "sched-start" => Some(PowerAction::Start),
        _ => None,
    }
}

/// What a resource's tags tell of another tool.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Worn {
    /// The tool.
    pub tool: Tool,
    /// The tag that names its wish best, with its value.
    pub tag: (String, String),
    /// What it said it did last, and what went wrong.
    pub last: Option<String>,
}

/// The tools that a resource with these tags is left to.
#[must_use]
pub fn worn(tags: &BTreeMap<String, String>) -> Vec<Worn> {
    let mut found: Vec<Worn> = Vec::new();
    // `Schedule` says more than what was written beside it; keys come in order, so it is looked at first.
    let (first, rest): (Vec<_>, Vec<_>) = tags.iter().partition(|(key, _)| *key == "Schedule");
    for (key, value) in first.into_iter().chain(rest) {
        let Some(tool) = Tool::of_tag(key) else { continue };
        if found.iter().any(|known| known.tool == tool) {
            continue;
        }
        let said = ["IS-LastAction", "IS-Error", "IS-ErrorMessage"].iter().filter_map(|key| tags.get(*key));
        let said: Vec<&str> = said.map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
        let last = (tool == Tool::InstanceScheduler && !said.is_empty()).then(|| said.join(", "));
        found.push(Worn { tool, tag: (key.clone(), value.clone()), last });
    }
    found
}
