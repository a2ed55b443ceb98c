//! What the configuration claims and what it keeps out. A resource goes to the first environment of
//! the file that claims it; the configuration's word is final.

use std::collections::BTreeMap;

use super::evidence_graph::{Board, Label, Node, say};
use super::habits::Habits;
use super::lexicon::Sym;
use super::name_parser::Reading;
use super::tokens::tokens;
use super::words;
use crate::environment::StepKind;
use crate::environment::{ConfiguredEnvironments, EnvironmentConfig, Match};
use crate::text::Glob;

/// Marks every node that the configuration speaks of.
pub(super) fn claim(evidence_graph: &mut Board<'_>, configured_environments: &ConfiguredEnvironments) {
    for environment_config in
        configured_environments.environments.iter().filter(|environment_config| !environment_config.exclude.is_empty())
    {
        let name = evidence_graph.lexicon.sym(environment_config.name.as_str());
        for node in &mut evidence_graph.nodes {
            if names(node).any(|text| environment_config.exclude.iter().any(|glob| glob.fits(text))) {
                node.excluded.push(name);
            }
        }
    }
    for environment_config in configured_environments
        .environments
        .iter()
        .filter(|environment_config| environment_config.matches != Match::default())
    {
        let label = label_of(evidence_graph, environment_config);
        for node in evidence_graph.nodes.iter_mut().filter(|node| node.subject.is_some() && !node.claimed) {
            if label.fixed.is_some_and(|name| node.excluded.contains(&name)) {
                continue;
            }
            if let Some(evidence) = evidence(node, &environment_config.matches) {
                node.label = label;
                node.claimed = true;
                say(
                    node,
                    StepKind::Config,
                    format!("config.toml gives {} what has {evidence}", environment_config.name),
                );
            }
        }
    }
}

/// The label an environment's name means, keeping that name whatever the words in it.
pub(super) fn named(evidence_graph: &mut Board<'_>, name: &str) -> Label {
    let fixed = evidence_graph.lexicon.sym(name);
    let words = tokens(name, &mut evidence_graph.lexicon);
    let reading = Reading::of(words, 0, &Habits::default(), &mut evidence_graph.lexicon);
    let system = match reading.core() {
        [] => None,
        core => Some(evidence_graph.lexicon.join(core)),
    };
    Label { system, stage: reading.stage, fixed: Some(fixed) }
}

fn label_of(evidence_graph: &mut Board<'_>, environment_config: &EnvironmentConfig) -> Label {
    let mut label = named(evidence_graph, environment_config.name.as_str());
    if let Some(stage) = &environment_config.stage {
        let stage = stage.to_lowercase();
        let stage: Sym = evidence_graph.lexicon.sym(words::stage(&stage).unwrap_or(&stage));
        label.stage = Some(stage);
    }
    label
}

fn names<'n>(node: &'n Node<'_>) -> impl Iterator<Item = &'n str> {
    let own = node.subject.into_iter().chain(node.more.iter().copied());
    own.flat_map(|subject| subject.names.iter().chain(&subject.aliases)).map(String::as_str).chain(node.said.name)
}

fn evidence(node: &Node<'_>, wanted: &Match) -> Option<String> {
    if !wanted.tags.is_empty() && wanted.tags.iter().all(|(key, value)| has_tag(node, key, value)) {
        return Some(format!("tag {}", pairs(&wanted.tags)));
    }
    let fits =
        |globs: &[Glob], text: &str| globs.iter().find(|glob| glob.fits(text)).map(|glob| glob.as_str().to_owned());
    if let Some(glob) = names(node).find_map(|name| fits(&wanted.names, name)) {
        return Some(format!("a name like {glob}"));
    }
    if let Some(vpc) = node.subject.and_then(|subject| subject.vpc.as_ref())
        && wanted.vpc.contains(vpc)
    {
        return Some(format!("VPC {vpc}"));
    }
    let stack = node.said.stack?;
    fits(&wanted.stack, stack).map(|glob| format!("a stack like {glob}"))
}

fn has_tag(node: &Node<'_>, key: &str, value: &str) -> bool {
    let own = node.subject.into_iter().chain(node.more.iter().copied());
    own.flat_map(|subject| &subject.tags).any(|(known, is)| known.eq_ignore_ascii_case(key) && is == value)
}

fn pairs(tags: &BTreeMap<String, String>) -> String {
    tags.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" and ")
}
