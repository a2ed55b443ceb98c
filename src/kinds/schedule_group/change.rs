//! What may be done to a schedule group of ours and to the schedules in it: make, write, delete. The calls need the
//! gate's pass. Safe to run twice: what is there already, or gone already, is success.

use futures_util::future::BoxFuture;
use std::collections::BTreeMap;

use aws_sdk_scheduler::types;

use super::model::Group;
use crate::aws::{Clients, RawAnswer, at, knows_all};
use crate::change::gate::{Change, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::kinds::schedule_record::change::Note;
use crate::schedule::due::client_token;
use crate::schedule::stored::planned_schedules::Planned;
use crate::schedule::stored::restore_schedules::retries;
use crate::schedule::stored::tags;
use crate::world::{EnvironmentName, Fault, FaultKind, Resource, ResourceId, Scope};

/// Where a change belongs: an environment's group.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SchedulePlace {
    /// The environment.
    pub environment: EnvironmentName,
    /// Where it is.
    pub scope: Scope,
    /// The group's name.
    pub group: String,
}

impl SchedulePlace {
    /// The group as a resource.
    #[must_use]
    pub fn id(&self) -> ResourceId {
        ResourceId { kind: Group::KIND, scope: self.scope.clone(), key: self.group.as_str().into() }
    }

    fn plan(&self, message: String, call: String) -> Plan {
        Plan::new(message, self.environment.clone(), self.id(), vec![call])
    }

    fn change_request(&self, verb: &'static str, name: &str) -> ChangeRequest {
        ChangeRequest { verb, on: self.id(), arguments: vec![("name", name.to_owned())] }
    }
}

const GET: &str = "scheduler:GetSchedule";

/// Whether AWS says that it is there already.
pub(crate) fn is_there(fault: &Fault) -> bool {
    fault.code.as_deref() == Some("ConflictException")
}

/// Whether AWS says that it is not there.
pub(crate) fn is_gone(fault: &Fault) -> bool {
    fault.kind == FaultKind::Gone || fault.code.as_deref() == Some("ResourceNotFoundException")
}

fn said(message: String) -> Result<Receipt, Fault> {
    Ok(Receipt { message: Some(message), ..Receipt::default() })
}

/// Something to be written before anything else: on a resource, or on the group that is the record.
#[derive(Clone, Debug)]
pub enum Mark {
    /// On a resource.
    Label(Label),
    /// On the group.
    Note(Note),
}

impl Mark {
    /// The change that writes it.
    #[must_use]
    pub fn change(self) -> Box<dyn Change> {
        match self {
            Self::Label(label) => Box::new(label),
            Self::Note(note) => Box::new(note),
        }
    }
}

/// Makes the group, with the environment's name on it.
#[derive(Clone, Debug)]
pub struct MakeGroup(pub SchedulePlace);

impl Change for MakeGroup {
    fn plan(&self) -> Plan {
        let message = format!("create the schedule group {}", self.0.group);
        self.0.plan(message, format!("scheduler:CreateScheduleGroup {}", self.0.group))
    }

    fn change_request(&self) -> ChangeRequest {
        let mut change_request = self.0.change_request("make-group", "");
        change_request.arguments.push(("environment", self.0.environment.to_string()));
        change_request
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let SchedulePlace { environment, group, .. } = &self.0;
            let operation = "scheduler:CreateScheduleGroup";
            let refused = |why: String| Fault::new(FaultKind::Refused, operation, why).on(group.as_str());
            let tag = types::Tag::builder().key(tags::ENV).value(tags::allowed(environment.as_str())).build();
            // Without a token of ours: with one that was used before, AWS could take the making of a group that was
            // deleted since for a repetition.
            let request = aws.scheduler.create_schedule_group().name(group);
            let request = request.tags(tag.map_err(|why| refused(why.to_string()))?);
            match aws.call(operation, Some(group), request.send()).await {
                Ok(_) => said(format!("the group {group} is created")),
                Err(fault) if is_there(&fault) => said(format!("the group {group} is there already")),
                Err(fault) => Err(fault),
            }
        })
    }
}

