//! What every resource states of itself, weighed: tags, its stack's name, its own name. Where they name different
//! stages, what it is tied to decides, and the weaker side is kept as evidence against. Pure.

use super::evidence_graph::{Board, Label, Node, Realm, say};
use super::habits::Habits;
use super::lexicon::{Lexicon, Sym};
use super::name_parser::{Reading, Shape};
use super::phrases::cut;
use super::stages::{NAME, STACK, Statement, settle, tag_stages};
use super::systems::{Found, Systems};
use super::tagged_systems::{squeezed, tagged_systems};
use super::words::{self, Meaning};
use super::{claims, unnamed};
use crate::environment::StepKind;
use crate::kinds::Relation;
use crate::world::QuickSet;

/// States labels of all that watches nothing. Returns what is known of systems for those who come later.
pub(super) fn state(evidence_graph: &mut Board<'_>, habits: &Habits) -> Systems {
    let tagged = tagged_systems(evidence_graph);
    let systems = Systems::grow(evidence_graph, &tagged);
    let mut all: Vec<Vec<Statement>> = Vec::with_capacity(evidence_graph.nodes.len());
    let mut nodes = std::mem::take(&mut evidence_graph.nodes);
    for (node, tag) in nodes.iter_mut().zip(&tagged) {
        let mut statements = Vec::new();
        if !node.claimed && (!node.watches() || node.said.environment.is_some()) {
            statements = own_words(node, *tag, evidence_graph, &systems, habits);
        }
        all.push(statements);
    }
    evidence_graph.nodes = nodes;
    settle(evidence_graph, &all);
    unnamed::find(evidence_graph, habits);
    for node in &evidence_graph.nodes {
        if let Label { system: Some(system), stage: Some(stage), .. } = node.label {
            evidence_graph.stated.insert((evidence_graph.realm(node), system, stage));
        }
    }
    systems
}

