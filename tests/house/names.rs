//! Names that are retired: the private words that types, fields and methods had before they were named by the terms of the field. Held
//! against code as words, so that none of them comes back.

use crate::none;
use crate::sources::sources;

/// What no type, function or field may be called.
const RETIRED: [&str; 70] = [
    "Outlook",
    "Deed",
    "License",
    "Circumstances",
    "Hush",
    "Errand",
    "Logbook",
    "Sparing",
    "Keeping",
    "Undone",
    "Bedtime",
    "Sleeper",
    "Wish",
    "Wishes",
    "Rested",
    "AtAws",
    "Computed",
    "Standing",
    "Saga",
    "Above",
    "Routine",
    "Diary",
    "Keeper",
    "Ledger",
    "Vigil",
    "Watcher",
    "Pacer",
    "Tempo",
    "Pace",
    "Visit",
    "Dig",
    "News",
    "Loose",
    "Asks",
    "Joins",
    "May",
    "Hands",
    "Harvest",
    "Shelf",
    "Bin",
    "Opinion",
    "Duty",
    "Boxed",
    "Scene",
    "Peeked",
    "Sight",
    "deed",
    "sight",
    "duty",
    "scene",
    "harvest",
    "wish",
    "wishes",
    "keeper",
    "barred",
    "sleepers",
    "sleeper",
    "joins",
    "asks",
    "ledger",
    "logbook",
    "vigil",
    "diary",
    "errand",
    "loose",
    "gist",
    "patrol",
    "shelf",
    "opinion",
    "hush",
];

#[test]
fn no_retired_name_is_back() {
    let word = |c: char| !c.is_alphanumeric() && c != '_';
    let back: Vec<String> = sources()
        .iter()
        .flat_map(|source| {
            let guilty = source.skeleton.lines().enumerate().filter_map(|(at, line)| {
                let name = line.split(word).find(|name| RETIRED.contains(name))?;
                Some(format!("{}:{}: {name}", source.path, at + 1))
            });
            guilty.collect::<Vec<_>>()
        })
        .collect();
    none(&back, "these names are retired, each for a term of the field");
}
