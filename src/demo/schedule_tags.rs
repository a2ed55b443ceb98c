//! What is written on the schedule groups of the simulated account that are records: overrides and holds, and what
//! services had before they slept. Pure; a moment and what was done go in.

use std::collections::BTreeMap;

use super::account::SimulatedAccount;
use super::changes::ChangeKind;
use super::commands::argument;
use super::offhours::AT_AWS;
use super::scenario_context::ScenarioContext;
use crate::change::plan::ChangeRequest;
use crate::kinds::schedule_group::Group;
use crate::kinds::schedule_record::Notes;
use crate::schedule::binding;
use crate::schedule::stored::tag_record::Tags;
use crate::schedule::stored::tags;
use crate::world::Resource;

/// Puts what is written into the scene, on groups that are there and on those that the writing made.
pub(super) fn fill(simulated: &mut SimulatedAccount, scenario: &ScenarioContext<'_>) {
    let mut groups: BTreeMap<String, Tags> = BTreeMap::new();
    let at_aws = binding::group_name(AT_AWS);
    if simulated.get::<Group>(&at_aws).is_some() {
        groups.insert(at_aws, Tags::from([(tags::ENV.to_owned(), AT_AWS.to_owned())]));
    }
    for act in scenario.acts.iter().filter(|act| act.at <= scenario.now) {
        if let ChangeKind::Request(change_request) = &act.what {
            done(&mut groups, change_request);
        }
    }
    for (name, tags) in groups {
        let mut group = simulated.get::<Group>(&name).cloned().unwrap_or_else(|| Group {
            name: name.clone(),
            arn: Some(scenario.arn("scheduler", &format!("schedule-group/{name}"))),
            tags: Tags::new(),
            schedules: Vec::new(),
        });
        group.tags.clone_from(&tags);
        simulated.take::<Group>("", &name);
        simulated.put("", group);
        simulated.put(&name, Notes { group: name.clone(), tags });
    }
}

fn done(groups: &mut BTreeMap<String, Tags>, change_request: &ChangeRequest) {
    let on_group = change_request.on.kind == Group::KIND;
    let name = if on_group { Some(&*change_request.on.key) } else { argument(change_request, "record") };
    let Some(name) = name else { return };
    if on_group && change_request.verb == "drop-group" {
        groups.remove(name);
        return;
    }
    if !matches!((change_request.verb, on_group), ("make-group" | "note", true) | ("remember" | "forget", false)) {
        return;
    }
    let owner = || argument(change_request, "environment").map(|name| (tags::ENV.to_owned(), tags::allowed(name)));
    let worn = groups.entry(name.to_owned()).or_insert_with(|| owner().into_iter().collect());
    let all = |name: &str| argument(change_request, name).into_iter().flat_map(|text| text.split(", "));
    for (key, value) in all("set").filter_map(|text| text.split_once('=')) {
        worn.insert(key.to_owned(), value.to_owned());
    }
    let forgotten = argument(change_request, "key").filter(|_| change_request.verb == "forget");
    for key in all("unset").chain(forgotten) {
        worn.remove(key);
    }
    if let (Some(key), Some(memory)) = (argument(change_request, "key"), argument(change_request, "memory")) {
        worn.insert(key.to_owned(), memory.to_owned());
    }
}

/// What AWS answers to writing on a group; `None` if the change is none of that.
pub(super) fn outcome(change_request: &ChangeRequest) -> Option<String> {
    let record = argument(change_request, "record")
        .or_else(|| (change_request.on.kind == Group::KIND).then_some(&*change_request.on.key))?;
    match change_request.verb {
        "note" => Some(format!("written on the schedule group {record}")),
        "remember" => Some(format!(
            "the schedule group {record} remembers {}",
            argument(change_request, "memory").unwrap_or_default()
        )),
        "forget" => Some(format!("the schedule group {record} forgets it")),
        _ => None,
    }
}
