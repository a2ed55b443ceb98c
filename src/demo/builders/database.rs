//! Databases: a course of statuses, what an operator did to it, and the item it makes at a moment.
//! Pure.

use std::collections::BTreeMap;

use crate::demo::account::SimulatedAccount;
use crate::demo::changes::{AppliedChange, ChangeKind};
use crate::demo::details::{Happened, ResourceDetails, Waits, Wave};
use crate::demo::scenario_context::{REGION, ScenarioContext, ZONES};
use crate::kinds::db_cluster::{ClusterMember, DbCluster};
use crate::kinds::db_event::{DbMessage, PowerEvents};
use crate::kinds::db_instance::DbInstance;
use crate::kinds::db_maintenance::PendingMaintenance;
use crate::kinds::security_group::{Opening, SecurityGroup};
use crate::schedule::observed::rds_power_events::{KEPT, Power, PowerEvent};
use crate::world::{Health, Resource};

/// Seven days: the longest AWS leaves a database stopped.
const WEEK: i64 = 7 * 86_400;
/// A Saturday at 18:00 UTC, when all databases' maintenance windows open.
const WINDOW: i64 = 2 * 86_400 + 18 * 3_600;

/// A status and the second it begins.
pub(crate) type State = (i64, &'static str);

/// A database's facts.
pub(crate) struct Database<'a> {
    /// Its identifier.
    pub id: &'a str,
    /// Its engine.
    pub engine: &'a str,
    /// Its version.
    pub version: &'a str,
    /// Its class.
    pub class: &'a str,
    /// Whether it has a standby.
    pub multi_az: bool,
    /// Which of the two zones it stands in; a standby has the other.
    pub zone: usize,
    /// Its cluster, if it is a member.
    pub cluster: Option<&'a str>,
    /// Its VPC.
    pub vpc: &'a str,
    /// Its subnet group.
    pub subnets: &'a str,
    /// Its security group; others of that group are let in.
    pub guard: &'a str,
    /// GiB.
    pub storage: u32,
    /// Days backups are kept.
    pub backup_days: u32,
    /// Whether it refuses deletion.
    pub kept: bool,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its statuses as the story has them.
    pub story: Vec<State>,
}

/// What becomes of a course of statuses when it was interfered with.
fn steps(scenario: &ScenarioContext<'_>, key: &str, mut story: Vec<State>) -> Vec<State> {
    for act in scenario.acts_on(key) {
        story.retain(|(from, _)| *from <= act.at);
        match &act.what {
            ChangeKind::Stop => story.extend([
                (act.at, "stopping"),
                (act.at + 150, "stopped"),
                (act.at + 150 + WEEK, "starting"),
                (act.at + 450 + WEEK, "available"),
            ]),
            ChangeKind::Start => story.extend([(act.at, "starting"), (act.at + 240, "available")]),
            ChangeKind::Reboot => story.extend([(act.at + 3, "rebooting"), (act.at + 48, "available")]),
            ChangeKind::FailOver(_) => story.extend([(act.at + 3, "failing-over"), (act.at + 70, "available")]),
            ChangeKind::StopTask { .. }
            | ChangeKind::Scale(_)
            | ChangeKind::Redeploy
            | ChangeKind::Label(_)
            | ChangeKind::Register(..)
            | ChangeKind::Deploy(_)
            | ChangeKind::TakeBack
            | ChangeKind::Answer(_)
            | ChangeKind::Remember(_)
            | ChangeKind::Bounds(_)
            | ChangeKind::Request(_) => {}
        }
    }
    story
}

/// The status that holds now and since when.
fn status(scenario: &ScenarioContext<'_>, steps: &[State]) -> State {
    steps.iter().rev().find(|(from, _)| *from <= scenario.now).copied().unwrap_or((scenario.now, "creating"))
}

