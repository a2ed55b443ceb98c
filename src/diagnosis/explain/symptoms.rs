//! What is wrong to begin with: each member that is not well, since when, and of which sort its trouble is. The sort
//! decides which causes can explain it: tasks that cannot be pulled do not fail for want of a database. Pure.

use jiff::Timestamp;

use super::facts::ServiceFacts;
use super::rules::targets::{Trouble, trouble_of};
use crate::diagnosis::context::DiagnosisContext;
use crate::diagnosis::intended_sleep::Rest;
use crate::environment::Member;
use crate::kinds::alarm::Alarm;
use crate::kinds::db_cluster::DbCluster;
use crate::kinds::db_event::PowerEvents;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::ec2_instance::Instance;
use crate::kinds::ecs_service::Service;
use crate::kinds::ecs_task::Task;
use crate::kinds::lambda_function::Function;
use crate::kinds::load_balancer::LoadBalancer;
use crate::kinds::target_group::{TargetGroup, failing_since};
use crate::world::Health;

/// Of which sort a symptom is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Sign {
    /// Tasks do not come to run: image, secret, log group, place.
    Start,
    /// Tasks run and end: the container exits or is killed.
    Exit,
    /// Tasks are stopped because a health check fails.
    Checks,
    /// Tasks were taken away: Spot, a retired host.
    Lost,
    /// Fewer tasks run than are wanted, and nothing says why.
    Short,
    /// A rollout failed, stands still or is being rolled back, and no task says why.
    Rollout,
    /// Targets fail.
    Targets(Trouble),
    /// A database is not usable.
    Database,
    /// An instance is not running, or its agent is lost.
    Instance,
    /// An alarm over a metric fires; the metric's name.
    Alarm(String),
    /// An alarm over other alarms fires.
    Composite,
    /// A function fails.
    Function,
    /// A load balancer is impaired.
    Balancer,
    /// A task that no service tells of failed.
    Job,
    /// Anything else.
    Other,
}

/// One symptom.
#[derive(Clone, Debug)]
pub(crate) struct Symptom<'a> {
    /// Whose.
    pub(crate) member: &'a Member,
    /// How bad.
    pub(crate) health: Health,
    /// In one sentence.
    pub(crate) what: String,
    /// Since when.
    pub(crate) since: Option<Timestamp>,
    /// Of which sort.
    pub(crate) sign: Sign,
}

/// The symptoms of an environment.
pub(crate) fn symptoms<'a>(
    cx: &DiagnosisContext<'a>,
    rest: &Rest<'a>,
    services: &[ServiceFacts<'a>],
) -> Vec<Symptom<'a>> {
    let members = cx.environment.members.iter().filter(|member| !rest.hushed.contains(&member.id));
    let mut all: Vec<Symptom<'a>> = members.filter_map(|member| symptom(cx, member, services)).collect();
    all.sort_by(|a, b| b.health.cmp(&a.health).then_with(|| a.since.cmp(&b.since)));
    all
}

fn symptom<'a>(cx: &DiagnosisContext<'a>, member: &'a Member, services: &[ServiceFacts<'a>]) -> Option<Symptom<'a>> {
    let assessment = member.assessment.as_ref()?;
    let (world, id) = (cx.world, &member.id);
    let down_under_tasks = cx.databases.iter().any(|database| database.member.id == *id && database.is_away())
        && assessment.health != Health::Changing
        && cx.services.iter().any(|(_, service)| service.running > 0);
    let health = if down_under_tasks { assessment.health.max(Health::Worrying) } else { assessment.health };
    if health < Health::Unknown {
        return None;
    }
    let what = assessment.why.clone().unwrap_or_else(|| format!("{} is {}", member.name, health.word()));
    let of = |what: String, since: Option<Timestamp>, sign: Sign| Symptom { member, health, what, since, sign };
    Some(if world.get::<Service>(id).is_some() {
        let facts = services.iter().find(|facts| facts.member.id == *id)?;
        of(what, facts.since(), facts.sign.clone())
    } else if let Some(group) = world.get::<TargetGroup>(id) {
        let since = failing_since(group, &cx.context(member));
        of(format!("{}: {what}", group.name), since, Sign::Targets(trouble_of(group, &cx.context(member))))
    } else if world.get::<DbCluster>(id).is_some() || world.get::<DbInstance>(id).is_some() {
        of(what, database_since(cx, member), Sign::Database)
    } else if let Some(instance) = world.get::<Instance>(id) {
        of(what, instance.stopped_at.filter(|_| instance.state != "running"), Sign::Instance)
    } else if let Some(task) = world.get::<Task>(id) {
        of(what, task.stopped_at, Sign::Job)
    } else if let Some(alarm) = world.get::<Alarm>(id) {
        let metric = alarm.metrics.iter().find_map(|metric| metric.name.clone()).unwrap_or_default();
        let sign = if alarm.rule.is_some() { Sign::Composite } else { Sign::Alarm(metric) };
        of(what, alarm.since, sign)
    } else if world.get::<Function>(id).is_some() {
        of(what, None, Sign::Function)
    } else if world.get::<LoadBalancer>(id).is_some() {
        of(what, None, Sign::Balancer)
    } else {
        of(what, None, Sign::Other)
    })
}

/// When RDS last said something of a database that is not usable.
fn database_since(cx: &DiagnosisContext<'_>, member: &Member) -> Option<Timestamp> {
    let events = cx.world.by_key::<PowerEvents>(&member.id.scope, &member.id.key)?;
    let recent = events.messages.iter().rev().take_while(|event| cx.now.duration_since(event.at).as_hours() < 24);
    let telling = recent.filter(|event| super::rules::databases::is_trouble(&event.message));
    telling.map(|event| event.at).last().or_else(|| events.told.last().map(|(at, _)| *at))
}
