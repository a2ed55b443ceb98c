//! What one name says by itself: its stage, and the words that may name its system. Whether they do is
//! settled by comparing names (`systems`). Pure; no tags, no relations here.

use std::ops::Range;

use super::lexicon::{Lexicon, Sym};
use super::tokens::tokens;
use super::words::{Meaning, Strength};

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
    /// Its stage, in the one spelling of its synonyms.
    pub(super) stage: Option<Sym>,
    /// Where the stage stands.
    pub(super) shape: Shape,
}

impl Reading {
    /// Reads `name`.
    pub(super) fn of(name: &str, lexicon: &mut Lexicon) -> Self {
        let tokens = tokens(name, lexicon);
        let Some((at, stage)) = find_stage(&tokens, lexicon) else {
            let core = core(&tokens, 0..tokens.len(), lexicon);
            return Self { tokens, core, stage: None, shape: Shape::None };
        };
        let behind = tokens.iter().skip(at + 1).any(|token| lexicon.meaning(*token) != Meaning::Noise);
        let shape = match (at, behind) {
            (0, _) => Shape::First,
            (_, true) => Shape::Middle,
            (_, false) => Shape::Last,
        };
        let side = if shape == Shape::First { at + 1..tokens.len() } else { 0..at };
        let core = core(&tokens, side, lexicon);
        Self { tokens, core, stage: Some(stage), shape }
    }

    /// The words that may name its system, longest case; empty if none may.
    pub(super) fn core(&self) -> &[Sym] {
        self.tokens.get(self.core.clone()).unwrap_or_default()
    }

    /// All words that are neither stage nor resource nor noise, roles included, single letters not.
    pub(super) fn telling<'a>(&'a self, lexicon: &'a Lexicon) -> impl Iterator<Item = Sym> + 'a {
        self.tokens.iter().copied().filter(|token| {
            matches!(lexicon.meaning(*token), Meaning::Word | Meaning::Role) && lexicon.text(*token).len() > 1
        })
    }
}

/// A stage word: one that hardly means anything else before one that may, one inside before one in front.
fn find_stage(tokens: &[Sym], lexicon: &mut Lexicon) -> Option<(usize, Sym)> {
    let best = tokens
        .iter()
        .enumerate()
        .filter_map(|(at, token)| match lexicon.meaning(*token) {
            Meaning::Stage(stage, strength) => Some((strength, at > 0, at, Some(stage), *token)),
            Meaning::Numbered => Some((Strength::Strong, at > 0, at, None, *token)),
            _ => None,
        })
        .max_by_key(|(strength, inside, at, ..)| (*strength, *inside, std::cmp::Reverse(*at)))?;
    let (_, _, at, stage, token) = best;
    Some((at, stage.map_or(token, |stage| lexicon.sym(stage))))
}

/// The words in `side` that may name a system: resource words in front are passed over, the next one ends it.
/// Roles alone name none.
fn core(tokens: &[Sym], side: Range<usize>, lexicon: &Lexicon) -> Range<usize> {
    let dull = |at: &usize| {
        tokens.get(*at).is_none_or(|token| matches!(lexicon.meaning(*token), Meaning::Resource | Meaning::Noise))
    };
    let Some(start) = side.clone().find(|at| !dull(at)) else { return 0..0 };
    let end = (start..side.end).find(dull).unwrap_or(side.end);
    let named = tokens
        .get(start..end)
        .unwrap_or_default()
        .iter()
        .any(|token| !matches!(lexicon.meaning(*token), Meaning::Role));
    if named { start..end } else { 0..0 }
}

#[cfg(test)]
mod tests {
    use super::{Reading, Shape};
    use crate::environment::infer::lexicon::Lexicon;
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
        let reading = Reading::of(name, &mut lexicon);
        let words: Vec<&str> = reading.core().iter().map(|sym| lexicon.text(*sym)).collect();
        assert_eq!(
            (words.join("-").as_str(), reading.stage.map(|sym| lexicon.text(sym)), reading.shape),
            (core, stage, shape)
        );
    }
}
