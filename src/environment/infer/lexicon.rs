//! The words met in one inference, each kept and judged once. A [`Sym`] stands for a text; two are
//! equal if and only if their texts are. Their numbers mean nothing and never decide anything.

use std::sync::Arc;

use super::words::{self, Meaning};
use crate::world::QuickMap;

/// A text of the lexicon.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Sym(u32);

/// All texts, both ways.
#[derive(Default)]
pub(crate) struct Lexicon {
    known: QuickMap<Arc<str>, Sym>,
    entries: Vec<(Arc<str>, Meaning)>,
    pairs: QuickMap<(Sym, Sym), Sym>,
}

impl Lexicon {
    /// The symbol of `text`.
    pub(super) fn sym(&mut self, text: &str) -> Sym {
        if let Some(sym) = self.known.get(text) {
            return *sym;
        }
        let sym = Sym(u32::try_from(self.entries.len()).unwrap_or(u32::MAX));
        let text: Arc<str> = Arc::from(text);
        self.entries.push((Arc::clone(&text), words::meaning(&text)));
        self.known.insert(text, sym);
        sym
    }

    /// The text of `sym`.
    pub(super) fn text(&self, sym: Sym) -> &str {
        self.entries.get(sym.0 as usize).map_or("", |(text, _)| text)
    }

    /// What `sym` means as a word of a name.
    pub(super) fn meaning(&self, sym: Sym) -> Meaning {
        self.entries.get(sym.0 as usize).map_or(Meaning::Noise, |(_, meaning)| *meaning)
    }

    /// The texts of two, with a dash between, as one. Asked for often, so remembered.
    pub(super) fn pair(&mut self, first: Sym, second: Sym) -> Sym {
        if let Some(pair) = self.pairs.get(&(first, second)) {
            return *pair;
        }
        let pair = self.join(&[first, second]);
        self.pairs.insert((first, second), pair);
        pair
    }

    /// The texts of several, with dashes between, as one.
    pub(super) fn join(&mut self, syms: &[Sym]) -> Sym {
        match syms {
            [one] => *one,
            many => {
                let text = many.iter().map(|sym| self.text(*sym)).collect::<Vec<_>>().join("-");
                self.sym(&text)
            }
        }
    }
}
