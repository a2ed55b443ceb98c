//! Changes a service at AWS: ecs:UpdateService, ecs:RegisterTaskDefinition, ecs:StopServiceDeployment,
//! ecs:ContinueServiceDeployment.
//! The only file of the kind that may change anything, and only with the gate's pass. Before it does, it looks whether
//! the service is still what the plan was made for; a write whose answer is lost is looked for in `lost`. Values of environment
//! variables never leave it.

mod answer;
mod copy;
pub mod enable_exec;
mod lost;

use aws_sdk_ecs::types::{self, StopServiceDeploymentStopType, TaskDefinitionField, TaskDefinitionStatus};
use futures_util::future::BoxFuture;

use super::RevisionSteps;
use crate::aws::{Clients, RawAnswer, WrittenBack, text};
use crate::change::gate::{Change, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::kinds::task_definition::revision_name;
use crate::world::{Arn, EnvironmentName, Fault, FaultKind, ResourceId};

const DESCRIBE: &str = "ecs:DescribeServices";
const UPDATE: &str = "ecs:UpdateService";
const REGISTER: &str = "ecs:RegisterTaskDefinition";
const DEFINITION: &str = "ecs:DescribeTaskDefinition";
const STOP: &str = "ecs:StopServiceDeployment";
const CONTINUE: &str = "ecs:ContinueServiceDeployment";

/// The IAM actions that these changes take.
pub(super) const ACTIONS: &[&str] = &[
    UPDATE,
    REGISTER,
    "ecs:TagResource",
    STOP,
    CONTINUE,
    "iam:PassRole",
    // Sleep and wake.
    "ecs:UntagResource",
    "application-autoscaling:RegisterScalableTarget",
];

/// The service that is changed, and what the plan took it for.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    /// It.
    pub id: ResourceId,
    /// Its environment.
    pub environment: EnvironmentName,
    /// Its cluster.
    pub cluster: Arn,
    /// The revision it is on.
    pub on: Arn,
}

impl Subject {
    fn name(&self) -> &str {
        self.id.key.rsplit('/').next().unwrap_or(&self.id.key)
    }

    fn plan(&self, message: String, call: String) -> Plan {
        Plan::new(message, self.environment.clone(), self.id.clone(), vec![call])
    }

    fn refused(&self, operation: &str, message: String) -> Fault {
        Fault::new(FaultKind::Refused, operation, message).on(self.name())
    }

    /// The service as it is now, if it is still what the plan was made for.
    async fn still(&self, aws: &Clients, revision_matters: bool) -> Result<types::Service, Fault> {
        let request = aws.ecs.describe_services().cluster(self.cluster.as_str()).services(&*self.id.key);
        let answer = aws.call(DESCRIBE, Some(self.name()), request.send()).await?;
        let service = answer.services.unwrap_or_default().into_iter().next();
        let Some(service) = service.filter(|service| service.status() == Some("ACTIVE")) else {
            return Err(Fault::new(FaultKind::Gone, DESCRIBE, "the service was deleted meanwhile").on(self.name()));
        };
        let now = Arn::from(service.task_definition().unwrap_or_default());
        if revision_matters && revision_name(&now) != revision_name(&self.on) {
            let message = format!(
                "the plan was made for {}, but the service went to {} meanwhile; look at it again",
                revision_name(&self.on),
                revision_name(&now)
            );
            return Err(self.refused("toban:plan", message));
        }
        Ok(service)
    }
}

/// What a service is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum ServiceUpdate {
    /// To replace every task.
    Force,
    /// To go to a revision.
    Revision(Arn),
    /// To run so many tasks.
    Scale(u32),
    /// To take back the deployment of that ARN.
    TakeBack(Arn),
    /// To go on, or back, from a pause.
    Answer(Answer),
}

/// The answer to a pause of a deployment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Answer {
    /// The deployment.
    pub deployment: Arn,
    /// The pause.
    pub hook: String,
    /// Whether it may go on; else it goes back.
    pub go_on: bool,
}

