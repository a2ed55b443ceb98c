//! House rules that the compiler cannot keep: who may touch AWS, who may draw, who may look at the clock, and that every
//! file says what it is. Reads `src/` as text; runs nothing. The rules are in `seams`, `fetches`, `heads`,
//! `mentions`, `floors` and `names`;
//! `sources`, `lexer` and `imports` read what they are held against.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot read the sources has nothing to say"
)]

mod fetches;
mod floors;
mod heads;
mod imports;
mod lexer;
mod mentions;
mod names;
mod seams;
mod sources;

use sources::sources;

/// Every line of the program's code that has one of `words`, in files that `suspect` holds to the rule.
fn offenders(words: &[&str], suspect: impl Fn(&str) -> bool) -> Vec<String> {
    sources()
        .iter()
        .filter(|source| !source.is_test && suspect(&source.path))
        .flat_map(|source| {
            let guilty = source.lines().into_iter().filter(|(_, line)| words.iter().any(|word| line.contains(word)));
            guilty.map(|(at, line)| format!("{}:{at}: {}", source.path, line.trim())).collect::<Vec<_>>()
        })
        .collect()
}

fn none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

fn is_in(path: &str, folders: &[&str]) -> bool {
    folders.iter().any(|folder| path.starts_with(&format!("src/{folder}")))
}

fn is_fetch(path: &str) -> bool {
    path.starts_with("src/kinds/") && (path.contains("/fetch") || path.contains("/change"))
}