/// Lets watchers that followed nothing speak for themselves, of systems that are known.
pub(super) fn watchers(evidence_graph: &mut Board<'_>, systems: &Systems) {
    let silent = |(at, node): (usize, &Node<'_>)| (node.founds() && node.label.is_empty()).then_some(at);
    let silent: QuickSet<usize> = evidence_graph.nodes.iter().enumerate().filter_map(silent).collect();
    let mut nodes = std::mem::take(&mut evidence_graph.nodes);
    for node in nodes.iter_mut().filter(|node| node.watches() && !node.claimed && !node.label.is_full()) {
        let realm = evidence_graph.realm(node);
        let told = node.said.systems.first().map(|(_, text, _)| evidence_graph.lexicon.sym(text));
        let stack = systems.find(realm, node.stack.core(), node.stack.behind, &evidence_graph.lexicon);
        let stack = if let Found::System(system) | Found::Late(system) = stack { Some(system) } else { None };
        let system = told.or(stack).or_else(|| systems.anywhere(realm, node.name.words(), &mut evidence_graph.lexicon));
        // Of what it watches nothing is known at all: then its own words are better than nothing.
        let nameless = node
            .edges
            .iter()
            .any(|edge| edge.forward && edge.relation == Relation::Dimension && silent.contains(&edge.other));
        let system = system.or_else(|| {
            (nameless && node.name.shape == Shape::Middle).then(|| evidence_graph.lexicon.join(node.name.core()))
        });
        let tag = node.said.stages.iter().find_map(|(_, text, _)| words::stage_in_tag(text));
        let stage = tag.map(|stage| evidence_graph.lexicon.sym(stage)).or(node.stack.stage).or(node.name.stage);
        let own = node.label;
        if own.is_empty() && system.is_none() && node.said.stack.is_none() && !node.name.core().is_empty() {
            // It names something, and nothing here is called so: its stage alone would put it anywhere.
            continue;
        }
        node.label.system = own.system.or(system);
        node.label.stage = own.stage.or(stage);
        if node.label != own {
            let message = said(
                node.label.system.filter(|_| own.system.is_none()),
                node.label.stage.filter(|_| own.stage.is_none()),
                &evidence_graph.lexicon,
            );
            let message = format!("name {}: {message}", cut(node.title));
            say(node, StepKind::Name, message);
        }
    }
    evidence_graph.nodes = nodes;
}

/// Gives what is still without a system the one that only services are called after.
pub(super) fn late(evidence_graph: &mut Board<'_>) {
    let Board { nodes, lexicon, .. } = evidence_graph;
    for node in nodes.iter_mut().filter(|node| node.label.system.is_none() && node.label.fixed.is_none()) {
        if let Some(system) = node.late {
            node.label.system = Some(system);
            let message = format!("name {}: system {}", cut(node.title), cut(lexicon.text(system)));
            say(node, StepKind::Name, message);
        }
    }
}

/// Fills a node's system and collects what it says of its stage.
fn own_words(
    node: &mut Node<'_>,
    tag: Option<Sym>,
    evidence_graph: &mut Board<'_>,
    systems: &Systems,
    habits: &Habits,
) -> Vec<Statement> {
    if let Some(name) = node.said.environment {
        node.label = claims::named(evidence_graph, name);
        say(node, StepKind::Tag, format!("tag toban:env={}", cut(name)));
        return Vec::new();
    }
    let realm = evidence_graph.realm(node);
    let lexicon = &mut evidence_graph.lexicon;
    // Of several names the one that most others of the account are like.
    let others = std::mem::take(&mut node.others);
    for other in others {
        let fits = other.stage.is_some() || node.name.stage.is_none();
        let size = |reading: &Reading| systems.company_of(realm, reading.core(), lexicon);
        if fits && !other.core().is_empty() && size(&other) > size(&node.name) {
            node.name = other;
        }
    }
    let mut statements = Vec::new();
    let weak = |system: Sym, lexicon: &Lexicon| lexicon.meaning(system) == Meaning::Role;
    if let Some(system) = tag.filter(|system| !weak(*system, lexicon)) {
        node.label.system = Some(system);
        let told = node.said.systems.iter().find(|(_, text, _)| squeezed(text) == squeezed(lexicon.text(system)));
        if let Some((_, _, (key, value))) = told {
            say(node, StepKind::Tag, format!("tag {key}={}: system {}", cut(value), cut(lexicon.text(system))));
        }
    }
    tag_stages(node, realm, lexicon, habits, &mut statements);
    for (kind, which) in [(StepKind::Stack, "stack"), (StepKind::Name, "name")] {
        let reading = if kind == StepKind::Stack { &node.stack } else { &node.name };
        let found = system_of(reading, realm, systems, lexicon, node.founds());
        let system = match found {
            Found::System(system) if node.label.system.is_none() => Some(system),
            Found::Late(system) if node.label.system.is_none() && node.kind() == "load-balancer" => Some(system),
            Found::Late(system) if node.label.system.is_none() => {
                node.late = node.late.or(Some(system));
                None
            }
            Found::Pool if node.label.system.is_none() && kind == StepKind::Name => {
                node.pool = true;
                None
            }
            _ => None,
        };
        let (stage, also) = (reading.stage, reading.also);
        node.pool |= reading.shared && stage.is_none();
        let title = if kind == StepKind::Stack { node.said.stack.unwrap_or_default() } else { node.title };
        let text = [which, " ", &cut(title)].concat();
        for (stage, weight) in [(stage, if kind == StepKind::Stack { STACK } else { NAME }), (also, NAME - 1)] {
            if let Some(stage) = stage {
                statements.push(Statement { kind, text: text.clone(), stage, weight });
            }
        }
        if let Some(system) = system {
            node.label.system = Some(system);
            let news = stage.filter(|stage| {
                statements.iter().all(|other| other.kind == kind || other.stage == *stage)
                    && !statements.iter().any(|other| other.kind != kind)
            });
            let message = [text.as_str(), ": ", &said(Some(system), news, lexicon)].concat();
            say(node, kind, message);
            if news.is_some()
                && let Some(statement) = statements.last_mut()
            {
                // Said already.
                statement.text.clear();
            }
        }
    }
    if node.label.system.is_none()
        && let Some(system) = tag
    {
        node.label.system = Some(system);
        say(node, StepKind::Tag, format!("a tag names the system {}", cut(lexicon.text(system))));
    }
    statements
}

fn system_of(reading: &Reading, realm: Realm, systems: &Systems, lexicon: &mut Lexicon, founds: bool) -> Found {
    if reading.core().is_empty() {
        return Found::Nothing;
    }
    match systems.find(realm, reading.core(), reading.behind, lexicon) {
        // A clue names the system that stands before a stage although nothing else has its name yet.
        Found::Nothing if !founds && reading.shape == Shape::Middle => Found::System(lexicon.join(reading.core())),
        found => found,
    }
}

/// `system shop, stage dev`.
fn said(system: Option<Sym>, stage: Option<Sym>, lexicon: &Lexicon) -> String {
    match (system, stage) {
        (Some(system), None) => ["system ", &cut(lexicon.text(system))].concat(),
        (None, Some(stage)) => ["stage ", &cut(lexicon.text(stage))].concat(),
        (Some(system), Some(stage)) => {
            ["system ", &cut(lexicon.text(system)), ", stage ", &cut(lexicon.text(stage))].concat()
        }
        (None, None) => String::new(),
    }
}
