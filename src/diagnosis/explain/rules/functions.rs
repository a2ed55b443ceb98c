//! Lambda functions that fail: their state, throttles, timeouts, and an alias that was shifted to a new version. Pure.
//! What its calls meet further on (a database, a network) is told by its log, or stays open.

use super::Site;
use crate::diagnosis::explain::hypothesis::{Hypothesis, Spread, Strength, evidence};
use crate::environment::Member;
use crate::kinds::alarm::{Alarm, WatchedResource, all_watched};
use crate::kinds::lambda_function::Function;
use crate::kinds::lambda_version::FunctionVersions;
use crate::kinds::log_tail::LogTail;
use crate::text::{first_line, span};
use crate::timeline::EventKind;

const FUNCTIONS: &str = "lambda:ListFunctions";
const ALARMS: &str = "cloudwatch:DescribeAlarms";
/// A version this many minutes old at the onset is suspected.
const SUSPECT: i64 = 60;

/// The causes that functions are.
pub(super) fn propose<'a>(site: &Site<'_, 'a>) -> Vec<Hypothesis<'a>> {
    let mut all = Vec::new();
    for member in &site.cx.environment.members {
        if let Some(function) = site.cx.world.get::<Function>(&member.id) {
            all.extend(state(member, function));
            all.extend(alarmed(site, member, function));
        }
    }
    all
}

fn state<'a>(member: &'a Member, function: &Function) -> Option<Hypothesis<'a>> {
    let failed = function.state.as_deref() == Some("Failed");
    let update = function.update.as_deref() == Some("Failed");
    if !failed && !update {
        return None;
    }
    let (code, words) = if failed { &function.state_reason } else { &function.update_reason };
    let what = if failed { "is in the state Failed" } else { "could not be updated" };
    let code = code.as_deref().unwrap_or("no reason given");
    let message = format!("function {} {what} ({code})", function.name);
    let mut it = Hypothesis::new("function-failed", member, (Spread::Function, Strength::Said), message)
        .since(function.changed_at);
    it = it.shows(evidence(format!("{what}: {code}"), function.changed_at, FUNCTIONS).on(member));
    if let Some(words) = words {
        it = it.shows(evidence(first_line(words, 200), function.changed_at, FUNCTIONS).on(member));
    }
    Some(it.then("look at its role, its VPC's subnets and its package"))
}

/// The firing alarms over a function, each with the metric it watches.
fn firing<'s>(site: &'s Site<'_, '_>, member: &Member, function: &Function) -> Vec<(&'s Alarm, String)> {
    let watches =
        |alarm: &Alarm| all_watched(alarm).any(|watched| watched == WatchedResource::Function(&function.name));
    let fires =
        |(of, alarm): &&(&Member, &Alarm)| of.id.scope == member.id.scope && alarm.state == "ALARM" && watches(alarm);
    let metric = |alarm: &Alarm| alarm.metrics.iter().find_map(|it| it.name.clone()).unwrap_or_default();
    site.cx.alarms.iter().filter(fires).map(|(_, alarm)| (*alarm, metric(alarm))).collect()
}

fn alarmed<'a>(site: &Site<'_, 'a>, member: &'a Member, function: &Function) -> Vec<Hypothesis<'a>> {
    let name = &function.name;
    let mut all = Vec::new();
    for (alarm, metric) in firing(site, member, function) {
        let told = |it: Hypothesis<'a>| {
            it.since(alarm.since).shows(evidence(
                format!("alarm {} fires over {metric}", alarm.name),
                alarm.since,
                ALARMS,
            ))
        };
        match metric.as_str() {
            "Throttles" | "ConcurrentExecutions" => {
                let message = format!("function {name} is throttled: its concurrency is used up");
                let it = Hypothesis::new("function-throttled", member, (Spread::Function, Strength::Seen), message);
                let it = if metric == "Throttles" {
                    // The metric counts nothing else.
                    told(it).confirms(evidence("calls were refused, counted as Throttles", alarm.since, ALARMS))
                } else {
                    told(it)
                };
                all.push(it.then("look at reserved concurrency and at the account's limit"));
            }
            "Errors" => all.extend(errors(site, (member, function), alarm).into_iter().map(told)),
            "Duration" => {
                let limit = function.timeout.map(|limit| format!(" (its timeout is {limit} s)")).unwrap_or_default();
                let message = format!("function {name} takes long{limit}");
                let it = Hypothesis::new("function-slow", member, (Spread::Function, Strength::Inferred), message);
                all.push(told(it).then("look at what it waits for: database, network, cold starts"));
            }
            _ => {}
        }
    }
    all
}

