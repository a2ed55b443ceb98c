//! The edge and the stacks of the simulated account: APIs, user pools, web ACLs, hosted zones, CloudFormation.
//! Pure.

use std::collections::BTreeMap;

use crate::demo::account::SimulatedAccount;
use crate::demo::scenario_context::{REGION, ScenarioContext};
use crate::kinds::dns_zone::{DnsZone, Record};
use crate::kinds::rest_api::{RestApi, Stage};
use crate::kinds::stack::Stack;
use crate::kinds::user_pool::UserPool;
use crate::kinds::web_acl::{WebAcl, WebRule};
use crate::world::Arn;

const DAY: i64 = 86_400;

/// A CloudFormation stack in that status.
pub(crate) fn stack(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    (name, status): (&str, &str),
    tags: &BTreeMap<String, String>,
) {
    simulated.put(
        "",
        Stack {
            arn: scenario.arn("cloudformation", &format!("stack/{name}/{}", scenario.uuid(name))),
            name: name.to_owned(),
            status: status.to_owned(),
            reason: None,
            changed_at: Some(scenario.at(-9 * DAY)),
            drift: Some("IN_SYNC".to_owned()),
            tags: tags.clone(),
        },
    );
}

/// A regional API with one stage.
pub(crate) fn rest_api(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>, name: &str) {
    simulated.put(
        "",
        RestApi {
            id: scenario.hex(&format!("api/{name}"), 10),
            name: name.to_owned(),
            kind: "REST".to_owned(),
            endpoint: Some("REGIONAL".to_owned()),
            stages: vec![Stage {
                name: "prod".to_owned(),
                changed_at: Some(scenario.at(-30 * DAY)),
                rate: Some(100.0),
                burst: Some(200),
                logged: true,
                web_acl: None,
            }],
        },
    );
}

/// A user pool whose sign-up calls a function.
pub(crate) fn user_pool(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>, name: &str, function: &Arn) {
    simulated.put(
        "",
        UserPool {
            id: format!("{REGION}_{}", scenario.hex(name, 9)),
            name: name.to_owned(),
            users: Some(1_284),
            mfa: Some("OPTIONAL".to_owned()),
            triggers: vec![("PostConfirmation".to_owned(), function.clone())],
            changed_at: Some(scenario.at(-90 * DAY)),
        },
    );
}

/// A web ACL with a rate limit, a rule for Japan only, and one that still counts.
pub(crate) fn web_acl(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>, name: &str) {
    let rule = |name: &str, action: &str, looks_at: &str| WebRule {
        name: name.to_owned(),
        action: action.to_owned(),
        looks_at: looks_at.to_owned(),
    };
    simulated.put(
        "",
        WebAcl {
            arn: scenario.arn("wafv2", &format!("regional/webacl/{name}/{}", scenario.uuid(name))),
            name: name.to_owned(),
            global: false,
            default: Some("allow".to_owned()),
            rules: vec![
                rule("rate-limit", "block", "rate 100 in 300 s"),
                rule("japan-only", "block", "country"),
                rule("sql-injection", "count", "managed AWSManagedRulesSQLiRuleSet"),
            ],
        },
    );
}

/// A zone with one record for a distribution or a load balancer.
pub(crate) fn dns_zone(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    (zone, host): (&str, &str),
    to: &str,
) {
    simulated.put(
        "",
        DnsZone {
            id: format!("Z{}", scenario.hex(zone, 13).to_uppercase()),
            name: zone.to_owned(),
            private: false,
            records: vec![Record { name: host.to_owned(), kind: "A".to_owned(), to: to.to_owned() }],
        },
    );
}
