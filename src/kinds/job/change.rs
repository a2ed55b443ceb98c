//! Running a job by hand: a task, a Batch job, an execution, a call. Calls AWS, and only with the gate's pass. A task
//! carries a token of its own, so that the same request twice is one run; a submitted job and an execution carry a name of
//! their own, by which they are looked for where the answer was lost. A call of a function can be told by nothing.

use aws_sdk_ecs::types as ecs;
use futures_util::future::BoxFuture;
use serde_json::json;

use super::launch::Launch;
use crate::aws::fields::text;
use crate::aws::{Clients, Rest};
use crate::change::gate::{Change, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::schedule::stored::target_effect::TaskLaunch;
use crate::world::{Arn, Fault, FaultKind};

/// What stands in front of a job's name in `startedBy` of a task that was run by hand from here.
pub const BY_HAND: &str = "toban/";

/// Begins one run. `plan.on` is the job. The receipt's fact `run` is what AWS calls it.
#[derive(Clone, Debug)]
pub struct RunJob {
    /// What it would do.
    pub plan: Plan,
    /// What is begun.
    pub launch: Launch,
    /// The job's name, for `startedBy`.
    pub job: String,
    /// What tells this run from all others; the same when it is sent again.
    pub mark: String,
}

/// A job's name as `startedBy` takes it.
#[must_use]
pub fn started_by(job: &str) -> String {
    let fits = |c: char| if c.is_ascii_alphanumeric() || "-_/".contains(c) { c } else { '-' };
    BY_HAND.chars().chain(job.chars().map(fits)).take(36).collect()
}

impl Change for RunJob {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn change_request(&self) -> ChangeRequest {
        let arguments = vec![("job", self.job.clone()), ("mark", self.mark.clone()), ("call", self.launch.sentence())];
        ChangeRequest { verb: "run-job", on: self.plan.on.clone(), arguments }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            match &self.launch {
                Launch::Task { cluster, definition, launch, overrides } => {
                    self.task(aws, (cluster, definition), launch, overrides).await
                }
                Launch::Job { .. } => {
                    let body = self.launch.submission(&self.mark);
                    let sent = aws.batch.call("SubmitJob", Rest::post(&["submitjob"], body));
                    let answer = aws.call(self.launch.operation(), Some(&self.job), sent).await?;
                    Ok(receipt(text(&answer.body, "jobId"), answer.request_id))
                }
                Launch::Execution { machine, input } => {
                    let body = json!({ "stateMachineArn": machine.as_str(), "name": self.mark, "input": input });
                    let sent = aws.states.call("StartExecution", body);
                    let answer = aws.call(self.launch.operation(), Some(&self.job), sent).await?;
                    Ok(receipt(Some(self.mark.clone()), answer.request_id))
                }
                Launch::Call { function, input } => {
                    let body = serde_json::from_str(input).unwrap_or_else(|_| json!({}));
                    let path = ["functions", function, "invocations"];
                    let sent =
                        aws.lambda.call_with("Invoke", Rest::post(&path, body), ("x-amz-invocation-type", "Event"));
                    let answer = aws.call(self.launch.operation(), Some(&self.job), sent).await?;
                    Ok(receipt(None, answer.request_id))
                }
            }
        })
    }
}

fn receipt(run: Option<String>, request_id: Option<String>) -> Receipt {
    let message = run.as_ref().map_or_else(|| "it was called".to_owned(), |run| format!("{run} was begun"));
    Receipt {
        request_ids: request_id.into_iter().collect(),
        message: Some(message),
        facts: run.map(|run| ("run", run)).into_iter().collect(),
    }
}

impl RunJob {
    async fn task(
        &self,
        aws: &Clients,
        (cluster, definition): (&str, &str),
        launch: &TaskLaunch,
        overrides: &[super::launch::ContainerOverride],
    ) -> Result<Receipt, Fault> {
        let operation = self.launch.operation();
        let mut request = aws
            .ecs
            .run_task()
            .cluster(cluster)
            .task_definition(definition)
            .count(launch.count.and_then(|count| i32::try_from(count).ok()).unwrap_or(1))
            .started_by(started_by(&self.job))
            .client_token(&self.mark)
            .set_platform_version(launch.platform_version.clone())
            .set_launch_type(launch.launch_type.as_deref().map(ecs::LaunchType::from));
        for (name, weight, base) in &launch.providers {
            let provider =
                ecs::CapacityProviderStrategyItem::builder().capacity_provider(name).weight(*weight).base(*base);
            let provider = provider.build().map_err(|why| Fault::new(FaultKind::Odd, operation, why.to_string()))?;
            request = request.capacity_provider_strategy(provider);
        }
        if !launch.subnets.is_empty() {
            let public = launch
                .public_ip
                .map(|public| if public { ecs::AssignPublicIp::Enabled } else { ecs::AssignPublicIp::Disabled });
            let network = ecs::AwsVpcConfiguration::builder()
                .set_subnets(Some(launch.subnets.clone()))
                .set_security_groups(Some(launch.groups.clone()).filter(|groups| !groups.is_empty()))
                .set_assign_public_ip(public)
                .build()
                .map_err(|why| Fault::new(FaultKind::Odd, operation, why.to_string()))?;
            request = request
                .network_configuration(ecs::NetworkConfiguration::builder().awsvpc_configuration(network).build());
        }
        if !overrides.is_empty() {
            let containers = overrides.iter().map(|one| {
                let variables = one
                    .environment
                    .iter()
                    .map(|(name, value)| ecs::KeyValuePair::builder().name(name).value(value).build());
                ecs::ContainerOverride::builder()
                    .name(&one.name)
                    .set_command(Some(one.command.clone()).filter(|command| !command.is_empty()))
                    .set_environment(Some(variables.collect::<Vec<_>>()).filter(|all| !all.is_empty()))
                    .build()
            });
            request = request
                .overrides(ecs::TaskOverride::builder().set_container_overrides(Some(containers.collect())).build());
        }
        let answer = aws.call(operation, Some(&self.job), request.send()).await?;
        let task = answer.tasks().first().and_then(|task| text_of(task.task_arn()));
        let id = aws_sdk_ecs::operation::RequestId::request_id(&answer).map(str::to_owned);
        match (task, answer.failures().first()) {
            (Some(arn), _) => Ok(receipt(Some(Arn::from(arn).last().to_owned()), id)),
            (None, failure) => {
                let why = failure.and_then(|it| it.reason().or_else(|| it.detail())).unwrap_or("ECS started no task");
                Err(Fault::new(FaultKind::Refused, operation, why).on(&self.job))
            }
        }
    }
}

fn text_of(text: Option<&str>) -> Option<String> {
    crate::aws::text(text)
}