impl Answer {
    /// AWS's word for it.
    const fn word(&self) -> &'static str {
        if self.go_on { "CONTINUE" } else { "ROLLBACK" }
    }
}

/// Telling a service something.
#[derive(Clone, Debug)]
pub(crate) struct Tell {
    /// Which.
    pub subject: Subject,
    /// What.
    pub what: ServiceUpdate,
}

impl Tell {
    /// The API call, in words.
    pub(crate) fn call(&self) -> String {
        let name = self.subject.name();
        match &self.what {
            ServiceUpdate::Force => format!("{UPDATE} {name}: a new deployment of the same revision"),
            ServiceUpdate::Revision(revision) => format!("{UPDATE} {name}: to {}", revision_name(revision)),
            ServiceUpdate::Scale(count) => format!("{UPDATE} {name}: desired count {count}"),
            ServiceUpdate::TakeBack(arn) => format!("{STOP} {}: with rollback", arn.last()),
            ServiceUpdate::Answer(answer) => {
                format!("{CONTINUE} {}: {} at the pause {}", answer.deployment.last(), answer.word(), answer.hook)
            }
        }
    }

    async fn update(&self, aws: &Clients) -> Result<Receipt, Fault> {
        let subject = &self.subject;
        let before = subject.still(aws, matches!(self.what, ServiceUpdate::Force | ServiceUpdate::Revision(_))).await?;
        if let ServiceUpdate::Revision(revision) = &self.what {
            active(aws, subject, revision).await?;
        }
        let request = aws.ecs.update_service().cluster(subject.cluster.as_str()).service(&*subject.id.key);
        let request = match &self.what {
            ServiceUpdate::Force => request.force_new_deployment(true),
            ServiceUpdate::Revision(revision) => request.task_definition(revision.as_str()),
            ServiceUpdate::Scale(count) => request.desired_count(i32::try_from(*count).unwrap_or(i32::MAX)),
            ServiceUpdate::TakeBack(arn) => return self.take_back(aws, &before, arn).await,
            ServiceUpdate::Answer(given) => return answer::give(aws, subject, given).await,
        };
        let (id, record, mut receipt) = match aws.call(UPDATE, Some(subject.name()), request.send()).await {
            Ok(answer) => {
                let Some(service) = answer.service() else {
                    let unnamed = unnamed(UPDATE, "the answer names no service", &answer).on(subject.name());
                    return lost::update(aws, self, &before, unnamed).await;
                };
                let id = primary(service).unwrap_or_default();
                let record = text(service.current_service_deployment());
                (id, record, Receipt { request_ids: request_id(&answer), ..Receipt::default() })
            }
            Err(fault) => return lost::update(aws, self, &before, fault).await,
        };
        receipt.facts.push(("deployment", id));
        receipt.facts.extend(record.map(|arn| ("record", arn)));
        receipt.message = Some(match &self.what {
            ServiceUpdate::Scale(count) => format!("{} has the desired count {count}", subject.name()),
            ServiceUpdate::Force
            | ServiceUpdate::Revision(_)
            | ServiceUpdate::TakeBack(_)
            | ServiceUpdate::Answer(_) => {
                format!("{} is being deployed", subject.name())
            }
        });
        Ok(receipt)
    }

    async fn take_back(&self, aws: &Clients, before: &types::Service, arn: &Arn) -> Result<Receipt, Fault> {
        let request = aws
            .ecs
            .stop_service_deployment()
            .service_deployment_arn(arn.as_str())
            .stop_type(StopServiceDeploymentStopType::Rollback);
        let answer = match aws.call(STOP, Some(self.subject.name()), request.send()).await {
            Ok(answer) => answer,
            Err(fault) => return lost::stop(aws, arn, primary(before), fault).await,
        };
        let id = primary(before).unwrap_or_default();
        let message = format!("ECS takes {id} back");
        Ok(Receipt {
            request_ids: request_id(&answer),
            message: Some(message),
            facts: vec![("deployment", id), ("record", arn.as_str().to_owned())],
        })
    }
}

