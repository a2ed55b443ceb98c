//! What one name says by itself: its stage, and the words that may name its system. Whether they do is
//! settled by comparing names (`systems`). Pure; no tags, no relations here.

use std::ops::Range;

use super::evidence_graph::Realm;
use super::habits::Habits;
use super::lexicon::{Lexicon, Sym};
use super::words::{self, Meaning, Strength};

/// Where the stage stands in a name, which says how far the words beside it can be trusted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Shape {
    /// `prooflink-dev-cluster`: what stands before is the system.
    Middle,
    /// `shop-api-prod`: what stands before may be system and part.
    Last,
    /// `dev-shop-db`: what stands behind may be system and part.
    First,
    /// `kajimaru-ALB`.
    #[default]
    None,
}

/// One name, read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Reading {
    tokens: Vec<Sym>,
    core: Range<usize>,
    /// The first word behind the stage that may name a system, where words stand before the stage too.
    pub(super) behind: Option<Sym>,
    /// Its stage, in the one spelling of its synonyms.
    pub(super) stage: Option<Sym>,
    /// Another stage that the name has as well.
    pub(super) also: Option<Sym>,
    /// Whether a word stands for all stages.
    pub(super) shared: bool,
    /// Where the stage stands.
    pub(super) shape: Shape,
}

impl Reading {
    /// Reads a name's `tokens` by the habits of its account.
    pub(super) fn of(tokens: Vec<Sym>, realm: Realm, habits: &Habits, lexicon: &mut Lexicon) -> Self {
        let shared = tokens.iter().any(|token| lexicon.meaning(*token) == Meaning::Shared);
        let Some((at, stage, also)) = find_stage(&tokens, realm, habits, lexicon) else {
            let core = core(&tokens, 0..tokens.len(), realm, habits, lexicon);
            return Self { tokens, core, shared, ..Self::default() };
        };
        let own = tokens.get(at).and_then(|word| habits.own_word(realm, *word, &tokens, lexicon));
        let stage = own.unwrap_or(stage);
        let longer = habits.with_suffix(realm, stage, tokens.get(at + 1).copied(), lexicon);
        let next = at + 1 + usize::from(longer.is_some());
        let stage = longer.unwrap_or(stage);
        let dull = |token: &Sym| matches!(lexicon.meaning(*token), Meaning::Noise | Meaning::Colour);
        let last = tokens.iter().skip(next).all(dull);
        let mut before = core(&tokens, 0..at, realm, habits, lexicon);
        let mut behind = None;
        let mut shape = match (at, last) {
            (0, _) => Shape::First,
            (_, true) => Shape::Last,
            (_, false) => Shape::Middle,
        };
        if shape == Shape::Middle && before.is_empty() {
            // `www.dev.nagoya`: nothing but a part stands before the stage, and the system behind it.
            let after = core(&tokens, next..tokens.len(), realm, habits, lexicon);
            let part = tokens.iter().take(at).all(|token| habits.meaning(realm, *token, lexicon) == Meaning::Role);
            if part && !after.is_empty() {
                (before, shape) = (after, Shape::First);
            }
        } else if shape == Shape::Middle {
            let after = core(&tokens, next..tokens.len(), realm, habits, lexicon);
            behind = tokens.get(after.start).copied().filter(|_| !after.is_empty());
            behind = behind.filter(|word| {
                habits.meaning(realm, *word, lexicon) == Meaning::Word && !words::is_variant(lexicon.text(*word))
            });
        } else if shape == Shape::First {
            before = core(&tokens, next..tokens.len(), realm, habits, lexicon);
        }
        Self { core: before, tokens, behind, stage: Some(stage), also, shared, shape }
    }

    /// The words that may name its system, longest case; empty if none may.
    pub(super) fn core(&self) -> &[Sym] {
        self.tokens.get(self.core.clone()).unwrap_or_default()
    }

    /// All its words.
    pub(super) fn words(&self) -> &[Sym] {
        &self.tokens
    }

    /// All words that are neither stage nor resource nor noise, roles included, single letters not.
    pub(super) fn telling<'a>(&'a self, lexicon: &'a Lexicon) -> impl Iterator<Item = Sym> + 'a {
        self.tokens.iter().copied().filter(|token| {
            matches!(lexicon.meaning(*token), Meaning::Word | Meaning::Role) && lexicon.text(*token).len() > 1
        })
    }
}

