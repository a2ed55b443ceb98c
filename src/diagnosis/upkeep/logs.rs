//! The log groups of an environment: those that keep their lines for ever, those that are missing, those that stay empty.
//! Pure.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::{is_whole, listed, note};
use crate::diagnosis::Finding;
use crate::diagnosis::context::DiagnosisContext;
use crate::kinds::batch_definition::BatchDefinition;
use crate::kinds::lambda_function::Function;
use crate::kinds::log_group::LogGroup;
use crate::kinds::task_definition::TaskDefinition;
use crate::text::{bytes, counted};
use crate::world::{Resource, Scope};

/// How long a group may be empty without a word: its size comes late.
const EMPTY: SignedDuration = SignedDuration::from_hours(48);

pub(super) fn findings(cx: &DiagnosisContext<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut endless: Vec<(&str, u64)> = Vec::new();
    for ((scope, name), runs) in groups(cx) {
        if !is_whole(cx.world, scope, LogGroup::KIND) {
            continue;
        }
        let Some(group) = cx.world.by_key::<LogGroup>(scope, name) else { continue };
        if group.days.is_none() && group.class.as_deref() != Some("DELIVERY") {
            endless.push((&group.name, group.bytes.unwrap_or_default()));
        }
        let old = group.created_at.is_some_and(|at| cx.now.duration_since(at) > EMPTY);
        if runs && old && group.bytes == Some(0) {
            findings.push(note(format!("no line has come to the log group {name} yet"), None));
        }
    }
    if !endless.is_empty() {
        let held = endless.iter().map(|(_, bytes)| bytes).sum::<u64>();
        let names: Vec<&str> = endless.iter().map(|(name, _)| *name).collect();
        let groups = counted(names.len(), "log group");
        let verb = if names.len() == 1 { "keeps its" } else { "keep their" };
        let size = if held > 0 { format!(" ({} so far)", bytes(held)) } else { String::new() };
        findings.push(note(format!("{groups} {verb} lines for ever{size}: {}", listed(&names)), None));
    }
    findings
}

/// The log groups that something of the environment writes to, with whether it runs.
fn groups<'a>(cx: &DiagnosisContext<'a>) -> BTreeMap<(&'a Scope, &'a str), bool> {
    let mut groups: BTreeMap<(&'a Scope, &'a str), bool> = BTreeMap::new();
    for (member, service) in &cx.services {
        let Some(definition) = cx.world.by_key::<TaskDefinition>(&member.id.scope, service.task_definition.as_str())
        else {
            continue;
        };
        for group in definition.containers.iter().filter_map(|one| one.log_group.as_deref()) {
            let runs = groups.entry((&member.id.scope, group)).or_default();
            *runs |= service.running > 0;
        }
    }
    for member in &cx.environment.members {
        let function = cx.world.get::<Function>(&member.id).map(|it| it.log_group.as_str());
        let job = cx.world.get::<BatchDefinition>(&member.id).and_then(|it| it.log_group.as_deref());
        // Batch's own group is everybody's.
        if let Some(group) = function.or(job.filter(|group| *group != "/aws/batch/job")) {
            groups.entry((&member.id.scope, group)).or_default();
        }
    }
    groups
}
