//! The simulated EventBridge Scheduler and the scheduled actions of the simulated Application Auto Scaling: what they
//! hold at a moment, and what they did so far. One environment's schedules stand there from the beginning, one of them
//! edited by hand. Pure; a moment and what was done go in.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::account::SimulatedAccount;
use super::changes::{AppliedChange, ChangeKind};
use super::commands::argument;
use super::offhours::{AT_AWS, daily};
use super::rules;
use super::scenario_context::ScenarioContext;
use super::systems::{ASLEEP, Scaled, scaled};
use crate::change::plan::ChangeRequest;
use crate::kinds::scalable_target::ScalableTarget;
use crate::kinds::schedule_group::{Group, Held};
use crate::kinds::scheduled_action::ScheduledAction;
use crate::schedule::expression::write::Weekly;
use crate::schedule::stored::planned_schedules::{MAX_ATTEMPTS, MAX_EVENT_AGE, Planned, Wanted, materialise};
use crate::schedule::stored::scheduled_actions::Scaling;
use crate::schedule::stored::tags;
use crate::schedule::{Bounds, ClockTime, Exceptions, Intent, Member, MemberKind, binding};
use crate::world::{Arn, Resource};

/// The account whose schedules are kept there.
const ACCOUNT: &str = "123456789012";
/// What the scaled service there is kept between.
pub(super) const OPEN: Bounds = Bounds { min: 1, max: 10 };

/// Everything held, each with the second it stands from.
#[derive(Default)]
struct Store {
    groups: BTreeSet<String>,
    /// By group and name.
    schedules: BTreeMap<(String, String), (i64, Held)>,
    actions: BTreeMap<(String, String), (i64, ScheduledAction)>,
    /// What fired so far.
    fired: Vec<AppliedChange>,
}

/// What was done to the account, with what its schedules did by themselves, in the order of time.
pub(super) fn with_firings(acts: Vec<AppliedChange>, scenario: &ScenarioContext<'_>) -> Vec<AppliedChange> {
    if scenario.account != ACCOUNT {
        return acts;
    }
    let mut fired = Store::at(&acts, scenario).fired;
    // Rules fire as they are switched, by whoever and by our schedules.
    let switched: Vec<AppliedChange> = acts.iter().chain(&fired).cloned().collect();
    fired.extend(rules::firings(&switched, scenario).into_iter().flat_map(|firing| firing.acts));
    fired.sort_by_key(|act| act.at);
    let mut all = acts;
    for act in fired {
        // Stopping what is stopped already is refused, and changes nothing.
        let last = all.iter().filter(|known| known.key == act.key && known.at <= act.at && is_power(&known.what));
        let begins =
            || (*scenario.arn("rds", &format!("db:{ASLEEP}")).as_str() == *act.key).then_some(ChangeKind::Stop);
        let last = last.max_by_key(|known| known.at).map(|known| known.what.clone()).or_else(begins);
        if !is_power(&act.what) || last.as_ref() != Some(&act.what) {
            all.push(act);
        }
    }
    all.sort_by_key(|act| act.at);
    all
}

const fn is_power(what: &ChangeKind) -> bool {
    matches!(what, ChangeKind::Stop | ChangeKind::Start)
}

/// Puts what is held into the scene.
pub(super) fn fill(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>) {
    if scenario.account != ACCOUNT {
        return;
    }
    let store = Store::at(scenario.acts, scenario);
    for name in store.groups {
        let environment = name.strip_prefix(binding::GROUP_PREFIX).unwrap_or(&name);
        let tags = [(tags::ENV.to_owned(), environment.to_owned())].into();
        let arn = Some(scenario.arn("scheduler", &format!("schedule-group/{name}")));
        let inside = store.schedules.iter().filter(|((group, _), _)| *group == name);
        let schedules = inside.map(|(_, (_, held))| held.clone()).collect();
        simulated.put("", Group { name, arn, tags, schedules });
    }
    for (_, action) in store.actions.into_values() {
        simulated.put("", action);
    }
}

