//! What the heads of files and the page on architecture mention is there: a reader who follows a name finds a file. Holds
//! no names itself.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::none;
use crate::sources::{Source, sources};

/// What stands between two backticks in a line of prose.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The `//!` lines at the top of a file.
fn head(source: &Source) -> String {
    let lines = source.text.lines().map_while(|line| line.strip_prefix("//!"));
    lines.collect::<Vec<_>>().join(" ")
}

/// Whether a file or a folder of `src` ends in this path.
fn is_path(path: &str) -> bool {
    let (file, folder) = (format!("/{path}"), format!("/{}/", path.trim_end_matches('/')));
    sources().iter().any(|source| {
        let at = format!("/{}", source.path);
        at.ends_with(&file) || at.contains(&folder)
    })
}

/// Whether `word` stands as a word in the code of the files that `of` chooses.
fn is_named(word: &str, of: impl Fn(&Source) -> bool) -> bool {
    let has = |source: &&Source| {
        let code = source.text.lines().filter(|line| !line.trim_start().starts_with("//"));
        code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_')).any(|found| found == word)
    };
    sources().iter().filter(|source| of(source)).any(|source| has(&source))
}

/// Whether `segments` lead to a module, or to an item of one.
fn is_module(segments: &[&str]) -> bool {
    let path = segments.join("/");
    if is_path(&format!("{path}.rs")) || is_path(&format!("{path}/")) {
        return true;
    }
    let Some((item, module)) = segments.split_last() else { return false };
    let (file, folder) = (format!("/{}.rs", module.join("/")), format!("/{}/", module.join("/")));
    is_named(item, |source| {
        let at = format!("/{}", source.path);
        at.ends_with(&file) || at.contains(&folder)
    })
}

fn is_there(mention: &str, source: &Source) -> bool {
    if let Some(path) = mention.strip_suffix(".rs")
        && path.split('/').all(is_word)
    {
        return is_path(mention);
    }
    let segments: Vec<&str> = mention.split("::").filter(|one| !["crate", "super", "self"].contains(one)).collect();
    if segments.len() > 1 && segments.iter().all(|one| is_word(one)) {
        return is_module(&segments);
    }
    if !is_word(mention) || mention.starts_with(|c: char| c.is_ascii_digit()) {
        return true;
    }
    // A word alone: a file, or something in the code beside it.
    let folder = source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    is_path(&format!("{mention}.rs"))
        || is_path(&format!("{mention}/"))
        || is_named(mention, |other| other.path.starts_with(folder))
}

#[test]
fn the_head_of_a_file_names_what_is_there() {
    // Names from an account, as examples.
    let examples = ["sys03devdb1", "tkhrwebp01", "local"];
    let gone: BTreeSet<String> = sources()
        .iter()
        .flat_map(|source| {
            let head = head(source);
            let gone = quoted(&head).into_iter().filter(|one| !examples.contains(one) && !is_there(one, source));
            gone.map(|one| format!("{}: `{one}`", source.path)).collect::<Vec<_>>()
        })
        .collect();
    none(&gone.into_iter().collect::<Vec<_>>(), "what the head of a file mentions is there");
}

#[test]
fn the_page_on_architecture_names_what_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/architecture.md")).expect("the page");
    let prose: String = page.split("```").step_by(2).collect();
    // What every kind may have, and a pattern over folders.
    let patterns = ["fetch.rs", "change.rs", "rules.rs", "operations/…/actions.rs", "snapshots/", "target/"];
    let gone: Vec<&str> = quoted(&prose)
        .into_iter()
        .filter(|one| (one.contains('/') || one.ends_with(".rs")) && !one.contains(' ') && !patterns.contains(one))
        .filter(|one| !root.join(one).exists() && !root.join("src").join(one).exists() && !is_path(one))
        .collect();
    none(
        &gone.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>(),
        "what the page on architecture mentions is there",
    );
}
