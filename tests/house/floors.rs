//! The floors: which folder may import from which. A folder may only name folders that stand before it in the table, so
//! no two of them can import each other, however long the way round is.

use std::collections::BTreeSet;

use crate::imports::ours;
use crate::none;
use crate::sources::{Source, sources};

/// Every folder of `src`, from the ground up, and the folders it imports from besides itself.
const FLOORS: [(&str, &[&str]); 27] = [
    ("text", &[]),
    ("world", &[]),
    ("command", &[]),
    ("keys", &["command"]),
    ("display", &["world"]),
    ("schedule", &["text", "world"]),
    ("ssm", &["text", "world"]),
    ("os", &["text", "ssm"]),
    ("store", &["os"]),
    ("theme", &["text", "world", "os"]),
    ("aws", &["text", "world", "ssm", "os", "store"]),
    ("change", &["world", "display", "ssm", "aws"]),
    ("kinds", &["text", "world", "display", "schedule", "ssm", "aws", "change"]),
    ("logs", &["text", "world", "kinds"]),
    ("charts", &["world", "kinds"]),
    ("environment", &["text", "world", "schedule", "change", "kinds"]),
    ("config", &["text", "world", "keys", "schedule", "os", "aws", "environment"]),
    ("offhours", &["text", "world", "schedule", "kinds", "environment"]),
    ("timeline", &["text", "world", "schedule", "kinds", "environment", "offhours"]),
    ("diagnosis", &["text", "world", "schedule", "kinds", "environment", "offhours", "timeline"]),
    ("overview", &["text", "world", "kinds", "environment", "offhours", "diagnosis"]),
    (
        "operations",
        &["text", "world", "display", "schedule", "ssm", "change", "kinds", "environment", "offhours", "overview"],
    ),
    ("cloud", &["text", "world", "display", "ssm", "store", "aws", "change", "kinds"]),
    ("demo", &["text", "world", "display", "schedule", "ssm", "aws", "change", "kinds", "environment", "cloud"]),
    (
        "engine",
        &[
            "text",
            "world",
            "os",
            "store",
            "schedule",
            "ssm",
            "change",
            "kinds",
            "logs",
            "environment",
            "offhours",
            "timeline",
            "diagnosis",
            "overview",
            "operations",
            "cloud",
        ],
    ),
    (
        "console",
        &[
            "text",
            "world",
            "command",
            "keys",
            "display",
            "theme",
            "os",
            "schedule",
            "ssm",
            "change",
            "kinds",
            "logs",
            "charts",
            "environment",
            "config",
            "offhours",
            "timeline",
            "diagnosis",
            "overview",
            "operations",
            "cloud",
            "engine",
        ],
    ),
    (
        "cli",
        &[
            "text",
            "world",
            "command",
            "keys",
            "display",
            "theme",
            "os",
            "store",
            "schedule",
            "ssm",
            "aws",
            "change",
            "kinds",
            "logs",
            "environment",
            "config",
            "offhours",
            "timeline",
            "diagnosis",
            "overview",
            "operations",
            "cloud",
            "demo",
            "engine",
            "console",
        ],
    ),
];

/// The folder of `src` that a file is in; the files of the root are in none.
fn folder(path: &str) -> Option<&str> {
    path.strip_prefix("src/")?.split_once('/').map(|(folder, _)| folder)
}

/// What a file takes from other folders than its own, beyond what is allowed to it.
fn beyond(source: &Source, folder: &str, allowed: &[&str]) -> Vec<String> {
    let others = ours(source).into_iter().filter_map(|(line, path)| {
        let head = path.split("::").next().unwrap_or_default().to_owned();
        let is_folder = FLOORS.iter().any(|(known, _)| *known == head);
        (is_folder && head != folder && !allowed.contains(&head.as_str()))
            .then(|| format!("{}:{line}: {path}", source.path))
    });
    others.collect::<BTreeSet<_>>().into_iter().collect()
}

#[test]
fn the_table_names_only_what_stands_below() {
    for (at, (folder, allowed)) in FLOORS.iter().enumerate() {
        let below: Vec<&str> = FLOORS.iter().take(at).map(|(folder, _)| *folder).collect();
        let above: Vec<&&str> = allowed.iter().filter(|other| !below.contains(other)).collect();
        assert!(above.is_empty(), "{folder} may not stand on {above:?}");
    }
}

#[test]
fn every_folder_has_its_floor() {
    let known: BTreeSet<&str> = FLOORS.iter().map(|(folder, _)| *folder).collect();
    let found: BTreeSet<&str> = sources().iter().filter_map(|source| folder(&source.path)).collect();
    assert_eq!(found, known, "each folder of src stands in the table once");
}

#[test]
fn a_folder_imports_from_below_only() {
    for (folder, allowed) in FLOORS {
        let files =
            sources().iter().filter(|source| !source.is_test && source.path.starts_with(&format!("src/{folder}/")));
        let found: Vec<String> = files.flat_map(|source| beyond(source, folder, allowed)).collect();
        none(&found, &format!("{folder} imports from {allowed:?} only"));
    }
}
