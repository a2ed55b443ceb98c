//! Which stage each resource states, weighed: what tags, stack and name say, and where they contradict each other, what
//! its neighbours and its VPC say. The weaker side is kept as evidence against. Pure.

use super::evidence_graph::{Board, Node, Realm, Reason, say};
use super::habits::Habits;
use super::lexicon::{Lexicon, Sym};
use super::name_parser::Reading;
use super::phrases::cut;
use super::tags::Told;
use super::tokens::tokens;
use super::words::{self, Meaning};
use crate::environment::{Step, StepKind};
use crate::kinds::Relation;
use crate::world::{QuickMap, QuickSet};

/// How much evidence for a stage weighs. A tag may be copied with the module that sets it, a name is chosen; neither
/// stands against the other and a neighbour.
pub(super) const TAG: u8 = 5;
pub(super) const STACK: u8 = 4;
pub(super) const NAME: u8 = 4;
/// Of each kind of relation, once; and of the VPC.
pub(super) const NEIGHBOUR: u8 = 2;

/// What a resource states.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Statement {
    pub(super) kind: StepKind,
    /// The evidence, without what it says.
    pub(super) text: String,
    pub(super) stage: Sym,
    pub(super) weight: u8,
}

/// What tags say of the stage. A value that is no stage word counts only if nothing else speaks: `Environment=apne1`
/// and `Environment=web` are no stages, `Stage=blue` may be one.
pub(super) fn tag_stages(
    node: &mut Node<'_>,
    realm: Realm,
    lexicon: &mut Lexicon,
    habits: &Habits,
    statements: &mut Vec<Statement>,
) {
    let mut other: Option<&Told<'_>> = None;
    for told in &node.said.stages {
        let (_, text, (key, value)) = told;
        let what = |stage: Sym| Statement {
            kind: StepKind::Tag,
            text: format!("tag {key}={}", cut(value)),
            stage,
            weight: TAG,
        };
        if let Some(stage) = words::stage_in_tag(text) {
            statements.push(what(lexicon.sym(stage)));
            continue;
        }
        let whole = lexicon.sym(text);
        if lexicon.meaning(whole) == Meaning::Numbered {
            statements.push(what(whole));
            continue;
        }
        // `Environment=prooflink-dev` tells both.
        let reading = Reading::of(tokens(value, lexicon), realm, habits, lexicon);
        if let Some(stage) = reading.stage {
            if node.label.system.is_none() && !reading.core().is_empty() {
                node.label.system = Some(lexicon.join(reading.core()));
            }
            statements.push(what(stage));
        } else if reading.shared || ["all", "any", "both", "multi"].contains(&text.as_str()) {
            node.pool = true;
        } else if ["default", "n-a", "na", "none", "tbd", "unknown"].contains(&text.as_str()) {
            // A value that means none.
        } else if other.is_none() {
            let plain = reading.words();
            let strange = plain
                .iter()
                .all(|word| matches!(lexicon.meaning(*word), Meaning::Word | Meaning::Colour | Meaning::Latent(_)));
            let account = text.len() >= 8 && text.bytes().all(|b| b.is_ascii_digit());
            other = Some(told).filter(|_| strange && !plain.is_empty() && !account);
        }
    }
    // `nonprod` beside a finer word says nothing against it.
    let broad = lexicon.sym("nonprod");
    let fine = |stage: Option<Sym>, lexicon: &Lexicon| {
        stage.is_some_and(|stage| stage != broad && lexicon.text(stage) != "prod")
    };
    if statements.iter().any(|statement| statement.stage != broad)
        || fine(node.name.stage, lexicon)
        || fine(node.stack.stage, lexicon)
    {
        statements.retain(|statement| statement.stage != broad);
    }
    // The same stage told by two tags weighs once.
    let mut known = QuickSet::default();
    statements.retain(|statement| known.insert(statement.stage));
    if statements.is_empty()
        && node.stack.stage.is_none()
        && node.name.stage.is_none()
        && let Some((_, text, (key, value))) = other
    {
        let stage = lexicon.sym(text);
        statements.push(Statement {
            kind: StepKind::Tag,
            text: format!("tag {key}={}", cut(value)),
            stage,
            weight: TAG - 3,
        });
    }
}

