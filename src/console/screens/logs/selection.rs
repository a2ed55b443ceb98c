//! Which of the lines are shown: all, or those that were found wanted, by their keys. Looking a million lines through takes
//! longer than a frame, so it is done a slice at a time, from the newest back. Pure.

use std::collections::VecDeque;

use crate::logs::LineKey;
use crate::logs::store::{Line, LineStore};

/// The lines that are shown.
#[derive(Clone, Debug, Default)]
pub enum Selection {
    /// All.
    #[default]
    Whole,
    /// Those that are wanted.
    Found {
        /// Their keys, oldest first.
        keys: VecDeque<LineKey>,
        /// From this one on lines were looked through; before it they still are to be. `None` once all were.
        from: Option<LineKey>,
    },
}

/// So many lines are looked through in one go, or so many bytes of them.
const SLICE: usize = 20_000;
const BYTES: usize = 2 << 20;

impl Selection {
    /// Nothing looked through yet.
    #[must_use]
    pub fn begin() -> Self {
        Self::Found { keys: VecDeque::new(), from: Some(LineKey { at: i64::MAX, seq: u32::MAX }) }
    }

    /// Whether lines are still to be looked through.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Found { from: Some(_), .. })
    }

    /// Looks another slice through.
    pub fn scan(&mut self, store: &LineStore, wants: &dyn Fn(&Line<'_>) -> bool) {
        let Self::Found { keys, from } = self else { return };
        let Some(before) = *from else { return };
        let mut bytes = 0;
        let mut place = store.place_of(before);
        for _ in 0..SLICE {
            if place == 0 || bytes > BYTES {
                break;
            }
            place -= 1;
            let Some(line) = store.get(place) else { break };
            bytes += line.text.len();
            if wants(&line) {
                keys.push_front(line.key);
            }
        }
        *from = if place == 0 { None } else { store.get(place).map(|line| line.key) };
    }

    /// Takes a line that came, if it is wanted.
    pub fn add(&mut self, store: &LineStore, key: LineKey, wants: &dyn Fn(&Line<'_>) -> bool) {
        let Self::Found { keys, from } = self else { return };
        // What stands before is looked through in its turn.
        if from.is_some_and(|from| key < from) {
            return;
        }
        if !store.find(key).is_some_and(|line| wants(&line)) {
            return;
        }
        let place = match keys.back() {
            Some(last) if *last > key => keys.partition_point(|other| *other < key),
            _ => keys.len(),
        };
        if keys.get(place) != Some(&key) {
            keys.insert(place, key);
        }
    }

    /// Lets go of what is not kept any more.
    pub fn let_go(&mut self, store: &LineStore) {
        let Self::Found { keys, .. } = self else { return };
        let first = store.get(0).map(|line| line.key);
        while keys.front().is_some_and(|key| first.is_none_or(|first| *key < first)) {
            keys.pop_front();
        }
    }

    /// Lets go of one that was taken away.
    pub fn remove(&mut self, key: LineKey) {
        let Self::Found { keys, .. } = self else { return };
        if let Ok(place) = keys.binary_search(&key) {
            keys.remove(place);
        }
    }

    /// How many are shown.
    #[must_use]
    pub fn len(&self, store: &LineStore) -> usize {
        match self {
            Self::Whole => store.len(),
            Self::Found { keys, .. } => keys.len(),
        }
    }

    /// The line at a place among them.
    #[must_use]
    pub fn line<'s>(&self, store: &'s LineStore, place: usize) -> Option<Line<'s>> {
        match self {
            Self::Whole => store.get(place),
            Self::Found { keys, .. } => store.find(*keys.get(place)?),
        }
    }

    /// The place of a key among them, or where it would be.
    #[must_use]
    pub fn place_of(&self, store: &LineStore, key: LineKey) -> usize {
        match self {
            Self::Whole => store.place_of(key),
            Self::Found { keys, .. } => keys.partition_point(|other| *other < key),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::logs::store::{Kind, NewLine};
    use crate::logs::{Level, Limit};

    fn new(id: u64, at: i64, text: &str) -> NewLine<'_> {
        NewLine { id, at, stream: 0, template: 0, kind: Kind::Line, level: Level::None, text }
    }

    proptest! {
        /// However lines come and go while they are looked through: what is shown is what is wanted of what is kept.
        #[test]
        fn what_is_shown_is_what_is_wanted(
            before in prop::collection::vec((0_i64..100, any::<bool>()), 0..60),
            after in prop::collection::vec((0_i64..100, any::<bool>()), 0..60),
            limit in 5_usize..80,
        ) {
            let mut store = LineStore::new(Limit { lines: limit, bytes: usize::MAX });
            let wants = |line: &Line<'_>| line.text == "yes";
            let text = |yes: bool| if yes { "yes" } else { "no" };
            for (id, (at, yes)) in before.iter().enumerate() {
                store.insert(new(u64::try_from(id).unwrap(), *at, text(*yes)));
            }
            let mut selection = Selection::begin();
            for (id, (at, yes)) in after.iter().enumerate() {
                if id == after.len() / 2 {
                    selection.scan(&store, &wants);
                }
                if let Some(key) = store.insert(new(u64::try_from(1000 + id).unwrap(), *at, text(*yes))) {
                    selection.add(&store, key, &wants);
                }
                selection.let_go(&store);
            }
            while selection.is_open() {
                selection.scan(&store, &wants);
            }
            selection.let_go(&store);
            let expected: Vec<LineKey> = store.iter().filter(|line| wants(line)).map(|line| line.key).collect();
            let shown: Vec<LineKey> =
                (0..selection.len(&store)).filter_map(|place| selection.line(&store, place)).map(|line| line.key).collect();
            prop_assert_eq!(shown, expected);
        }
    }
}