/// Writes one schedule as it was computed, whether it is there or not.
#[derive(Clone, Debug)]
pub struct PutSchedule {
    /// Where.
    pub place: SchedulePlace,
    /// What.
    pub planned: Planned,
    /// The role it acts by.
    pub role: String,
    /// Queue for what fails for good, where that is worth one.
    pub queue: Option<String>,
    /// Whether it is there.
    pub known: bool,
}

impl PutSchedule {
    fn target(&self) -> Result<types::Target, String> {
        let small = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        let (attempts, age) = retries(&self.planned.target);
        let retry = types::RetryPolicy::builder()
            .maximum_retry_attempts(small(attempts))
            .maximum_event_age_in_seconds(small(age));
        let queue = self.queue.as_ref().filter(|_| self.planned.dead_letter);
        types::Target::builder()
            .arn(&self.planned.target)
            .role_arn(&self.role)
            .input(&self.planned.input)
            .retry_policy(retry.build())
            .set_dead_letter_config(queue.map(|arn| types::DeadLetterConfig::builder().arn(arn).build()))
            .build()
            .map_err(|why| why.to_string())
    }

    /// The key that the schedule is encrypted with, which an update keeps. A schedule with fields that AWS has added since
    /// this was built is not updated: they would be reset.
    async fn key_of(&self, aws: &Clients) -> Result<Option<String>, Fault> {
        let name = &self.planned.name;
        let raw = RawAnswer::default();
        let request = aws.scheduler.get_schedule().name(name).group_name(&self.place.group);
        let answer = aws.call(GET, Some(name), request.customize().interceptor(raw.clone()).send()).await?;
        knows_all("scheduler:UpdateSchedule", name, &raw.whole(), &known_fields())?;
        Ok(answer.kms_key_arn().map(str::to_owned))
    }

    /// Everything is given on each write: what an update leaves out, AWS resets.
    async fn write(&self, aws: &Clients, known: bool) -> Result<(), Fault> {
        let operation = if known { "scheduler:UpdateSchedule" } else { "scheduler:CreateSchedule" };
        let planned = &self.planned;
        let refused = |why: String| Fault::new(FaultKind::Refused, operation, why).on(planned.name.as_str());
        let target = self.target().map_err(refused)?;
        let window = types::FlexibleTimeWindow::builder().mode(types::FlexibleTimeWindowMode::Off).build();
        let window = window.map_err(|why| refused(why.to_string()))?;
        let after = match planned.once {
            true => types::ActionAfterCompletion::Delete,
            false => types::ActionAfterCompletion::None,
        };
        let start = planned.start_date.map(at);
        macro_rules! send {
            ($request:expr) => {{
                let request = $request
                    .name(&planned.name)
                    .group_name(&self.place.group)
                    .schedule_expression(&planned.expression)
                    .schedule_expression_timezone(&planned.timezone)
                    .state(types::ScheduleState::Enabled)
                    .set_start_date(start)
                    .flexible_time_window(window)
                    .target(target)
                    .action_after_completion(after);
                aws.call(operation, Some(&planned.name), request.send()).await.map(|_| ())
            }};
        }
        // The token makes a repeated request safe; a changed wish must not pass for a repetition.
        if known {
            let key = self.key_of(aws).await?;
            send!(aws.scheduler.update_schedule().set_kms_key_arn(key))
        } else {
            let environment_config =
                format!("{}|{:?}|{}|{}", planned.token, planned.start_date, planned.input, self.role);
            send!(aws.scheduler.create_schedule().client_token(client_token(&environment_config)))
        }
    }
}