/// The id of the PRIMARY deployment.
fn primary(service: &types::Service) -> Option<String> {
    let first = service.deployments().iter().find(|one| one.status() == Some("PRIMARY"));
    first.or_else(|| service.deployments().first()).and_then(|one| text(one.id()))
}

/// The fault of an answer that is whole and does not say what was made: it was taken, and is to be looked for.
fn unnamed(operation: &str, why: &str, answer: &impl aws_types::request_id::RequestId) -> Fault {
    let fault = Fault::new(FaultKind::Garbled, operation, why);
    Fault { answer_lost: true, request_id: answer.request_id().map(str::to_owned), ..fault }
}

fn request_id(answer: &impl aws_types::request_id::RequestId) -> Vec<String> {
    answer.request_id().map(str::to_owned).into_iter().collect()
}

/// Whether a revision may be deployed.
async fn active(aws: &Clients, subject: &Subject, revision: &Arn) -> Result<(), Fault> {
    let request = aws.ecs.describe_task_definition().task_definition(revision.as_str());
    let answer = aws.call(DEFINITION, Some(revision_name(revision)), request.send()).await?;
    match answer.task_definition().and_then(|definition| definition.status()) {
        Some(TaskDefinitionStatus::Active) => Ok(()),
        status => {
            let status = status.map_or("of no told status", TaskDefinitionStatus::as_str);
            let message = format!("{} is {status}: only an ACTIVE revision can be deployed", revision_name(revision));
            Err(subject.refused(UPDATE, message))
        }
    }
}

impl Change for Tell {
    fn plan(&self) -> Plan {
        let name = self.subject.name();
        let message = match &self.what {
            ServiceUpdate::Force => format!("replace every task of {name}"),
            ServiceUpdate::Revision(revision) => format!("take {name} to {}", revision_name(revision)),
            ServiceUpdate::Scale(count) => format!("scale {name} to {count}"),
            ServiceUpdate::TakeBack(_) => format!("take back the rollout of {name}"),
            ServiceUpdate::Answer(answer) if answer.go_on => format!("let the deployment of {name} go on"),
            ServiceUpdate::Answer(_) => format!("reject the deployment of {name}"),
        };
        self.subject.plan(message, self.call())
    }

    fn change_request(&self) -> ChangeRequest {
        let (verb, arguments) = match &self.what {
            ServiceUpdate::Force => ("force-deploy", Vec::new()),
            ServiceUpdate::Revision(revision) => ("deploy-revision", vec![("revision", revision.as_str().to_owned())]),
            ServiceUpdate::Scale(count) => ("scale", vec![("desired", count.to_string())]),
            ServiceUpdate::TakeBack(arn) => ("take-back", vec![("deployment", arn.as_str().to_owned())]),
            ServiceUpdate::Answer(answer) => {
                let verb = if answer.go_on { "continue-deployment" } else { "reject-deployment" };
                let deployment = answer.deployment.as_str().to_owned();
                (verb, vec![("deployment", deployment), ("hook", answer.hook.clone())])
            }
        };
        ChangeRequest { verb, on: self.subject.id.clone(), arguments }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(self.update(aws))
    }
}

/// Registering the revision a service is on anew, with other images.
#[derive(Clone, Debug)]
pub(crate) struct Register {
    /// For which service.
    pub subject: Subject,
    /// Container and image.
    pub images: Vec<(String, String)>,
}

impl Register {
    /// The API call, in words.
    pub(crate) fn call(&self) -> String {
        let images: Vec<String> =
            self.images.iter().map(|(container, image)| format!("{container} = {image}")).collect();
        format!("{REGISTER} from {} with {}", revision_name(&self.subject.on), images.join(", "))
    }