impl Store {
    /// What is held at the moment of `play`, after `acts`.
    fn at(acts: &[AppliedChange], scenario: &ScenarioContext<'_>) -> Self {
        let mut store = Self::begin(scenario);
        for act in acts.iter().filter(|act| act.at <= scenario.now) {
            if let ChangeKind::Request(change_request) = &act.what {
                store.done(change_request, act.at, scenario);
            }
        }
        for (key, (from, held)) in std::mem::take(&mut store.schedules) {
            let firings = store.fire_held(&held, (from, scenario.now + 1), scenario);
            // A single one is deleted once it has fired.
            if firings == 0 || !held.expression.starts_with("at(") {
                store.schedules.insert(key, (from, held));
            }
        }
        for (key, (from, action)) in std::mem::take(&mut store.actions) {
            store.fire_action(&action, (from, scenario.now + 1), scenario);
            store.actions.insert(key, (from, action));
        }
        store.fired.sort_by_key(|act| act.at);
        store
    }

    /// As a sync left it a week ago, but for one that somebody edited since.
    fn begin(scenario: &ScenarioContext<'_>) -> Self {
        let mut store = Self { groups: [binding::group_name(AT_AWS)].into(), ..Self::default() };
        let Some(daily) = daily() else { return store };
        let Scaled { database, cluster, service } = scaled(scenario);
        let mut web = Member::new(MemberKind::EcsService, &service);
        web.cluster = Some(cluster.clone());
        let members = [Member::new(MemberKind::RdsCluster, &database), web];
        let (group, resource) = (binding::group_name(AT_AWS), format!("service/{cluster}/{service}"));
        let none = Exceptions::default();
        for member in &members {
            let scales = member.kind == MemberKind::EcsService;
            let scaling = scales.then_some(Scaling { resource: &resource, group: &group, bounds: Some(OPEN) });
            let wanted = Wanted { member, among: &members, arn: "", count: Some(OPEN.min), scaling };
            let planned = materialise(Intent::new(&daily, &none), wanted, scenario.start).unwrap_or_default();
            for one in planned {
                store.keep(one, scenario);
            }
        }
        // Somebody spared the weekend's stop in the web console, and nobody knows.
        let edited = store.schedules.values_mut().find(|(_, held)| held.target.ends_with("stopDBCluster"));
        if let Some((_, held)) = edited {
            held.expression = held.expression.replace("* * ?", "? * MON-FRI");
        }
        store
    }

    fn keep(&mut self, planned: Planned, scenario: &ScenarioContext<'_>) {
        let Planned { name, expression, timezone, target, input, bounds, .. } = planned;
        match bounds {
            Some(Bounds { min, max }) => {
                let action = ScheduledAction {
                    arn: arn_of(&target, &name, scenario),
                    name: name.clone(),
                    resource: target.clone(),
                    expression,
                    timezone: Some(timezone),
                    start: None,
                    end: None,
                    min: Some(min),
                    max: Some(max),
                };
                self.actions.insert((target, name), (0, action));
            }
            None => {
                let held = Held {
                    name: name.clone(),
                    expression,
                    timezone: Some(timezone),
                    enabled: true,
                    start_date: None,
                    target,
                    input,
                    role: format!("arn:aws:iam::{}:role/{}", scenario.account, binding::ROLE),
                    attempts: Some(MAX_ATTEMPTS),
                    max_age: Some(MAX_EVENT_AGE),
                    dead_letter: None,
                };
                self.schedules.insert((binding::group_name(AT_AWS), name), (0, held));
            }
        }
    }

