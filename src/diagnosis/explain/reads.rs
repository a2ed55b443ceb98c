//! What an explanation reads beyond the picture, and what each reading would tell; bounded in number, whatever is sick.
//! What was read is in the world; what was refused is told under `missing`. Pure.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::changes::BEFORE;
use super::facts::{ServiceFacts, parts, services};
use super::model::Missing;
use super::symptoms::{Sign, Symptom, symptoms};
use crate::diagnosis::DiagnosisInput;
use crate::diagnosis::context::DiagnosisContext;
use crate::diagnosis::intended_sleep;
use crate::kinds::KindContext;
use crate::kinds::alarm::{Alarm, WatchedResource, all_watched};
use crate::kinds::db_event::PowerEvents;
use crate::kinds::ecr_repository::{Repository, place};
use crate::kinds::lambda_function::Function;
use crate::kinds::lambda_version::FunctionVersions;
use crate::kinds::log_tail::LogTail;
use crate::kinds::scalable_target::ScalableTarget;
use crate::kinds::security_group::SecurityGroup;
use crate::kinds::service_deployment::ServiceDeployment;
use crate::kinds::subnet::Subnet;
use crate::timeline::{Want, trail, unmet};
use crate::world::read_request::ReadRequest;
use crate::world::{KindName, Resource, Scope};

/// At most so many parts are read for one environment.
const MOST: usize = 24;

/// What to read to explain an environment; nothing where nothing is wrong. Asked again after a reading it names what
/// that reading gave cause for.
#[must_use]
pub fn wants(input: &DiagnosisInput<'_>, kind: &KindContext<'_>) -> Vec<Want> {
    let cx = DiagnosisContext::of(input, kind.world, kind.resource_index, kind.now, kind.zone);
    let rest = intended_sleep::read(&cx);
    let services = services(&cx);
    let symptoms = symptoms(&cx, &rest, &services);
    of(&cx, &services, &symptoms)
}

pub(super) fn of(cx: &DiagnosisContext<'_>, services: &[ServiceFacts<'_>], symptoms: &[Symptom<'_>]) -> Vec<Want> {
    let mut wants = Wants::default();
    if symptoms.is_empty() {
        return wants.all;
    }
    let scopes: BTreeSet<&Scope> = symptoms.iter().map(|symptom| &symptom.member.id.scope).collect();
    for facts in services.iter().filter(|facts| concerns(cx, facts, symptoms)) {
        service(cx, facts, symptoms, &mut wants);
    }
    for database in &cx.databases {
        let id = &database.member.id;
        wants.part(
            &id.scope,
            PowerEvents::KIND,
            &id.key,
            "rds:DescribeEvents",
            "when the database stopped, failed over or ran full",
        );
    }
    for symptom in symptoms {
        let id = &symptom.member.id;
        if let Some(alarm) = cx.world.get::<Alarm>(id) {
            alarms(cx, &id.scope, alarm, &mut wants);
        }
        if symptom.sign == Sign::Targets(super::rules::targets::Trouble::Timeout) {
            wants.all_of(
                &id.scope,
                SecurityGroup::KIND,
                "ec2:DescribeSecurityGroups",
                "whether security groups are in the way",
            );
        }
    }
    for scope in scopes {
        let onset = symptoms.iter().filter_map(|symptom| symptom.since).min().unwrap_or(cx.now).max(earliest(cx.now));
        wants.push(trail(scope, onset.checked_sub(BEFORE).unwrap_or(onset)));
        // A log that says timed out asks for the rules that would let the connection through.
        let timed_out =
            services.iter().any(|facts| facts.member.id.scope == *scope && facts.clue(&["timeout"]).is_some());
        if timed_out {
            wants.all_of(
                scope,
                SecurityGroup::KIND,
                "ec2:DescribeSecurityGroups",
                "whether security groups are in the way",
            );
        }
    }
    wants.all
}

/// No trouble is followed back further than this.
fn earliest(now: Timestamp) -> Timestamp {
    now.checked_sub(SignedDuration::from_hours(22)).unwrap_or(now)
}

