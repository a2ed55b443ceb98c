//! Whether EventBridge Scheduler can act for the environments whose schedules it keeps: the role is there, lets itself
//! be taken for their group, and may stop and start who sleeps, as far as IAM simulates that. Reads and simulates only.

use crate::overview::EnvironmentStatus;
use std::collections::BTreeSet;

use super::{Check, Report};
use crate::cli::read::CommandContext;
use crate::engine::headless::Snapshot;
use crate::kinds::catalog::kind;
use crate::kinds::event_rule::Rule;
use crate::kinds::iam_simulation::{Decision, Question, Simulation};
use crate::kinds::schedule_group::change::SchedulePlace;
use crate::kinds::scheduler_role::SchedulerRole;
use crate::offhours::{ScheduledMember, Source, notes, record_reads, standing};
use crate::operations::schedule::kept_at_aws;
use crate::schedule::binding::acts;
use crate::schedule::stored::restore_schedules;
use crate::schedule::stored::tag_record::MAX_TAGS;
use crate::schedule::{MemberKind, Mode, PowerAction};
use crate::text::counted;
use crate::world::{Arn, Coverage, Fault, FaultKind, Part, Resource, Scope, World};

/// Tells of every environment in `scopes` whose schedules are at AWS.
pub(super) async fn check(report: &mut Report, context: &CommandContext, snapshot: &Snapshot, scopes: &[Scope]) {
    for environment in &snapshot.picture.environments {
        if let Some(check) = unseen(environment) {
            report.add(check);
        }
        if let Some(check) = recorded(environment, snapshot) {
            report.add(check);
        }
        match kept_at_aws(environment) {
            None => {}
            Some(Err(why)) => {
                let about = format!("schedules of {}", environment.name);
                report.add(Check::warn(about, why, "see docs/schedules.md"));
            }
            Some(Ok((place, role))) if scopes.contains(&place.scope) => {
                let read = read(context, &place.scope, &role).await;
                let role = Arn::from(role);
                report.add(told(&place, &role, read.as_ref()));
                if !matches!(&read, Err(fault) if fault.kind == FaultKind::Gone) {
                    let may = simulated(context, &place, &role, environment).await;
                    report.add(told_may(&place, &role, &may));
                    let rules = enabling(context, &place, &role, environment, &snapshot.world).await;
                    if let Some(check) = told_rules(&place, &role, &rules) {
                        report.add(check);
                    }
                }
            }
            Some(Ok(_)) => {}
        }
    }
}

/// The line about schedules of others, where they cannot be seen.
fn unseen(environment: &EnvironmentStatus) -> Option<Check> {
    let (off, others) = (environment.offhours.as_deref()?, &environment.others);
    let message = others.unknown()?;
    let about = format!("owners in {}", environment.name);
    let message = match (off.routine.schedule.mode, others.blind) {
        (Mode::Enforce, false) => format!("{message}; so its schedule is not enforced"),
        (Mode::Enforce, true) => format!("{message}; it is enforced all the same, as enforce_blind says"),
        (Mode::Edge | Mode::StopOnly, _) => message,
    };
    let operations: Vec<&str> = others.unseen.iter().map(|fault| fault.operation.as_str()).collect();
    let remedy = format!("allow {}; `toban policy --read-only` prints the whole policy", operations.join(" and "));
    Some(Check::warn(about, message, remedy))
}

/// The line about the schedule group that is an environment's record.
fn recorded(environment: &EnvironmentStatus, snapshot: &Snapshot) -> Option<Check> {
    let group = environment.record.group()?;
    let about = format!("record of {}", environment.name);
    let scopes: Vec<Scope> = record_reads(environment, &snapshot.world).into_iter().map(|want| want.scope).collect();
    let all = || scopes.iter().map(|scope| standing(environment, scope, &snapshot.world));
    if let Some(why) = all().find_map(|it| it.unknown().map(str::to_owned)) {
        let message = format!("{why}; until then nothing here is put to sleep or woken");
        return Some(Check::fail(about, message, "allow scheduler:ListTagsForResource, or name another group"));
    }
    let worn = scopes.iter().find_map(|scope| notes(environment, scope, &snapshot.world));
    Some(match worn {
        None => Check::well(about, format!("the schedule group {group} does not exist: nothing is written on it")),
        Some(worn) => Check::well(about, format!("the schedule group {group} has {} of {MAX_TAGS} tags", worn.len())),
    })
}

