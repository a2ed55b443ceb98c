//! What stands around the systems of the simulated account: certificates, distributions, backups, topics, log groups and
//! the networks of their VPCs. Pure.

use crate::demo::account::SimulatedAccount;
use crate::demo::scenario_context::{REGION, ScenarioContext, ZONES};
use crate::kinds::certificate::Certificate;
use crate::kinds::db_backup::DbBackup;
use crate::kinds::db_subnet_group::DbSubnetGroup;
use crate::kinds::distribution::Distribution;
use crate::kinds::log_group::LogGroup;
use crate::kinds::topic::{Subscription, Topic};
use crate::kinds::vpc_network::{NatGateway, Subnet, VpcNetwork};
use crate::world::Arn;

const DAY: i64 = 86_400;

/// A certificate of ACM's that `used_by` uses, so many days before its end.
pub(crate) fn certificate(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    domain: &str,
    used_by: &Arn,
    (days, renewal): (i64, Option<&str>),
) {
    let waiting = renewal.filter(|renewal| *renewal == "PENDING_VALIDATION").map(|_| domain.to_owned());
    simulated.put(
        "",
        Certificate {
            arn: scenario.arn("acm", &format!("certificate/{}", scenario.uuid(domain))),
            name: domain.to_owned(),
            names: Vec::new(),
            status: "ISSUED".to_owned(),
            kind: Some("AMAZON_ISSUED".to_owned()),
            until: Some(scenario.at(days * DAY)),
            renewal: renewal.map(str::to_owned),
            reason: None,
            waiting: waiting.into_iter().collect(),
            used_by: vec![used_by.to_string()],
        },
    );
}

/// A distribution in front of a bucket.
pub(crate) fn distribution(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    alias: &str,
    bucket: &str,
) -> String {
    let id = format!("E{}", scenario.hex(&format!("distribution/{alias}"), 13).to_uppercase());
    let host = format!("d{}.cloudfront.net", scenario.hex(alias, 13));
    simulated.put(
        "",
        Distribution {
            arn: Arn::from(format!("arn:aws:cloudfront::{}:distribution/{id}", scenario.account)),
            name: alias.to_owned(),
            host: host.clone(),
            aliases: vec![alias.to_owned()],
            status: Some("Deployed".to_owned()),
            enabled: true,
            origins: vec![format!("{bucket}.s3.{REGION}.amazonaws.com")],
            certificate: None,
            web_acl: None,
            about: Some(bucket.to_owned()),
            changed_at: Some(scenario.at(-40 * DAY)),
            id,
        },
    );
    host
}

/// What is kept of a database: an automatic snapshot a night, and one by hand.
pub(super) fn backups(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    id: &str,
    (cluster, days): (bool, u32),
) {
    let mut kept = DbBackup::none(id, cluster, None);
    // RDS makes it in the window, which is 17:10 UTC here.
    let midnight = scenario.now - (scenario.at(scenario.now).as_second().rem_euclid(DAY));
    let last = midnight + 17 * 3_600 + 1_080;
    let last = if last > scenario.now { last - DAY } else { last };
    for day in 0..i64::from(days) {
        kept.add(("rds:nightly", "available", true), Some(scenario.at(last - day * DAY)));
    }
    kept.add(("before-release", "available", false), Some(scenario.at(-12 * DAY)));
    simulated.put("", kept);
}

/// A subnet group in so many zones.
pub(super) fn subnet_group(simulated: &mut SimulatedAccount, name: &str, vpc: &str, zones: usize) {
    let zones = ZONES.iter().take(zones).map(|zone| (*zone).to_owned()).collect();
    simulated.put("", DbSubnetGroup { name: name.to_owned(), vpc: Some(vpc.to_owned()), zones });
}

/// A topic that somebody listens to.
pub(super) fn topic(simulated: &mut SimulatedAccount, arn: &Arn) {
    let told = Subscription { protocol: "email".to_owned(), to: "o…@example.jp".to_owned(), confirmed: true };
    simulated.put("", Topic { arn: arn.clone(), name: arn.last().to_owned(), subscriptions: vec![told] });
}

/// A log group that keeps its lines for so many days, or for ever.
pub(super) fn log_group(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    name: &str,
    days: Option<u32>,
) {
    simulated.put(
        "",
        LogGroup {
            name: name.to_owned(),
            days,
            bytes: Some(3_456_789_012),
            created_at: Some(scenario.at(-300 * DAY)),
            class: Some("STANDARD".to_owned()),
        },
    );
}

/// The network of a VPC: a public and a private subnet in each of two zones, with so many NAT gateways; the subnet of
/// that name was forgotten in the route table.
pub(crate) fn network(
    simulated: &mut SimulatedAccount,
    scenario: &ScenarioContext<'_>,
    vpc: &str,
    gateways: usize,
    forgotten: Option<&str>,
) {
    let id = |kind: &str, name: &str| format!("{kind}-0{}", scenario.hex(&format!("{vpc}/{name}"), 16));
    let nat = |at: usize| id("nat", &at.to_string());
    let subnet = |name: String, zone: usize, way_out: Option<String>| Subnet {
        id: id("subnet", &name),
        zone: ZONES.get(zone).map(|zone| (*zone).to_owned()),
        block: Some("10.0.0.0/24".to_owned()),
        free: Some(231),
        way_out,
        blackhole: false,
        table: Some(id("rtb", &name)),
        name: Some(name),
    };
    let mut subnets = Vec::new();
    for zone in 0..ZONES.len() {
        let number = |offset: usize| format!("{:02}", zone + offset);
        subnets.push(subnet(format!("{}-public", number(1)), zone, Some(id("igw", "0"))));
        let private = format!("{}-private", number(5));
        let lost = forgotten == Some(private.as_str());
        let way = gateways.checked_sub(1).map(|last| nat(zone.min(last))).filter(|_| !lost);
        subnets.push(subnet(private, zone, way));
    }
    let gateways = (0..gateways).map(|at| NatGateway {
        id: nat(at),
        state: "available".to_owned(),
        why: None,
        subnet: subnets.first().map(|subnet| subnet.id.clone()),
    });
    let gateways = gateways.collect();
    simulated.put("", VpcNetwork { name: vpc.to_owned(), subnets, gateways, endpoints: Vec::new() });
}