/// How sure a stage word is, whether it stands inside, and how near the front.
type Rank = (Strength, bool, std::cmp::Reverse<usize>);

/// A stage word: one that hardly means anything else before one that may, one inside before one in front. With it
/// another one that is as sure and means something else.
fn find_stage(
    tokens: &[Sym],
    realm: Realm,
    habits: &Habits,
    lexicon: &mut Lexicon,
) -> Option<(usize, Sym, Option<Sym>)> {
    let mut best: Option<(Rank, Sym)> = None;
    let mut others = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if let Some((stage, strength)) = habits.stage(realm, *token, lexicon) {
            // `nonprod-dev` is of `dev`: the finer word.
            let strength = if lexicon.text(stage) == "nonprod" { Strength::Broad } else { strength };
            let rank = (strength, at > 0, std::cmp::Reverse(at));
            others.push((strength, stage));
            if best.is_none_or(|(known, _)| known < rank) {
                best = Some((rank, stage));
            }
        }
    }
    let ((strength, _, at), stage) = best?;
    let also =
        others.into_iter().find(|(other, word)| *other == strength && *word != stage && strength == Strength::Strong);
    Some((at.0, stage, also.map(|(_, word)| word)))
}

/// The words in `side` that may name a system: resource words in front are passed over, the next one ends it.
/// Roles alone name none.
fn core(tokens: &[Sym], side: Range<usize>, realm: Realm, habits: &Habits, lexicon: &Lexicon) -> Range<usize> {
    let meaning = |at: usize| tokens.get(at).map_or(Meaning::Noise, |token| habits.meaning(realm, *token, lexicon));
    let stage = |at: usize| matches!(meaning(at), Meaning::Stage(_, Strength::Strong) | Meaning::Numbered);
    let dull = |at: &usize| meaning(*at).is_dull() || stage(*at);
    let Some(start) = side.clone().find(|at| !dull(at)) else { return 0..0 };
    // `user-notify`: behind a word, it is one.
    let end = (start..side.end).find(|at| dull(at) && meaning(*at) != Meaning::Soft).unwrap_or(side.end);
    let named = (start..end).any(|at| meaning(at) != Meaning::Role);
    if named { start..end } else { 0..0 }
}

#[cfg(test)]
mod tests {
    use super::{Reading, Shape};
    use crate::environment::infer::Habits;
    use crate::environment::infer::lexicon::Lexicon;
    use crate::environment::infer::tokens::tokens;
    use rstest::rstest;

    #[rstest]
    #[case("prooflink-dev-cluster", "prooflink", Some("dev"), Shape::Middle)]
    #[case("my-app-production-db", "my-app", Some("prod"), Shape::Middle)]
    #[case("/ecs/prooflink-dev-app", "prooflink", Some("dev"), Shape::Middle)]
    #[case("shop-api-prd", "shop-api", Some("prod"), Shape::Last)]
    #[case("shop-db-stg-01", "shop", Some("staging"), Shape::Last)]
    #[case("dev-shop-db", "shop", Some("dev"), Shape::First)]
    #[case("test-evidence-dev-db", "test-evidence", Some("dev"), Shape::Middle)]
    #[case("NetworkStack-dev", "", Some("dev"), Shape::Last)]
    #[case("ShopNetworkStack-dev", "shop", Some("dev"), Shape::Last)]
    #[case("ComputeStack-dev-BackendCluster6B7A9C1D-AbCdEf123456", "", Some("dev"), Shape::Middle)]
    #[case("kajimaru-ec2-01", "kajimaru", None, Shape::None)]
    #[case("backend-cluster", "", None, Shape::None)]
    #[case("AWSBatch-prooflink-compute-env", "prooflink", None, Shape::None)]
    #[case("受付-本番-DB", "受付", Some("prod"), Shape::Middle)]
    fn a_name_tells_stage_and_core(
        #[case] name: &str,
        #[case] core: &str,
        #[case] stage: Option<&str>,
        #[case] shape: Shape,
    ) {
        let mut lexicon = Lexicon::default();
        let words = tokens(name, &mut lexicon);
        let reading = Reading::of(words, 0, &Habits::default(), &mut lexicon);
        let words: Vec<&str> = reading.core().iter().map(|sym| lexicon.text(*sym)).collect();
        assert_eq!(
            (words.join("-").as_str(), reading.stage.map(|sym| lexicon.text(sym)), reading.shape),
            (core, stage, shape)
        );
    }
}