/// The fields of `GetSchedule` in the API of 2021-06-30, as botocore has it (2026-11).
fn known_fields() -> serde_json::Value {
    serde_json::json!({
        "ActionAfterCompletion": null, "Arn": null, "CreationDate": null, "Description": null, "EndDate": null,
        "FlexibleTimeWindow": { "MaximumWindowInMinutes": null, "Mode": null }, "GroupName": null, "KmsKeyArn": null,
        "LastModificationDate": null, "Name": null, "ScheduleExpression": null, "ScheduleExpressionTimezone": null,
        "StartDate": null, "State": null,
        "Target": {
            "Arn": null, "DeadLetterConfig": { "Arn": null }, "EcsParameters": null, "EventBridgeParameters": null,
            "Input": null, "KinesisParameters": null,
            "RetryPolicy": { "MaximumEventAgeInSeconds": null, "MaximumRetryAttempts": null }, "RoleArn": null,
            "SageMakerPipelineParameters": null, "SqsParameters": null,
        },
    })
}

impl Change for PutSchedule {
    fn plan(&self) -> Plan {
        let Planned { name, expression, timezone, .. } = &self.planned;
        let call = if self.known { "UpdateSchedule" } else { "CreateSchedule" };
        let held = self.planned.start_date.map(|at| format!(", not before {at}")).unwrap_or_default();
        let message = format!("{} the schedule {name}", if self.known { "change" } else { "create" });
        self.place.plan(message, format!("scheduler:{call} {name} {expression} {timezone}{held}"))
    }

    fn change_request(&self) -> ChangeRequest {
        let Planned { name, expression, timezone, start_date, target, input, dead_letter, .. } = &self.planned;
        let mut change_request = self.place.change_request("put-schedule", name);
        let fields = [("expression", expression), ("timezone", timezone), ("target", target), ("input", input)];
        change_request.arguments.extend(fields.map(|(key, value)| (key, value.clone())));
        change_request.arguments.push(("role", self.role.clone()));
        change_request.arguments.extend(start_date.map(|at| ("start", at.to_string())));
        change_request.arguments.extend(self.queue.clone().filter(|_| *dead_letter).map(|queue| ("queue", queue)));
        change_request
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            // What was seen may be old: each way falls back to the other.
            let got = match self.write(aws, self.known).await {
                Err(fault) if self.known && is_gone(&fault) => self.write(aws, false).await,
                Err(fault) if !self.known && is_there(&fault) => self.write(aws, true).await,
                got => got,
            };
            got?;
            said(format!("{} is {} {}", self.planned.name, self.planned.expression, self.planned.timezone))
        })
    }
}

/// Deletes one schedule of a group of ours.
#[derive(Clone, Debug)]
pub struct DropSchedule {
    /// Where.
    pub place: SchedulePlace,
    /// Its name.
    pub name: String,
}

impl Change for DropSchedule {
    fn plan(&self) -> Plan {
        let message = format!("delete the schedule {}", self.name);
        self.place.plan(message, format!("scheduler:DeleteSchedule {}", self.name))
    }

    fn change_request(&self) -> ChangeRequest {
        self.place.change_request("drop-schedule", &self.name)
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let request = aws.scheduler.delete_schedule().name(&self.name).group_name(&self.place.group);
            match aws.call("scheduler:DeleteSchedule", Some(&self.name), request.send()).await {
                Ok(_) => said(format!("{} is deleted", self.name)),
                Err(fault) if is_gone(&fault) => said(format!("{} is gone already", self.name)),
                Err(fault) => Err(fault),
            }
        })
    }
}

/// Deletes a group of ours with everything in it.
#[derive(Clone, Debug)]
pub struct DropGroup(pub SchedulePlace);

impl Change for DropGroup {
    fn plan(&self) -> Plan {
        let message = format!("delete the schedule group {}", self.0.group);
        self.0.plan(message, format!("scheduler:DeleteScheduleGroup {} with every schedule in it", self.0.group))
    }