fn history(steps: &[State]) -> Vec<Happened> {
    let before = |at: usize| at.checked_sub(1).and_then(|at| steps.get(at)).map(|(_, status)| *status);
    let message = |at: usize, status: &str| match status {
        "stopped" => Some("DB instance stopped".to_owned()),
        "starting" if at > 0 => None,
        "available" if at > 0 && before(at) == Some("rebooting") => Some("DB instance restarted".to_owned()),
        "available" if at > 0 && before(at) == Some("failing-over") => Some("Failover completed".to_owned()),
        "available" if at > 0 => Some("DB instance started".to_owned()),
        _ => None,
    };
    let happened = |(at, (from, status)): (usize, &State)| {
        let health = if *status == "stopped" { Health::Asleep } else { Health::Well };
        message(at, status).map(|message| Happened { at: *from, message, health: Some(health) })
    };
    steps.iter().enumerate().filter_map(happened).collect()
}

/// The stops and starts that RDS tells of.
fn told(scenario: &ScenarioContext<'_>, steps: &[State]) -> Vec<PowerEvent> {
    let before = |at: usize| at.checked_sub(1).and_then(|at| steps.get(at));
    let power = |at: usize, from: i64, status: &str| match status {
        "stopped" => Some(Power::Stopped),
        "available" => before(at).filter(|(_, was)| *was == "starting").map(|_| Power::Started),
        "starting" => before(at).filter(|(stopped, _)| from - stopped == WEEK).map(|_| Power::AutoRestarted),
        _ => None,
    };
    let kept = |at: i64| at <= scenario.now && scenario.now - at <= KEPT.as_secs();
    let happened = steps.iter().enumerate().filter(|(_, (from, _))| kept(*from));
    happened.filter_map(|(at, (from, status))| Some((scenario.at(*from), power(at, *from, status)?))).collect()
}

/// What RDS tells of a database: stops and starts, and what an operator had it do besides.
fn events(scenario: &ScenarioContext<'_>, arn: &str, steps: &[State]) -> PowerEvents {
    let mut events = PowerEvents::of_power(arn, told(scenario, steps));
    let what = if arn.contains(":cluster:") {
        "Completed failover to DB instance"
    } else {
        "Multi-AZ instance failover completed"
    };
    for act in scenario.acts_on(arn) {
        let (after, message) = match act.what {
            ChangeKind::Reboot => (45, "DB instance restarted"),
            ChangeKind::FailOver(_) => (66, what),
            _ => continue,
        };
        if act.at + after <= scenario.now {
            events.messages.push(DbMessage { at: scenario.at(act.at + after), message: message.to_owned() });
        }
    }
    events.messages.sort_by_key(|event| event.at);
    events
}

/// How often it failed over so far: each time what was in reserve takes over.
fn failovers(scenario: &ScenarioContext<'_>, arn: &str) -> usize {
    let over = |act: &&AppliedChange| matches!(act.what, ChangeKind::FailOver(_)) && act.at + 40 <= scenario.now;
    scenario.acts_on(arn).filter(over).count()
}

fn look(steps: &[State], storage: u32) -> ResourceDetails {
    let level = |up: f64| steps.iter().map(|(from, status)| (*from, (*status == "available").then_some(up))).collect();
    let wave = |title: &str, unit, up, swing| Wave {
        title: title.to_owned(),
        unit,
        levels: level(up),
        swing,
        threshold: None,
    };
    let waves = vec![
        wave("CPU", "%", 17.0, 0.4),
        wave("connections", "", 14.0, 0.3),
        wave("free storage", " GiB", f64::from(storage) * 0.62, 0.01),
    ];
    ResourceDetails { waves, history: history(steps), ..ResourceDetails::default() }
}

