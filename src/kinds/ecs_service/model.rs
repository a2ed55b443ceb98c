//! An ECS service. Our own type for it: what is kept of AWS's answer, in our words.
//! Plain data; no SDK type, no judgement, no drawing.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::kinds::listener::RuleWeights;
use crate::kinds::service_deployment::{DeploymentSettings, ServiceDeployment};
use crate::world::{Arn, KindName, Resource};

/// An ECS service as DescribeServices tells it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Service {
    /// Its ARN.
    pub arn: Arn,
    /// Its name, unique within the cluster.
    pub name: String,
    /// Its cluster.
    pub cluster: Arn,
    /// `ACTIVE`, `DRAINING`, `INACTIVE`.
    pub status: String,
    /// Tasks wanted.
    pub desired: u32,
    /// Tasks running.
    pub running: u32,
    /// Tasks starting.
    pub pending: u32,
    /// The revision the service is on; moto and old answers may give `family:revision` only.
    pub task_definition: Arn,
    /// `FARGATE`, `EC2`, `EXTERNAL`, or the capacity providers joined by `+`.
    pub launch: Option<String>,
    /// `REPLICA` or `DAEMON`.
    pub scheduling: String,
    /// Who deploys: `ECS`, `CODE_DEPLOY`, `EXTERNAL`.
    pub controller: String,
    /// PRIMARY first, then the ones being replaced.
    pub deployments: Vec<Deployment>,
    /// Newest first, at most 100; duplicates are left out by AWS for up to 6 h.
    pub events: Vec<Event>,
    /// The target groups its tasks register in.
    pub attachments: Vec<Attachment>,
    /// Subnets of its tasks.
    pub subnets: Vec<String>,
    /// Security groups of its tasks.
    pub security_groups: Vec<String>,
    /// Whether tasks get a public address.
    pub public_ip: Option<bool>,
    /// Whether ECS Exec is on for new tasks.
    pub exec_enabled: bool,
    /// The deployment circuit breaker, if configured.
    pub breaker: Option<Breaker>,
    /// minimumHealthyPercent.
    pub min_percent: Option<u32>,
    /// maximumPercent.
    pub max_percent: Option<u32>,
    /// Seconds load balancer health checks are ignored after a task starts.
    pub grace_seconds: Option<u32>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// How its deployments go, and what ECS and the listeners tell of the one on its way.
    pub delivery: DeliveryFacts,
}

/// What is read of a service's deployments beside DescribeServices' own list.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct DeliveryFacts {
    /// How they are asked to go.
    pub settings: DeploymentSettings,
    /// currentServiceDeployment: the newest one's ARN.
    pub current: Option<Arn>,
    /// The record of that, where one is on its way or it tells more than the service does.
    pub record: Option<ServiceDeployment>,
    /// Why that record, or the weights of the rules, could not be read, in sentences.
    pub unread: Vec<String>,
    /// The listener rules that lead to its target groups, as they were when it was read.
    pub rules: Vec<RuleWeights>,
    /// The task sets of a service that another controller deploys.
    pub task_sets: Vec<TaskSet>,
}

/// A task set: what CodeDeploy and external controllers deploy.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TaskSet {
    /// `ecs-svc/0123…`.
    pub id: String,
    /// `PRIMARY`, `ACTIVE`, `DRAINING`.
    pub status: String,
    /// `STEADY_STATE`, `STABILIZING`: an open string.
    pub stability: Option<String>,
    /// The target groups its tasks register in.
    pub groups: Vec<Arn>,
}

/// One deployment of a service.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Deployment {
    /// `ecs-svc/0123…`.
    pub id: String,
    /// `PRIMARY`, `ACTIVE`, `INACTIVE`; `DRAINING` was seen.
    pub status: String,
    /// Its revision.
    pub task_definition: Arn,
    /// Tasks wanted.
    pub desired: u32,
    /// Tasks running.
    pub running: u32,
    /// Tasks starting.
    pub pending: u32,
    /// Tasks that failed to start; back to 0 once one runs healthy.
    pub failed: u32,
    /// `IN_PROGRESS`, `COMPLETED`, `FAILED`; absent for other controllers.
    pub rollout: Option<String>,
    /// rolloutStateReason.
    pub reason: Option<String>,
    /// When it began.
    pub created_at: Option<Timestamp>,
    /// When it last moved.
    pub updated_at: Option<Timestamp>,
}

/// One service event.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Event {
    /// Its id.
    pub id: String,
    /// When.
    pub at: Option<Timestamp>,
    /// AWS's sentence.
    pub message: String,
}

/// A target group the service registers its tasks in.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Attachment {
    /// The target group; `None` for a classic load balancer.
    pub target_group: Option<Arn>,
    /// Which container.
    pub container: Option<String>,
    /// Which container port.
    pub port: Option<u32>,
    /// The other group of a pair, where deployments shift traffic between two.
    pub alternate: Option<Alternate>,
}

/// advancedConfiguration: what a deployment shifts traffic by.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Alternate {
    /// The other target group: the two swap with each deployment.
    pub target_group: Arn,
    /// The listener rule with production traffic; a listener's ARN at a network load balancer.
    pub production_rule: Option<Arn>,
    /// The listener rule with test traffic.
    pub test_rule: Option<Arn>,
}

impl Service {
    /// Every target group its tasks may register in: both of a pair, and those of task sets.
    #[must_use]
    pub fn target_groups(&self) -> Vec<&Arn> {
        let attached = self.attachments.iter().flat_map(Attachment::groups);
        let mut all: Vec<&Arn> = Vec::new();
        for group in attached.chain(self.delivery.task_sets.iter().flat_map(|set| &set.groups)) {
            if !all.contains(&group) {
                all.push(group);
            }
        }
        all
    }
}

impl Attachment {
    /// Its target group, and the other one of a pair.
    pub fn groups(&self) -> impl Iterator<Item = &Arn> {
        self.target_group.iter().chain(self.alternate.iter().map(|other| &other.target_group))
    }
}

/// The deployment circuit breaker.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Breaker {
    /// Whether it stops failing deployments.
    pub enabled: bool,
    /// Whether it then rolls back.
    pub rollback: bool,
}

impl Resource for Service {
    const KIND: KindName = KindName("ecs-service");

    fn key(&self) -> &str {
        self.arn.as_str()
    }

    fn fingerprint(&self, into: &mut DefaultHasher) {
        (&self.status, &self.desired, &self.running, &self.pending, &self.task_definition).hash(into);
        self.delivery.record.iter().for_each(|record| record.fingerprint(into));
        self.delivery.rules.hash(into);
    }
}
