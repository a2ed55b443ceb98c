//! Connections that do not get through to a database: security groups in the way, told by the log that says timed out and
//! by the rule that is not there. Pure.

use super::Site;
use crate::diagnosis::explain::facts::ServiceFacts;
use crate::diagnosis::explain::graph::{Access, access};
use crate::diagnosis::explain::hypothesis::{Hypothesis, Spread, Strength, evidence};
use crate::text::first_line;

const SECURITY: &str = "ec2:DescribeSecurityGroups";
const LOG: &str = "logs:GetLogEvents";

/// The causes of services that are kept from a database.
pub(super) fn propose<'a>(site: &Site<'_, 'a>) -> Vec<Hypothesis<'a>> {
    let sick = site.services.iter().filter(|facts| site.is_in_trouble(facts));
    sick.filter_map(|facts| closed(site, facts)).collect()
}

impl<'a> Site<'_, 'a> {
    /// Whether a service, or a group that its tasks are in, is not well.
    pub(super) fn is_in_trouble(&self, facts: &ServiceFacts<'a>) -> bool {
        let groups = facts.service.attachments.iter().filter_map(|it| it.target_group.as_ref());
        let mut groups = groups.filter_map(|arn| self.cx.groups.iter().find(|(_, group)| group.arn == *arn));
        !facts.health.is_fine() || groups.any(|(member, _)| self.symptom(&member.id).is_some())
    }
}

fn closed<'a>(site: &Site<'_, 'a>, facts: &ServiceFacts<'a>) -> Option<Hypothesis<'a>> {
    let clue = facts.clue(&["timeout"])?;
    let near = site.cx.databases.iter().filter(|database| database.member.id.scope == facts.member.id.scope);
    let near: Vec<_> = near.filter(|database| !database.is_away()).collect();
    let line = clue.line.message.to_lowercase();
    let named = |database: &&&crate::diagnosis::context::Database<'_>| {
        let by_port = database.port.is_some_and(|port| line.contains(&format!(":{port}")));
        by_port || line.contains(&database.id.to_lowercase()) || (near.len() == 1 && line.contains("database"))
    };
    let database = near.iter().find(named)?;
    let found = access(site.cx, &facts.member.id, facts.service, database);
    if found == Access::Open {
        return None;
    }
    let (name, id) = (&facts.service.name, database.id);
    let port = database.port.map(|port| format!(" on port {port}")).unwrap_or_default();
    let closed = found == Access::Closed;
    let message = if closed {
        format!("the security groups of database {id} do not let {name} in{port}")
    } else {
        format!("something is in the way from {name} to database {id}{port}: security groups or routes")
    };
    let strength = if closed { Strength::Seen } else { Strength::Inferred };
    let mut it = Hypothesis::new("security-group-closed", facts.member, (Spread::Errors, strength), message)
        .since(facts.since().or(clue.line.at))
        .shows(evidence(first_line(&clue.line.message, 200), clue.line.at, LOG).on(facts.member))
        .shows(
            evidence(format!("database {id} is {}", database.status), None, "rds:DescribeDBInstances")
                .on(database.member),
        )
        .unsettled(found == Access::Unread);
    if closed {
        let what = format!(
            "no rule of {} lets {} in{port}",
            database.security_groups.join(", "),
            facts.service.security_groups.join(", ")
        );
        it = it.confirms(evidence(what, None, SECURITY).on(database.member));
    }
    Some(it.then(format!("let the service's security group in{port} to {}", database.security_groups.join(", "))))
}