/// Adds a DB instance, on its own or a member of a cluster.
pub(crate) fn database(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>, facts: &Database<'_>) {
    let arn = scenario.arn("rds", &format!("db:{}", facts.id));
    // A member goes with its cluster: an operator acts on that.
    let acted = facts.cluster.map(|cluster| scenario.arn("rds", &format!("cluster:{cluster}")));
    let mut story = facts.story.clone();
    if let Some(cluster) = &acted {
        story = steps(scenario, cluster.as_str(), story);
    }
    // What is done to a member alone is a reboot.
    let steps = steps(scenario, arn.as_str(), story);
    let (since, status) = status(scenario, &steps);
    let zone = (facts.zone + failovers(scenario, arn.as_str())) % 2;
    let host = format!("{}.c{}.{REGION}.rds.amazonaws.com", facts.id, scenario.hex("rds", 11));
    let port = if facts.engine.contains("mysql") { 3306 } else { 5432 };
    lets(simulated, facts, facts.guard, port);
    let old = facts.version.starts_with("13.");
    let lifecycle = if old { "open-source-rds-extended-support" } else { "open-source-rds-extended-support-disabled" };
    simulated.tag(&arn, &facts.tags);
    if facts.cluster.is_none() {
        super::upkeep::backups(simulated, scenario, facts.id, (false, facts.backup_days));
    }
    // The municipal proof of concept has its database's subnets in one zone.
    let zones = if facts.id == "city-poc-db" { 1 } else { 2 };
    super::upkeep::subnet_group(simulated, facts.subnets, facts.vpc, zones);
    simulated.look_at::<DbInstance>(arn.as_str(), look(&steps, facts.storage));
    simulated.put(arn.as_str(), events(scenario, arn.as_str(), &steps));
    simulated.put(
        "",
        DbInstance {
            arn: arn.clone(),
            id: facts.id.to_owned(),
            status: status.to_owned(),
            engine: facts.engine.to_owned(),
            version: Some(facts.version.to_owned()),
            class: Some(facts.class.to_owned()),
            cluster: facts.cluster.map(str::to_owned),
            multi_az: facts.multi_az,
            zone: ZONES.get(zone).map(|zone| (*zone).to_owned()),
            second_zone: ZONES.get(1 - zone.min(1)).filter(|_| facts.multi_az).map(|zone| (*zone).to_owned()),
            endpoint: Some(host),
            port: Some(port),
            vpc: Some(facts.vpc.to_owned()),
            subnet_group: Some(facts.subnets.to_owned()),
            security_groups: vec![facts.guard.to_owned()],
            storage_gib: Some(facts.storage),
            storage_type: Some(if facts.cluster.is_some() { "aurora" } else { "gp3" }.to_owned()),
            iops: facts.cluster.is_none().then_some(3000),
            max_storage_gib: None,
            backup_days: Some(facts.backup_days),
            backup_window: Some("17:10-17:40".to_owned()),
            maintenance_window: Some("sat:18:00-sat:18:30".to_owned()),
            pending: Vec::new(),
            auto_restart_at: (status == "stopped" && facts.cluster.is_none()).then(|| scenario.at(since + WEEK)),
            created_at: Some(scenario.at(-300 * 86_400)),
            deletion_protection: facts.kept,
            public: Some(false),
            replicas: Vec::new(),
            replica_of: None,
            replica_clusters: Vec::new(),
            iam_auth: false,
            master_user: Some("toban_admin".to_owned()),
            database: facts.id.split('-').next().map(str::to_owned),
            certificate_until: Some(scenario.at(900 * 86_400)),
            lifecycle: Some(lifecycle.to_owned()),
            log_exports: exports(facts.engine),
            tags: facts.tags.clone(),
        },
    );
}

/// Lets an update of the operating system wait for the DB instance `id`: it is applied in the maintenance window that
/// is more than a week away when the account begins.
pub(crate) fn system_update(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>, id: &str) {
    let applied = WEEK + (WINDOW - scenario.at(0).as_second()).rem_euclid(WEEK);
    let message = "system-update: New Operating System update is available".to_owned();
    let arn = scenario.arn("rds", &format!("db:{id}"));
    if scenario.now < applied {
        simulated.put("", PendingMaintenance { arn: arn.to_string(), actions: 1 });
    }
    simulated.waits::<DbInstance>(arn.as_str(), Waits { message, after: applied - 86_400, applied });
}

/// Lets those of the security group `who` in to a database.
pub(crate) fn lets(simulated: &mut SimulatedAccount, facts: &Database<'_>, who: &str, port: u32) {
    let port = u16::try_from(port).unwrap_or_default();
    let opening = Opening {
        protocol: "tcp".to_owned(),
        ports: Some((port, port)),
        groups: vec![who.to_owned()],
        ranges: Vec::new(),
        prefix_lists: false,
    };
    simulated.put(
        "",
        SecurityGroup {
            id: facts.guard.to_owned(),
            name: facts.subnets.replace("subnet", "sg"),
            vpc: Some(facts.vpc.to_owned()),
            openings: vec![opening],
        },
    );
}