    /// What a change does to what is held. Whatever it replaces or deletes has fired until then.
    fn done(&mut self, change_request: &ChangeRequest, at: i64, scenario: &ScenarioContext<'_>) {
        let text = |name: &str| argument(change_request, name).unwrap_or_default().to_owned();
        let name = text("name");
        let start = argument(change_request, "start").and_then(|text| text.parse().ok());
        match change_request.verb {
            "make-group" if change_request.on.kind == Group::KIND => {
                _ = self.groups.insert(change_request.on.key.to_string())
            }
            "drop-group" if change_request.on.kind == Group::KIND => {
                self.groups.remove(&*change_request.on.key);
                for (key, (from, held)) in std::mem::take(&mut self.schedules) {
                    if *key.0 == *change_request.on.key {
                        self.fire_held(&held, (from, at), scenario);
                    } else {
                        self.schedules.insert(key, (from, held));
                    }
                }
            }
            "put-schedule" | "drop-schedule" if change_request.on.kind == Group::KIND => {
                let key = (change_request.on.key.to_string(), name.clone());
                if let Some((from, old)) = self.schedules.remove(&key) {
                    self.fire_held(&old, (from, at), scenario);
                }
                if change_request.verb == "put-schedule" {
                    let held = Held {
                        name,
                        expression: text("expression"),
                        timezone: Some(text("timezone")),
                        enabled: true,
                        start_date: start,
                        target: text("target"),
                        input: text("input"),
                        role: text("role"),
                        attempts: Some(MAX_ATTEMPTS),
                        max_age: Some(MAX_EVENT_AGE),
                        dead_letter: argument(change_request, "queue").map(str::to_owned),
                    };
                    self.schedules.insert(key, (at, held));
                }
            }
            "put-action" | "drop-action" if change_request.on.kind == ScalableTarget::KIND => {
                let resource = change_request.on.key.to_string();
                let key = (resource.clone(), name.clone());
                if let Some((from, old)) = self.actions.remove(&key) {
                    self.fire_action(&old, (from, at), scenario);
                }
                if change_request.verb == "put-action" {
                    let action = ScheduledAction {
                        arn: arn_of(&resource, &name, scenario),
                        name,
                        resource,
                        expression: text("expression"),
                        timezone: Some(text("timezone")),
                        start,
                        end: None,
                        min: text("min").parse().ok(),
                        max: text("max").parse().ok(),
                    };
                    self.actions.insert(key, (at, action));
                }
            }
            _ => {}
        }
    }

    /// Notes what a schedule did between two seconds; how often it fired.
    fn fire_held(&mut self, held: &Held, (from, to): (i64, i64), scenario: &ScenarioContext<'_>) -> usize {
        let times = firings(&held.expression, held.timezone.as_deref(), held.start_date, (from, to), scenario);
        let input: Value = serde_json::from_str(&held.input).unwrap_or_default();
        let text = |key: &str| input.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let action = held.target.rsplit(':').next().unwrap_or_default();
        let (key, what) = match action {
            "stopDBInstance" => {
                (scenario.arn("rds", &format!("db:{}", text("DbInstanceIdentifier"))), ChangeKind::Stop)
            }
            "startDBInstance" => {
                (scenario.arn("rds", &format!("db:{}", text("DbInstanceIdentifier"))), ChangeKind::Start)
            }
            "stopDBCluster" => {
                (scenario.arn("rds", &format!("cluster:{}", text("DbClusterIdentifier"))), ChangeKind::Stop)
            }
            "startDBCluster" => {
                (scenario.arn("rds", &format!("cluster:{}", text("DbClusterIdentifier"))), ChangeKind::Start)
            }
            "enableRule" => {
                let key = scenario.arn("events", &format!("rule/{}", text("Name")));
                (key.clone(), ChangeKind::Request(Box::new(rules::enabled(&key))))
            }
            "updateService" => {
                let service = format!("service/{}/{}", text("Cluster"), text("Service"));
                let count =
                    input.get("DesiredCount").and_then(Value::as_u64).and_then(|count| u32::try_from(count).ok());
                (scenario.arn("ecs", &service), ChangeKind::Scale(count.unwrap_or_default()))
            }
            _ => return times.len(),
        };
        self.fired.extend(times.iter().map(|at| AppliedChange { at: *at, key: key.to_string(), what: what.clone() }));
        times.len()
    }

    /// Notes what an action did: new bounds, and the count pulled into them.
    fn fire_action(&mut self, action: &ScheduledAction, span: (i64, i64), scenario: &ScenarioContext<'_>) {
        let Some(bounds) = action.bounds() else { return };
        let key: Arn = scenario.arn("ecs", &action.resource);
        for at in firings(&action.expression, action.timezone.as_deref(), action.start, span, scenario) {
            let act = |what| AppliedChange { at, key: key.to_string(), what };
            self.fired.extend([act(ChangeKind::Bounds(bounds)), act(ChangeKind::Scale(bounds.min))]);
        }
    }
}

fn arn_of(resource: &str, name: &str, scenario: &ScenarioContext<'_>) -> String {
    let ends =
        format!("scheduledAction:{}:resource/ecs/{resource}:scheduledActionName/{name}", scenario.uuid(resource));
    scenario.arn("autoscaling", &ends).to_string()
}