/// Reads one role.
async fn read(context: &CommandContext, scope: &Scope, role: &str) -> Result<SchedulerRole, Fault> {
    let missing = || Fault::new(FaultKind::Garbled, "iam:GetRole", "nothing was answered").on(role);
    let roles = kind(SchedulerRole::KIND).ok_or_else(missing)?;
    let coverage = Coverage::Parts([role.into()].into_iter().collect());
    let mut world = World::default();
    let got = context.cloud.read(roles, scope, &coverage, &world).await;
    world.put(scope, SchedulerRole::KIND, &coverage, got, context.cloud.now());
    if let Some(found) = world.all::<SchedulerRole>(scope).next() {
        return Ok(found.clone());
    }
    let store = world.store(scope, SchedulerRole::KIND);
    Err(store.and_then(|store| store.faults().next()).cloned().unwrap_or_else(missing))
}

/// How many scheduled members are simulated: each takes a call.
const MOST: usize = 20;

/// One who sleeps, what the role must be allowed to do to it, and what IAM says.
struct Simulated {
    label: String,
    actions: &'static [&'static str],
    answer: Option<Simulation>,
}

/// What the role may do to each who sleeps with the environment. Each is asked about for itself: a policy that names its
/// resources allows nothing on all of them together.
async fn simulated(
    context: &CommandContext,
    place: &SchedulePlace,
    role: &Arn,
    environment: &EnvironmentStatus,
) -> Vec<Simulated> {
    let Some(simulations) = kind(Simulation::KIND) else { return Vec::new() };
    let scheduled_members =
        environment.offhours.as_deref().map(|off| off.scheduled_members.as_slice()).unwrap_or_default();
    let here = scheduled_members.iter().filter(|it| it.id.as_ref().is_some_and(|id| id.scope == place.scope));
    let asked: Vec<(&ScheduledMember, Part)> = here
        .take(MOST)
        .map(|it| {
            let on = match it.member.kind {
                MemberKind::Ec2Instance => instance_arn(role, place, &it.member.id),
                MemberKind::RdsInstance | MemberKind::RdsCluster | MemberKind::EcsService => it.arn.clone(),
            };
            (it, Question::new(role, acts(it.member.kind), &[on]).part())
        })
        .collect();
    let coverage = Coverage::Parts(asked.iter().map(|(_, part)| part.clone()).collect());
    let mut world = World::default();
    let got = context.cloud.read(simulations, &place.scope, &coverage, &world).await;
    world.put(&place.scope, Simulation::KIND, &coverage, got, context.cloud.now());
    let answered = asked.into_iter().map(|(it, part)| Simulated {
        label: it.member.label(),
        actions: acts(it.member.kind),
        answer: world.by_key::<Simulation>(&place.scope, &part).cloned(),
    });
    answered.collect()
}

/// What the role may do to the rules that stop something here: an override holds them back, and has to enable them again.
async fn enabling(
    context: &CommandContext,
    place: &SchedulePlace,
    role: &Arn,
    environment: &EnvironmentStatus,
    world: &World,
) -> Vec<Simulated> {
    let Some(simulations) = kind(Simulation::KIND) else { return Vec::new() };
    let stops =
        environment.others.owners.iter().filter(|it| it.source == Source::Rule && it.verb == Some(PowerAction::Stop));
    let names: BTreeSet<&str> = stops.map(|owner| owner.name.as_str()).collect();
    let rules = world.all::<Rule>(&place.scope).filter(|rule| names.contains(rule.name.as_str()));
    let asked: Vec<(&Rule, Part)> = rules
        .take(MOST)
        .map(|rule| (rule, Question::new(role, restore_schedules::ACTS, &[rule.arn.to_string()]).part()))
        .collect();
    if asked.is_empty() {
        return Vec::new();
    }
    let coverage = Coverage::Parts(asked.iter().map(|(_, part)| part.clone()).collect());
    let mut answers = World::default();
    let got = context.cloud.read(simulations, &place.scope, &coverage, &answers).await;
    answers.put(&place.scope, Simulation::KIND, &coverage, got, context.cloud.now());
    let answered = asked.into_iter().map(|(rule, part)| Simulated {
        label: format!("rule {}", rule.name),
        actions: restore_schedules::ACTS,
        answer: answers.by_key::<Simulation>(&place.scope, &part).cloned(),
    });
    answered.collect()
}

