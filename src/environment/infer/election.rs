//! The word that names a group of resources which have a stage and no system: the one that most of their names share.
//! Counts words; what they mean is decided elsewhere.

use super::lexicon::{Lexicon, Sym};
use super::name_parser::Reading;
use super::words::Meaning;
use crate::world::{QuickMap, QuickSet};

/// The word that more names of a group share than any other, or the only word that any of them has. A role counts only
/// if a cluster or a database, for which `voters` say so, is called after it.
pub(super) fn elected<'n>(voters: impl Iterator<Item = (bool, Vec<&'n Reading>)>, lexicon: &Lexicon) -> Option<Sym> {
    let mut votes: QuickMap<Sym, (usize, bool)> = QuickMap::default();
    for (hosts, voter) in voters {
        let words: QuickSet<Sym> = voter.into_iter().flat_map(|reading| reading.telling(lexicon)).collect();
        for word in words {
            let vote = votes.entry(word).or_default();
            vote.0 += 1;
            vote.1 |= hosts;
        }
    }
    votes.retain(|word, (_, hosts)| *hosts || lexicon.meaning(*word) != Meaning::Role);
    let most = votes.values().map(|(count, _)| *count).max().filter(|most| *most >= 2 || votes.len() == 1)?;
    let mut winners = votes.into_iter().filter(|(_, (count, _))| *count == most).map(|(word, _)| word);
    winners.next().filter(|_| winners.next().is_none())
}
