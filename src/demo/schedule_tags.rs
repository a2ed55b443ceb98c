//! What is written on the schedule groups of the simulated account that are records: overrides and holds, and what
//! services had before they slept. Pure; a moment and what was done go in.

use std::collections::BTreeMap;

use super::account::AccountScene;
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
pub(super) fn fill(scene: &mut AccountScene, play: &ScenarioContext<'_>) {
    let mut groups: BTreeMap<String, Tags> = BTreeMap::new();
    let at_aws = binding::group_name(AT_AWS);
    if scene.get::<Group>(&at_aws).is_some() {
        groups.insert(at_aws, Tags::from([(tags::ENV.to_owned(), AT_AWS.to_owned())]));
    }
    for act in play.acts.iter().filter(|act| act.at <= play.now) {
        if let ChangeKind::Request(deed) = &act.what {
            done(&mut groups, deed);
        }
    }
    for (name, tags) in groups {
        let mut group = scene.get::<Group>(&name).cloned().unwrap_or_else(|| Group {
            name: name.clone(),
            arn: Some(play.arn("scheduler", &format!("schedule-group/{name}"))),
            tags: Tags::new(),
            schedules: Vec::new(),
        });
        group.tags.clone_from(&tags);
        scene.take::<Group>("", &name);
        scene.put("", group);
        scene.put(&name, Notes { group: name.clone(), tags });
    }
}

fn done(groups: &mut BTreeMap<String, Tags>, deed: &ChangeRequest) {
    let on_group = deed.on.kind == Group::KIND;
    let name = if on_group { Some(&*deed.on.key) } else { argument(deed, "record") };
    let Some(name) = name else { return };
    if on_group && deed.verb == "drop-group" {
        groups.remove(name);
        return;
    }
    if !matches!((deed.verb, on_group), ("make-group" | "note", true) | ("remember" | "forget", false)) {
        return;
    }
    let owner = || argument(deed, "environment").map(|name| (tags::ENV.to_owned(), tags::allowed(name)));
    let worn = groups.entry(name.to_owned()).or_insert_with(|| owner().into_iter().collect());
    let all = |name: &str| argument(deed, name).into_iter().flat_map(|text| text.split(", "));
    for (key, value) in all("set").filter_map(|text| text.split_once('=')) {
        worn.insert(key.to_owned(), value.to_owned());
    }
    let forgotten = argument(deed, "key").filter(|_| deed.verb == "forget");
    for key in all("unset").chain(forgotten) {
        worn.remove(key);
    }
    if let (Some(key), Some(memory)) = (argument(deed, "key"), argument(deed, "memory")) {
        worn.insert(key.to_owned(), memory.to_owned());
    }
}

/// What AWS answers to writing on a group; `None` if the deed is none of that.
pub(super) fn outcome(deed: &ChangeRequest) -> Option<String> {
    let record = argument(deed, "record").or_else(|| (deed.on.kind == Group::KIND).then_some(&*deed.on.key))?;
    match deed.verb {
        "note" => Some(format!("written on the schedule group {record}")),
        "remember" => {
            Some(format!("the schedule group {record} remembers {}", argument(deed, "memory").unwrap_or_default()))
        }
        "forget" => Some(format!("the schedule group {record} forgets it")),
        _ => None,
    }
}