/// Whether a service is sick, or what it serves is.
fn concerns(cx: &DiagnosisContext<'_>, facts: &ServiceFacts<'_>, symptoms: &[Symptom<'_>]) -> bool {
    let attached = facts.service.attachments.iter().filter_map(|it| it.target_group.as_ref());
    let mut groups = attached.filter_map(|arn| cx.groups.iter().find(|(_, group)| group.arn == *arn));
    symptoms.iter().any(|symptom| symptom.member.id == facts.member.id)
        || groups.any(|(member, _)| symptoms.iter().any(|symptom| symptom.member.id == member.id))
}

fn service(cx: &DiagnosisContext<'_>, facts: &ServiceFacts<'_>, symptoms: &[Symptom<'_>], wants: &mut Wants) {
    let scope = &facts.member.id.scope;
    let tasks = cx.resource_index.tasks_of(scope, facts.service);
    for (_, part) in parts(cx, facts, tasks) {
        wants.part(scope, LogTail::KIND, &part, "logs:GetLogEvents", "what the program wrote last");
    }
    let own = symptoms.iter().any(|symptom| symptom.member.id == facts.member.id);
    if own && facts.service.controller == "ECS" {
        let arn = facts.service.arn.as_str();
        let tells = "which deployments there were and why one was rolled back";
        wants.part(scope, ServiceDeployment::KIND, arn, "ecs:DescribeServiceDeployments", tells);
    }
    for (task, cause) in &facts.failed {
        if matches!(cause.id, "pull-tag" | "pull-platform" | "exec-format") {
            let images = task.containers.iter().filter_map(|one| one.image.as_deref());
            let here = images.filter_map(place).filter(|place| place.region == scope.region.as_str());
            for place in here {
                wants.part(
                    scope,
                    Repository::KIND,
                    place.uri,
                    "ecr:DescribeImages",
                    "whether the image's tag exists, and for which processor",
                );
            }
        }
        if matches!(
            cause.id,
            "pull-network" | "pull-auth" | "pull-copy" | "secret-network" | "log-network" | "no-address"
        ) {
            wants.all_of(
                scope,
                Subnet::KIND,
                "ec2:DescribeSubnets",
                "whether the subnets have a way out and free addresses",
            );
        }
    }
}

fn alarms(cx: &DiagnosisContext<'_>, scope: &Scope, alarm: &Alarm, wants: &mut Wants) {
    for watched in all_watched(alarm) {
        match watched {
            WatchedResource::Service(..) | WatchedResource::Cluster(_) => {
                let tells = "whether a service has as many tasks as it may have";
                wants.all_of(scope, ScalableTarget::KIND, "application-autoscaling:DescribeScalableTargets", tells);
            }
            WatchedResource::Function(name) => {
                let function = cx.world.all::<Function>(scope).find(|function| function.name == name);
                if let Some(function) = function {
                    let arn = function.arn.as_str();
                    wants.part(
                        scope,
                        FunctionVersions::KIND,
                        arn,
                        "lambda:ListAliases",
                        "whether an alias was shifted before",
                    );
                }
            }
            _ => {}
        }
    }
}

#[derive(Default)]
struct Wants {
    all: Vec<Want>,
    parts: usize,
}

impl Wants {
    fn part(&mut self, scope: &Scope, kind: KindName, part: &str, operation: &'static str, would_tell: &'static str) {
        self.push(Want { request: ReadRequest::part(scope, kind, part), operation, would_tell });
    }

    fn all_of(&mut self, scope: &Scope, kind: KindName, operation: &'static str, would_tell: &'static str) {
        self.push(Want { request: ReadRequest::all(scope, kind), operation, would_tell });
    }

    fn push(&mut self, want: Want) {
        if self.parts < MOST && !self.all.contains(&want) {
            self.parts += 1;
            self.all.push(want);
        }
    }
}

/// What was wanted and is not there, with the reason; and what the picture itself could not read.
pub(super) fn missing(cx: &DiagnosisContext<'_>, wants: &[Want]) -> Vec<Missing> {
    let mut all: Vec<Missing> = Vec::new();
    let mut tell = |one: Missing| {
        if all.iter().all(|known| known.operation != one.operation) {
            all.push(one);
        }
    };
    for want in wants {
        let Some((operation, why)) = unmet(cx.world, &want.request, want.operation) else { continue };
        tell(Missing { operation, why, would_tell: want.would_tell.to_owned() });
    }
    for (_, fault) in &cx.environment.faults {
        tell(Missing {
            operation: fault.operation.clone(),
            why: fault.kind.word(),
            would_tell: would_tell(&fault.operation).to_owned(),
        });
    }
    all.sort();
    all
}

/// What an operation of the picture would tell.
fn would_tell(operation: &str) -> &'static str {
    match operation.split_once(':').map_or("", |(service, _)| service) {
        "ecs" => "whether services run and why tasks stopped",
        "elasticloadbalancing" => "whether targets answer",
        "rds" => "whether databases are up",
        "cloudwatch" => "which alarms fire",
        "ec2" => "whether instances run",
        "ssm" => "whether instances can be reached",
        "lambda" => "whether functions are well",
        "tag" => "what belongs to the environment",
        "scheduler" | "events" => "which schedules act here",
        _ => "more of its state",
    }
}
