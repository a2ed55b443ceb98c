//! The ground floor: folders that everything may stand on, and that stand on nothing but each other.

use std::collections::BTreeSet;

use crate::imports::ours;
use crate::none;
use crate::sources::{Source, sources};

/// A folder, and the folders it may import from besides itself.
const GROUND: [(&str, &[&str]); 7] = [
    ("text", &[]),
    ("world", &[]),
    ("command", &[]),
    ("keys", &["command"]),
    ("schedule", &["world"]),
    ("theme", &["world", "text"]),
    ("widgets", &["theme", "text"]),
];

/// What a file takes from other folders than its own, beyond what is allowed to it.
fn beyond(source: &Source, folder: &str, allowed: &[&str]) -> Vec<String> {
    let others = ours(source).into_iter().filter_map(|(line, path)| {
        let head = path.split("::").next().unwrap_or_default().to_owned();
        (head != folder && !allowed.contains(&head.as_str())).then(|| format!("{}:{line}: {path}", source.path))
    });
    others.collect::<BTreeSet<_>>().into_iter().collect()
}

#[test]
fn the_ground_floor_stands_on_itself() {
    for (folder, allowed) in GROUND {
        let files =
            sources().iter().filter(|source| !source.is_test && source.path.starts_with(&format!("src/{folder}/")));
        let found: Vec<String> = files.flat_map(|source| beyond(source, folder, allowed)).collect();
        none(&found, &format!("{folder} imports from {allowed:?} only"));
    }
}