    async fn register(&self, aws: &Clients) -> Result<Receipt, Fault> {
        let subject = &self.subject;
        subject.still(aws, true).await?;
        let raw = RawAnswer::default();
        let (old, tags) = described(aws, &subject.on, &raw).await?;
        let absent = self
            .images
            .iter()
            .find(|(name, _)| !old.container_definitions().iter().any(|one| one.name() == Some(name)));
        if let Some((name, _)) = absent {
            let message = format!("{} has no container {name}", revision_name(&subject.on));
            return Err(subject.refused(REGISTER, message));
        }
        let input = copy::input(&old, &tags, &self.images);
        // What AWS has added to task definitions since this was built would be gone from the next revision.
        let whole = WrittenBack {
            what: revision_name(&subject.on).to_owned(),
            read: raw.part("taskDefinition"),
            operation: REGISTER,
            told_only: copy::TOLD_ONLY,
        };
        let ecs = aws_sdk_ecs::Client::from_conf(aws.ecs.config().to_builder().interceptor(whole).build());
        let answer = match aws.call(REGISTER, Some(subject.name()), input.send_with(&ecs)).await {
            Ok(answer) => answer,
            Err(fault) => return lost::register(aws, (&old, &tags), &self.images, fault).await,
        };
        let arn = answer.task_definition().and_then(|definition| definition.task_definition_arn()).map(Arn::from);
        let Some(arn) = arn else {
            // It was taken all the same.
            let unnamed = unnamed(REGISTER, "the answer names no revision", &answer).on(subject.name());
            return lost::register(aws, (&old, &tags), &self.images, unnamed).await;
        };
        let mut receipt = Receipt { request_ids: request_id(&answer), ..Receipt::default() };
        receipt.message = Some(format!("{} is registered", revision_name(&arn)));
        receipt.facts.push(("revision", arn.as_str().to_owned()));
        // From here on there is a revision, so whatever fails must name it.
        let differs = match described(aws, &arn, &RawAnswer::default()).await {
            Ok((new, new_tags)) => copy::differences((&old, &tags), (&new, &new_tags), &self.images),
            Err(fault) => vec![format!("it could not be read back: {}", fault.sentence())],
        };
        if !differs.is_empty() {
            receipt.facts.push(("differs", differs.join(", ")));
        }
        Ok(receipt)
    }
}

/// A revision with its tags, as AWS has it; `raw` keeps the answer.
async fn described(
    aws: &Clients,
    revision: &Arn,
    raw: &RawAnswer,
) -> Result<(types::TaskDefinition, Vec<types::Tag>), Fault> {
    let request =
        aws.ecs.describe_task_definition().task_definition(revision.as_str()).include(TaskDefinitionField::Tags);
    let sent = request.customize().interceptor(raw.clone()).send();
    let answer = aws.call(DEFINITION, Some(revision_name(revision)), sent).await?;
    let tags = answer.tags.unwrap_or_default();
    let gone = || Fault::new(FaultKind::Gone, DEFINITION, "there is no such revision").on(revision_name(revision));
    answer.task_definition.map(|definition| (definition, tags)).ok_or_else(gone)
}

impl Change for Register {
    fn plan(&self) -> Plan {
        let message = format!("register a revision for {}", self.subject.name());
        self.subject.plan(message, self.call())
    }

    fn change_request(&self) -> ChangeRequest {
        let images = self.images.iter().map(|(container, image)| format!("{container}={image}"));
        ChangeRequest {
            verb: "register-revision",
            on: self.subject.id.clone(),
            arguments: images.map(|image| ("image", image)).collect(),
        }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(self.register(aws))
    }
}

/// The changes of one rollout.
pub(crate) struct Changes {
    /// The service.
    pub subject: Subject,
    /// The images of a revision to register; empty where none is.
    pub images: Vec<(String, String)>,
    /// What the service is told, where no revision is registered.
    pub what: ServiceUpdate,
}

impl RevisionSteps for Changes {
    fn register(&self) -> Option<Box<dyn Change>> {
        let register = Register { subject: self.subject.clone(), images: self.images.clone() };
        (!self.images.is_empty()).then(|| Box::new(register) as Box<dyn Change>)
    }

    fn update(&self, revision: Option<&Arn>) -> Box<dyn Change> {
        let what = revision.map_or_else(|| self.what.clone(), |revision| ServiceUpdate::Revision(revision.clone()));
        Box::new(Tell { subject: self.subject.clone(), what })
    }
}

#[cfg(test)]
mod tests;