    fn change_request(&self) -> ChangeRequest {
        self.0.change_request("drop-group", "")
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let group = &self.0.group;
            let request = aws.scheduler.delete_schedule_group().name(group);
            match aws.call("scheduler:DeleteScheduleGroup", Some(group), request.send()).await {
                Ok(_) => said(format!("the group {group} is deleted")),
                Err(fault) if is_gone(&fault) => said(format!("the group {group} is gone already")),
                Err(fault) => Err(fault),
            }
        })
    }
}

/// Writes or removes tags on one resource: a value to write, none to remove.
#[derive(Clone, Debug)]
pub struct Label {
    /// Its environment.
    pub environment: EnvironmentName,
    /// On what.
    pub on: ResourceId,
    /// Its ARN.
    pub arn: String,
    /// The tags, by key.
    pub tags: BTreeMap<&'static str, Option<String>>,
}

impl Label {
    /// Whether a resource of that ARN can be labelled here.
    #[must_use]
    pub fn can(arn: &str) -> bool {
        matches!(crate::world::Arn::from(arn).service(), Some("rds" | "ecs"))
    }

    fn words(&self) -> String {
        let word = |(key, value): (&&str, &Option<String>)| match value {
            Some(value) => format!("{key}={value}"),
            None => format!("no {key}"),
        };
        self.tags.iter().map(word).collect::<Vec<_>>().join(", ")
    }

    fn is_rds(&self) -> bool {
        crate::world::Arn::from(self.arn.as_str()).service() == Some("rds")
    }
}

impl Change for Label {
    fn plan(&self) -> Plan {
        let name = crate::world::Arn::from(self.arn.as_str());
        let call = if self.is_rds() { "rds:AddTagsToResource" } else { "ecs:TagResource" };
        let remove = if self.is_rds() { "rds:RemoveTagsFromResource" } else { "ecs:UntagResource" };
        let adds = self.tags.values().any(Option::is_some);
        let message = format!("write {} on {}", self.words(), name.last());
        let calls = vec![format!("{} {} {}", if adds { call } else { remove }, name.last(), self.words())];
        Plan::new(message, self.environment.clone(), self.on.clone(), calls)
    }

    fn change_request(&self) -> ChangeRequest {
        let arguments = self.tags.iter().map(|(key, value)| (*key, value.clone().unwrap_or_default())).collect();
        ChangeRequest { verb: "label", on: self.on.clone(), arguments }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let set: Vec<(&str, &str)> =
                self.tags.iter().filter_map(|(key, value)| Some((*key, value.as_deref()?))).collect();
            let unset: Vec<String> =
                self.tags.iter().filter(|(_, value)| value.is_none()).map(|(key, _)| (*key).to_owned()).collect();
            let arn = self.arn.as_str();
            if self.is_rds() {
                if !set.is_empty() {
                    let tag = |(key, value): &(&str, &str)| {
                        aws_sdk_rds::types::Tag::builder().key(*key).value(*value).build()
                    };
                    let tags = set.iter().map(tag).collect();
                    let request = aws.rds.add_tags_to_resource().resource_name(arn).set_tags(Some(tags));
                    aws.call("rds:AddTagsToResource", Some(arn), request.send()).await?;
                }
                if !unset.is_empty() {
                    let request = aws.rds.remove_tags_from_resource().resource_name(arn).set_tag_keys(Some(unset));
                    aws.call("rds:RemoveTagsFromResource", Some(arn), request.send()).await?;
                }
            } else {
                if !set.is_empty() {
                    let tag = |(key, value): &(&str, &str)| {
                        aws_sdk_ecs::types::Tag::builder().key(*key).value(*value).build()
                    };
                    let tags = set.iter().map(tag).collect();
                    let request = aws.ecs.tag_resource().resource_arn(arn).set_tags(Some(tags));
                    aws.call("ecs:TagResource", Some(arn), request.send()).await?;
                }
                if !unset.is_empty() {
                    let request = aws.ecs.untag_resource().resource_arn(arn).set_tag_keys(Some(unset));
                    aws.call("ecs:UntagResource", Some(arn), request.send()).await?;
                }
            }
            said(self.words())
        })
    }
}