/// Why a function's calls fail: a version that is new behind an alias, or what its log says.
fn errors<'a>(site: &Site<'_, 'a>, (member, function): (&'a Member, &Function), alarm: &Alarm) -> Vec<Hypothesis<'a>> {
    let name = &function.name;
    let onset = alarm.since;
    let mut all = Vec::new();
    if let Some(line) = clue(site, member, function) {
        let (known, line) = line;
        let message = format!("function {name}: {}", known.message);
        let it = Hypothesis::new("function-errors", member, (Spread::Function, Strength::Seen), message);
        let told = evidence(first_line(&line.message, 200), line.at, "logs:GetLogEvents").on(member);
        all.push(it.confirms(told).then(known.check));
    }
    let versions = site.cx.world.by_key::<FunctionVersions>(&member.id.scope, function.arn.as_str());
    for alias in versions.iter().flat_map(|versions| &versions.aliases) {
        let new = alias.share.as_ref().map_or(alias.version.as_str(), |(other, _)| other.as_str());
        let published = versions.and_then(|it| it.versions.iter().find(|one| one.number.to_string() == new));
        let published = published.and_then(|version| version.published_at);
        let moved = site.events.iter().rev().find(|event| {
            let about = event.subject.as_ref().is_some_and(|subject| subject.id == member.id);
            about && event.kind != EventKind::Alarm && event.what.contains("UpdateAlias")
        });
        let at = moved.map(|event| event.at).or(published);
        let Some((at, onset)) = at.zip(onset) else { continue };
        let minutes = onset.duration_since(at).as_mins();
        if !(0..=SUSPECT).contains(&minutes) {
            continue;
        }
        let ago = span(onset.duration_since(at).as_secs());
        let message =
            format!("function {name}: alias {} sends to version {new}, new {ago} before the errors", alias.name);
        let it = Hypothesis::new("alias-shift-errors", member, (Spread::Function, Strength::Seen), message);
        let told = evidence(format!("alias {} sends {}", alias.name, alias.sends()), Some(at), "lambda:ListAliases");
        all.push(it.shows(told.on(member)).then("send the alias back to the version before"));
    }
    if all.is_empty() {
        let changed = function.changed_at.zip(onset).map(|(at, onset)| (at, onset.duration_since(at).as_mins()));
        let recent = changed.filter(|(_, minutes)| (0..=SUSPECT).contains(minutes));
        if let Some((at, minutes)) = recent {
            let message = format!("function {name} was changed {minutes} min before its calls fail");
            let it =
                Hypothesis::new("deployment-before-errors", member, (Spread::Function, Strength::Inferred), message);
            all.push(it.confirms(evidence("its code or settings changed", Some(at), FUNCTIONS).on(member)));
        }
    }
    all
}

/// The latest line of a function's log that names a cause.
fn clue<'w>(
    site: &Site<'_, 'w>,
    member: &Member,
    function: &Function,
) -> Option<(&'static crate::kinds::shared::phrase_table::Known, &'w crate::kinds::log_tail::Line)> {
    let own = format!("{}:", function.log_group);
    let mut tails = site.cx.world.all::<LogTail>(&member.id.scope).filter(|tail| tail.key.starts_with(&own));
    tails.find_map(|tail| {
        let mut lines = tail.lines.iter().rev();
        lines.find_map(|line| Some((super::super::log_phrases::meaning(&line.message)?, line)))
    })
}