/// The line about rules that an override would hold back; none where there are none, or nobody can tell.
fn told_rules(place: &SchedulePlace, role: &Arn, rules: &[Simulated]) -> Option<Check> {
    let about = format!("rules in {}", place.environment);
    let may = |one: &Simulated| one.answer.as_ref().map(|it| it.may("events:EnableRule", |_| true));
    let denied: Vec<&str> =
        rules.iter().filter(|one| may(one) == Some(Decision::No)).map(|one| one.label.as_str()).collect();
    if !denied.is_empty() {
        let account = role.account().unwrap_or_default();
        let remedy = format!("`toban policy --scheduler --account {account}` prints what {role} needs");
        let on = denied.join(" and ");
        let message =
            format!("{role} may not events:EnableRule on {on}: an override could not enable it again, and is refused");
        return Some(Check::warn(about, message, remedy));
    }
    let all = !rules.is_empty() && rules.iter().all(|one| may(one) == Some(Decision::Yes));
    let count = counted(rules.len(), "rule");
    all.then(|| Check::well(about, format!("{role} may enable {count} again that an override holds back")))
}

/// An instance's ARN, which EC2 never tells.
fn instance_arn(role: &Arn, place: &SchedulePlace, id: &str) -> String {
    let (partition, account) = (role.partition().unwrap_or("aws"), role.account().unwrap_or_default());
    format!("arn:{partition}:ec2:{}:{account}:instance/{id}", place.scope.region)
}

/// The line about what the role may do. What could not be simulated is said and is no failure: only a firing tells.
fn told_may(place: &SchedulePlace, role: &Arn, may: &[Simulated]) -> Check {
    let about = format!("permissions of {}", place.environment);
    let account = role.account().unwrap_or_default();
    let policy = format!("`toban policy --scheduler --account {account}` prints what {role} needs");
    let (mut denied, mut unclear, mut unasked) = (Vec::new(), Vec::new(), None);
    for one in may {
        let Some(Simulation { answer: Ok(_), .. }) = &one.answer else {
            let why = one.answer.as_ref().and_then(|it| it.answer.as_ref().err().cloned());
            unasked.get_or_insert(why.unwrap_or_else(|| "IAM did not answer".to_owned()));
            continue;
        };
        for act in one.actions {
            match one.answer.as_ref().map(|answer| answer.may(act, |_| true)) {
                Some(Decision::No) => denied.push(format!("{act} on {}", one.label)),
                Some(Decision::Unknown(why)) => unclear.push(format!("{act} on {} ({why})", one.label)),
                Some(Decision::Yes) | None => {}
            }
        }
    }
    if !denied.is_empty() {
        let message = format!("{role} may not {}: those schedules fire and fail", denied.join(", "));
        return Check::fail(about, message, policy);
    }
    if !unclear.is_empty() {
        return Check::warn(about, format!("whether {role} may {} is not known", unclear.join(", ")), policy);
    }
    if let Some(why) = unasked {
        return Check::well(about, format!("what {role} may do was not checked: {why}"));
    }
    Check::well(about, format!("{role} may stop and start {}", counted(may.len(), "member")))
}

