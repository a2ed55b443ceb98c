//! What can be done to a target group: instances in and out, and toban's own tags on it. Calls AWS, and only with
//! the gate's pass. elasticloadbalancing:{Register,Deregister}Targets and {Add,Remove}Tags are all safe to repeat.

use aws_sdk_elasticloadbalancingv2::types::{Tag, TargetDescription};
use aws_types::request_id::RequestId;
use futures_util::future::BoxFuture;

use crate::aws::Clients;
use crate::change::gate::{Change, Pass};
use crate::change::plan::{ChangeRequest, Plan};
use crate::change::receipt::Receipt;
use crate::world::Fault;

/// The IAM actions of these changes.
pub(crate) const ACTIONS: &[&str] = &[
    "elasticloadbalancing:RegisterTargets",
    "elasticloadbalancing:DeregisterTargets",
    "elasticloadbalancing:AddTags",
    "elasticloadbalancing:RemoveTags",
];

/// Takes one instance into the group or out of it. `plan.on` is the group.
#[derive(Clone, Debug)]
pub struct Registering {
    /// What it would do.
    pub plan: Plan,
    /// `i-…`.
    pub target: String,
    /// Its port.
    pub port: u32,
    /// Into the group, or out of it.
    pub into: bool,
}

impl Change for Registering {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn change_request(&self) -> ChangeRequest {
        ChangeRequest {
            verb: if self.into { "register" } else { "deregister" },
            on: self.plan.on.clone(),
            arguments: vec![("target", self.target.clone()), ("port", self.port.to_string())],
        }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let group = &*self.plan.on.key;
            let port = i32::try_from(self.port).ok();
            let target = TargetDescription::builder().id(&self.target).set_port(port).build();
            let id = if self.into {
                let request = aws.elb.register_targets().target_group_arn(group).targets(target);
                let answer = aws.call("elasticloadbalancing:RegisterTargets", Some(&self.target), request.send());
                answer.await?.request_id().map(str::to_owned)
            } else {
                let request = aws.elb.deregister_targets().target_group_arn(group).targets(target);
                let answer = aws.call("elasticloadbalancing:DeregisterTargets", Some(&self.target), request.send());
                answer.await?.request_id().map(str::to_owned)
            };
            Ok(Receipt { request_ids: id.into_iter().collect(), ..Receipt::default() })
        })
    }
}

/// Sets and takes away toban's own tags on the group. `plan.on` is the group.
#[derive(Clone, Debug)]
pub struct Labelling {
    /// What it would do.
    pub plan: Plan,
    /// Tags to set.
    pub set: Vec<(&'static str, String)>,
    /// Tags to take away.
    pub drop: Vec<&'static str>,
}

impl Change for Labelling {
    fn plan(&self) -> Plan {
        self.plan.clone()
    }

    fn change_request(&self) -> ChangeRequest {
        let dropped = self.drop.iter().map(|name| (*name, String::new()));
        ChangeRequest {
            verb: "label",
            on: self.plan.on.clone(),
            arguments: self.set.iter().cloned().chain(dropped).collect(),
        }
    }

    fn perform<'a>(&'a self, aws: &'a Clients, _pass: Pass) -> BoxFuture<'a, Result<Receipt, Fault>> {
        Box::pin(async move {
            let group = &*self.plan.on.key;
            let mut ids = Vec::new();
            if !self.set.is_empty() {
                let tags = self.set.iter().map(|(name, value)| Tag::builder().key(*name).value(value).build());
                let request = aws.elb.add_tags().resource_arns(group).set_tags(Some(tags.collect()));
                let answer = aws.call("elasticloadbalancing:AddTags", Some(group), request.send()).await?;
                ids.extend(answer.request_id().map(str::to_owned));
            }
            if !self.drop.is_empty() {
                let names = self.drop.iter().map(|name| (*name).to_owned()).collect();
                let request = aws.elb.remove_tags().resource_arns(group).set_tag_keys(Some(names));
                let answer = aws.call("elasticloadbalancing:RemoveTags", Some(group), request.send()).await?;
                ids.extend(answer.request_id().map(str::to_owned));
            }
            Ok(Receipt { request_ids: ids, ..Receipt::default() })
        })
    }
}