/// The seconds at which an expression fires from the first up to, not including, the second; not before `start`.
fn firings(
    expression: &str,
    zone: Option<&str>,
    start: Option<Timestamp>,
    (from, to): (i64, i64),
    scenario: &ScenarioContext<'_>,
) -> Vec<i64> {
    let Ok(zone) = TimeZone::get(zone.unwrap_or("UTC")) else { return Vec::new() };
    let inside = |text: &str| Some(expression.strip_prefix(text)?.strip_suffix(')')?.to_owned());
    // Whoever writes one at a second means what comes after it.
    let (first, last) = (scenario.at(from + 1), scenario.at(to));
    let at: Vec<Timestamp> = if let Some(once) = inside("at(") {
        let local = once.parse::<DateTime>().ok().and_then(|local| zone.to_timestamp(local).ok());
        local.into_iter().filter(|at| (first..last).contains(at)).collect()
    } else {
        inside("cron(").and_then(|fields| weekly(&fields)).map(|it| it.firings(&zone, first, last)).unwrap_or_default()
    };
    let due = at.into_iter().filter(|at| start.is_none_or(|start| start <= *at));
    due.map(|at| at.duration_since(scenario.start).as_secs()).collect()
}

/// The weekly times of `0 22 ? * MON-FRI *`.
fn weekly(fields: &str) -> Option<Weekly> {
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let [minute, hour, _, _, days, _] = fields.as_slice() else { return None };
    let time = ClockTime::new(hour.parse().ok()?, minute.parse().ok()?)?;
    let days = if *days == "?" { crate::schedule::Days::ALL } else { days.to_lowercase().parse().ok()? };
    Some(Weekly { days, time })
}

/// What AWS answers to a change of what it holds; `None` if the change is none of that.
pub(super) fn outcome(change_request: &ChangeRequest) -> Option<String> {
    let name = argument(change_request, "name").unwrap_or_default();
    let message = match (change_request.on.kind, change_request.verb) {
        (Group::KIND, "make-group") => format!("the group {} is created", change_request.on.key),
        (Group::KIND, "drop-group") => format!("the group {} is deleted", change_request.on.key),
        (Group::KIND, "put-schedule") | (ScalableTarget::KIND, "put-action") => {
            format!("{name} is {}", argument(change_request, "expression").unwrap_or_default())
        }
        (Group::KIND, "drop-schedule") | (ScalableTarget::KIND, "drop-action") => format!("{name} is deleted"),
        _ => return None,
    };
    Some(message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::PowerAction;

    #[test]
    fn expressions_fire_when_aws_fires_them() {
        // The simulation begins at 14:02:11 on a Saturday.
        let scenario = ScenarioContext {
            start: "2026-11-21T05:02:11Z".parse().unwrap(),
            now: 0,
            seed: 7,
            account: ACCOUNT,
            acts: &[],
        };
        let fires = |text: &str, start: Option<&str>| {
            let start = start.map(|text| text.parse().unwrap());
            firings(text, Some("Asia/Tokyo"), start, (0, 3 * 86_400), &scenario)
                .into_iter()
                .map(|at| {
                    scenario.at(at).to_zoned(TimeZone::get("Asia/Tokyo").unwrap()).strftime("%a %H:%M").to_string()
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(fires("cron(0 22 * * ? *)", None), ["Sat 22:00", "Sun 22:00", "Mon 22:00"]);
        assert_eq!(fires("cron(0 22 * * ? *)", Some("2026-11-21T13:01:00Z")), ["Sun 22:00", "Mon 22:00"]);
        assert_eq!(fires("cron(45 8 ? * MON-FRI *)", None), ["Mon 08:45", "Tue 08:45"]);
        assert_eq!(fires("at(2026-11-21T23:30:00)", None), ["Sat 23:30"]);
        assert!(fires("at(2026-11-21T14:00:00)", None).is_empty() && fires("rate(5 minutes)", None).is_empty());
    }

    #[test]
    fn a_verb_has_its_two_times_a_day() {
        let scenario = ScenarioContext { start: Timestamp::UNIX_EPOCH, now: 0, seed: 7, account: ACCOUNT, acts: &[] };
        let store = Store::at(&[], &scenario);
        let stops = store.schedules.values().filter(|(_, held)| held.name.contains(PowerAction::Stop.word())).count();
        assert_eq!((store.schedules.len(), stops, store.actions.len()), (2, 1, 2));
    }
}