/// The line of one environment.
fn told(place: &SchedulePlace, role: &Arn, read: Result<&SchedulerRole, &Fault>) -> Check {
    let about = format!("schedules of {}", place.environment);
    let account = role.account().unwrap_or_default();
    let policy = format!("`toban policy --scheduler --account {account}` prints the role, its trust and its policy");
    match read {
        Ok(found) => {
            let group = Arn::from(format!(
                "arn:{}:scheduler:{}:{account}:schedule-group/{}",
                role.partition().unwrap_or("aws"),
                place.scope.region,
                place.group
            ));
            match found.refuses(&group) {
                None => Check::well(about, format!("EventBridge Scheduler may assume {role}")),
                Some(why) => {
                    Check::warn(about, format!("EventBridge Scheduler may be unable to assume {role}: {why}"), policy)
                }
            }
        }
        Err(fault) if fault.kind == FaultKind::Gone => {
            let remedy = format!("create it, or name another as role_arn; {policy}");
            Check::fail(about, format!("the role {role} does not exist: no schedule can fire"), remedy)
        }
        Err(fault) => {
            let message = format!("whether Scheduler can assume {role} is not known: {}", fault.sentence());
            Check::warn(about, message, fault.remedy(&place.scope))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cli::doctor::check::Level;
    use crate::cli::testing::scope;
    use crate::kinds::iam_simulation::Verdict;

    const ROLE: &str = "arn:aws:iam::123456789012:role/toban-scheduler";

    fn told_of(trust: serde_json::Value) -> Check {
        let role = SchedulerRole { arn: Arn::from(ROLE), trust };
        told(&place(), &Arn::from(ROLE), Ok(&role))
    }

    fn place() -> SchedulePlace {
        SchedulePlace { environment: "prooflink-dev".into(), scope: scope(), group: "toban-prooflink-dev".to_owned() }
    }

    #[test]
    fn the_role_that_policy_prints_is_well() {
        let printed = crate::cli::policy::scheduler("123456789012", true);
        let check = told_of(printed["trust"].clone());
        assert_eq!((check.level, check.remedy.as_deref()), (Level::Well, None), "{}", check.message);
    }

    #[test]
    fn a_role_made_for_another_account_is_warned_about_with_what_prints_the_right_one() {
        let printed = crate::cli::policy::scheduler("210987654321", true);
        let check = told_of(printed["trust"].clone());
        assert_eq!(check.level, Level::Worrying);
        assert!(check.message.contains("210987654321"), "{}", check.message);
        assert!(check.remedy.is_some_and(|remedy| remedy.contains("--account 123456789012")));
        assert_eq!(told_of(json!({})).level, Level::Worrying);
    }

    fn may(answer: Result<&[(&str, &str, &str)], &str>) -> Simulated {
        let verdict = |(action, decision, missing): &(&str, &str, &str)| Verdict {
            action: (*action).to_owned(),
            on: "arn:aws:rds:ap-northeast-1:123456789012:db:prooflink-dev-db".to_owned(),
            decision: (*decision).to_owned(),
            missing: missing.split_whitespace().map(str::to_owned).collect(),
        };
        let answer = answer.map(|all| all.iter().map(verdict).collect()).map_err(str::to_owned);
        let answer = Some(Simulation { question: "q".to_owned(), answer });
        Simulated { label: "prooflink-dev-db".to_owned(), actions: acts(MemberKind::RdsInstance), answer }
    }

    #[test]
    fn what_the_role_may_do_is_told_and_what_it_may_not_fails() {
        let told = |one: Simulated| told_may(&place(), &Arn::from(ROLE), &[one]);
        let (stop, start) = ("rds:StopDBInstance", "rds:StartDBInstance");
        let well = told(may(Ok(&[(stop, "allowed", ""), (start, "allowed", "")])));
        assert_eq!((well.level, well.message), (Level::Well, format!("{ROLE} may stop and start 1 member")));
        let bad = told(may(Ok(&[(stop, "allowed", ""), (start, "implicitDeny", "")])));
        assert_eq!(bad.level, Level::Bad);
        assert!(bad.message.contains("may not rds:StartDBInstance on prooflink-dev-db"), "{}", bad.message);
        assert!(bad.remedy.is_some_and(|remedy| remedy.contains("--scheduler --account 123456789012")));
        let unclear = told(may(Ok(&[(stop, "allowed", ""), (start, "implicitDeny", "aws:RequestTag/x")])));
        assert_eq!(unclear.level, Level::Worrying);
        let unknown = told(may(Err("iam:SimulatePrincipalPolicy is not allowed")));
        assert_eq!((unknown.level, unknown.remedy), (Level::Well, None));
        assert!(
            unknown.message.contains("was not checked: iam:SimulatePrincipalPolicy is not allowed"),
            "{}",
            unknown.message
        );
    }

    #[test]
    fn a_rule_that_could_not_be_enabled_again_is_warned_about() {
        let one = |decision: &str| Simulated {
            label: "rule night".to_owned(),
            actions: restore_schedules::ACTS,
            ..may(Ok(&[("events:EnableRule", decision, "")]))
        };
        let told = |rules: &[Simulated]| told_rules(&place(), &Arn::from(ROLE), rules);
        let bad = told(&[one("implicitDeny")]).expect("a line");
        assert_eq!(bad.level, Level::Worrying);
        assert!(bad.message.contains("may not events:EnableRule on rule night"), "{}", bad.message);
        let well = told(&[one("allowed")]).expect("a line");
        assert_eq!((well.level, told(&[])), (Level::Well, None));
        assert_eq!(told(&[may(Err("not allowed"))]), None, "nobody knows");
    }

    #[test]
    fn a_missing_role_fails_and_an_unreadable_one_is_not_known() {
        let fault = |kind| Fault::new(kind, "iam:GetRole", "no").on("toban-scheduler");
        let gone = told(&place(), &Arn::from(ROLE), Err(&fault(FaultKind::Gone)));
        assert_eq!(gone.level, Level::Bad);
        assert!(gone.message.contains("does not exist"), "{}", gone.message);
        let denied = told(&place(), &Arn::from(ROLE), Err(&fault(FaultKind::Denied)));
        assert_eq!(denied.level, Level::Worrying);
        assert!(denied.message.contains("is not known"), "{}", denied.message);
    }
}