/// Decides every node's stage: all that agree first, those that contradict themselves by what the others say.
pub(super) fn settle(evidence_graph: &mut Board<'_>, all: &[Vec<Statement>]) {
    let agreed: Vec<Option<Sym>> = all
        .iter()
        .map(|statements| {
            let first = statements.first()?.stage;
            statements.iter().all(|statement| statement.stage == first).then_some(first)
        })
        .collect();
    let mut vpcs: QuickMap<(usize, &str), Option<Sym>> = QuickMap::default();
    for (node, stage) in evidence_graph.nodes.iter().zip(&agreed) {
        if let (Some(vpc), Some(stage)) = (node.subject.and_then(|subject| subject.vpc.as_deref()), stage) {
            vpcs.entry((node.scope, vpc))
                .and_modify(|known| *known = known.filter(|known| known == stage))
                .or_insert(Some(*stage));
        }
    }
    let mut decided = Vec::new();
    for (at, statements) in all.iter().enumerate().filter(|(_, statements)| !statements.is_empty()) {
        let Some(node) = evidence_graph.nodes.get(at) else { continue };
        if let Some(stage) = agreed.get(at).copied().flatten() {
            let most = statements.iter().fold(0_u8, |sum, statement| sum.saturating_add(statement.weight));
            decided.push((at, stage, most, 0));
            continue;
        }
        let mut sums: Vec<(Sym, u8)> = Vec::new();
        let mut add = |stage: Sym, weight: u8| match sums.iter_mut().find(|(known, _)| *known == stage) {
            Some((_, sum)) => *sum = sum.saturating_add(weight),
            None => sums.push((stage, weight)),
        };
        for statement in statements {
            add(statement.stage, statement.weight);
        }
        if agreed.get(at).copied().flatten().is_none() {
            for relation in Relation::ALL {
                let said = node
                    .edges
                    .iter()
                    .filter(|edge| edge.relation == relation)
                    .filter_map(|edge| agreed.get(edge.other).copied().flatten());
                if let Some(stage) = single(said) {
                    add(stage, NEIGHBOUR);
                }
            }
            let vpc = node.subject.and_then(|subject| subject.vpc.as_deref());
            if let Some(stage) = vpc.and_then(|vpc| vpcs.get(&(node.scope, vpc)).copied().flatten()) {
                add(stage, NEIGHBOUR);
            }
        }
        let Some((winner, most)) = sums.iter().copied().reduce(|best, next| if next.1 > best.1 { next } else { best })
        else {
            continue;
        };
        let against =
            sums.iter().filter(|(stage, _)| *stage != winner).map(|(_, weight)| *weight).max().unwrap_or_default();
        decided.push((at, winner, most, against));
    }
    let sort = |node: &mut Node<'_>| {
        // Nothing but own words so far: tags, stack, name.
        node.because.sort_by_key(|reason| match reason {
            Reason::Said(step) => step.kind,
            _ => StepKind::None,
        });
    };
    for (at, winner, most, against) in decided {
        let (Some(node), Some(statements)) = (evidence_graph.nodes.get_mut(at), all.get(at)) else { continue };
        node.label.stage = Some(winner);
        node.weights = (most, against);
        let stage = cut(evidence_graph.lexicon.text(winner)).into_owned();
        for statement in
            statements.iter().filter(|statement| !statement.text.is_empty() && statement.stage == winner).take(1)
        {
            say(node, statement.kind, [statement.text.as_str(), ": stage ", &stage].concat());
        }
        for statement in statements.iter().filter(|statement| statement.stage != winner) {
            let other = evidence_graph.lexicon.text(statement.stage);
            let text =
                if statement.text.is_empty() { ["name ", &cut(node.title)].concat() } else { statement.text.clone() };
            let message = format!("against: {text} says stage {}", cut(other));
            node.against.push(Step { kind: statement.kind, message });
        }
        sort(node);
    }
}

fn single(mut all: impl Iterator<Item = Sym>) -> Option<Sym> {
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}