/// The logs that a database of that engine sends to CloudWatch Logs.
fn exports(engine: &str) -> Vec<String> {
    let logs: &[&str] = if engine.contains("mysql") { &["error", "slowquery"] } else { &["postgresql"] };
    logs.iter().map(|log| (*log).to_owned()).collect()
}

/// An Aurora cluster's facts, beyond those of its members.
pub(crate) struct Aurora<'a> {
    /// Its identifier.
    pub id: &'a str,
    /// Its writer and its reader.
    pub members: [&'a str; 2],
    /// What its members share; `id` and `cluster` are set for each.
    pub each: Database<'a>,
}

/// Which member of a cluster writes, by the failovers so far.
fn writer<'a>(scenario: &ScenarioContext<'_>, arn: &str, members: &[&'a str; 2]) -> &'a str {
    let [mut writer, mut reader] = *members;
    for act in scenario.acts_on(arn).filter(|act| act.at + 40 <= scenario.now) {
        if let ChangeKind::FailOver(to) = &act.what
            && to.as_deref() != Some(writer)
        {
            std::mem::swap(&mut writer, &mut reader);
        }
    }
    writer
}

/// Adds an Aurora cluster with a writer and a reader.
pub(crate) fn aurora(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>, facts: Aurora<'_>) {
    let arn = scenario.arn("rds", &format!("cluster:{}", facts.id));
    let steps = steps(scenario, arn.as_str(), facts.each.story.clone());
    let (since, status) = status(scenario, &steps);
    let host =
        |kind: &str| Some(format!("{}.{kind}-c{}.{REGION}.rds.amazonaws.com", facts.id, scenario.hex("rds", 11)));
    simulated.tag(&arn, &facts.each.tags);
    super::upkeep::backups(simulated, scenario, facts.id, (true, facts.each.backup_days));
    simulated.look_at::<DbCluster>(arn.as_str(), look(&steps, facts.each.storage));
    simulated.put(arn.as_str(), events(scenario, arn.as_str(), &steps));
    let writer = writer(scenario, arn.as_str(), &facts.members);
    let mut members: Vec<ClusterMember> =
        facts.members.iter().map(|id| ClusterMember { id: (*id).to_owned(), writer: *id == writer }).collect();
    members.sort_by_key(|member| !member.writer);
    let cluster = DbCluster {
        arn: arn.clone(),
        id: facts.id.to_owned(),
        status: status.to_owned(),
        engine: facts.each.engine.to_owned(),
        version: Some(facts.each.version.to_owned()),
        mode: Some("provisioned".to_owned()),
        members,
        multi_az: true,
        zones: ZONES.map(str::to_owned).to_vec(),
        class: None,
        endpoint: host("cluster"),
        reader_endpoint: host("cluster-ro"),
        port: Some(5432),
        subnet_group: Some(facts.each.subnets.to_owned()),
        security_groups: vec![facts.each.guard.to_owned()],
        backup_days: Some(facts.each.backup_days),
        backup_window: Some("17:10-17:40".to_owned()),
        maintenance_window: Some("sat:18:00-sat:18:30".to_owned()),
        auto_restart_at: (status == "stopped").then(|| scenario.at(since + WEEK)),
        created_at: Some(scenario.at(-120 * 86_400)),
        deletion_protection: facts.each.kept,
        global: None,
        replica_of: None,
        serverless_v2: None,
        auto_pause_seconds: None,
        iam_auth: false,
        master_user: Some("toban_admin".to_owned()),
        database: facts.id.split('-').next().map(str::to_owned),
        lifecycle: Some("open-source-rds-extended-support-disabled".to_owned()),
        log_exports: exports("aurora"),
        tags: facts.each.tags.clone(),
    };
    debug_assert_eq!(cluster.key(), arn.as_str(), "acts on a cluster find it by its ARN");
    simulated.put("", cluster);
    let mut each = facts.each;
    for (zone, id) in facts.members.into_iter().enumerate() {
        each = Database { id, zone, cluster: Some(facts.id), ..each };
        database(simulated, scenario, &each);
    }
}
