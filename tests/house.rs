//! House rules that the compiler cannot keep: who may touch AWS, who may draw, who may look at
//! the clock, and that every file says what it is. Reads `src/` as text; runs nothing.
#![expect(clippy::expect_used, reason = "a test that cannot read the sources has nothing to say")]

use std::fs;
use std::path::{Path, PathBuf};

struct Source {
    path: String,
    text: String,
}

fn sources() -> Vec<Source> {
    fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).expect("a readable directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    walk(&root.join("src"), &mut found);
    let mut sources: Vec<Source> = found
        .into_iter()
        .map(|path| Source {
            text: fs::read_to_string(&path).expect("a readable file"),
            path: path.strip_prefix(root).expect("a path below the root").display().to_string(),
        })
        .collect();
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(sources.len() > 50, "the sources were not found");
    sources
}

/// The lines of a file that are code: comments out, and everything from a `#[cfg(test)]` on out.
fn code(source: &Source) -> impl Iterator<Item = (usize, &str)> {
    source
        .text
        .lines()
        .enumerate()
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .map(|(at, line)| (at + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Tests, and what only tests are built with.
fn is_test(path: &str) -> bool {
    path.contains("/tests/")
        || path
            .rsplit('/')
            .next()
            .is_some_and(|name| name == "tests.rs" || name == "rig.rs" || name.starts_with("testing"))
}

/// Every line outside tests that has one of `words`, in files that `suspect` holds to the rule.
fn offenders(words: &[&str], suspect: impl Fn(&str) -> bool) -> Vec<String> {
    sources()
        .iter()
        .filter(|source| !is_test(&source.path) && suspect(&source.path))
        .flat_map(|source| {
            code(source)
                .filter(|(_, line)| words.iter().any(|word| line.contains(word)))
                .map(|(at, line)| format!("{}:{at}: {}", source.path, line.trim()))
                .collect::<Vec<_>>()
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

#[test]
fn sdk_types_stay_at_the_seam() {
    let found =
        offenders(&["aws_sdk_", "aws_config", "aws_smithy", "aws_types", "aws_sigv4", "aws_credential"], |path| {
            !is_in(path, &["aws/", "cloud/live/"]) && !is_fetch(path)
        });
    none(&found, "SDK types may appear only in src/aws, src/cloud/live and in a kind's fetch and change files");
}

#[test]
fn only_views_widgets_and_the_theme_draw() {
    let found = offenders(&["ratatui"], |path| {
        !is_in(path, &["console/widgets/", "theme/", "console/terminal", "console/input", "console/event_loop"])
            && !path.contains("view")
    });
    none(&found, "ratatui belongs to views, widgets, the theme and the loop that owns the terminal");
}

#[test]
fn colours_are_chosen_by_the_theme_alone() {
    let found = offenders(&["Color::", "style::Color"], |path| !is_in(path, &["theme/"]));
    none(&found, "code names roles; only src/theme knows colours");
}

#[test]
fn pure_folders_read_no_clock_and_no_environment() {
    let pure = [
        "world/",
        "display/",
        "kinds/",
        "environment/",
        "offhours/",
        "overview/",
        "diagnosis/",
        "operations/",
        "change/",
        "schedule/",
        "text/",
        "command/",
        "keys/",
        "console/screens/",
        "console/widgets/",
    ];
    let outside = [
        "Timestamp::now",
        "Zoned::now",
        "SystemTime",
        "Instant::now",
        "std::env",
        "env::var",
        "std::fs",
        "std::net",
        "std::process",
        "TimeZone::system",
        "tokio::",
    ];
    let found = offenders(&outside, |path| is_in(path, &pure) && !is_fetch(path));
    none(&found, "pure folders get the time and the surroundings as values");
    let found = offenders(&outside, |path| {
        ["src/console/update", "src/console/model", "src/engine/poller", "src/engine/journal"]
            .iter()
            .any(|pure| path.starts_with(pure))
    });
    none(&found, "the model and its update are pure");
}

#[test]
fn a_fetch_only_reads() {
    const CLIENTS: [&str; 15] = [
        "ecs",
        "elb",
        "rds",
        "cloudwatch",
        "logs",
        "ssm",
        "tags",
        "sts",
        "ec2",
        "lambda",
        "scaling",
        "events",
        "iam",
        "scheduler",
        "ecr",
    ];
    const CHANGING: [&str; 32] = [
        "create",
        "delete",
        "update",
        "put",
        "start",
        "stop",
        "modify",
        "register",
        "deregister",
        "run",
        "reboot",
        "enable",
        "disable",
        "set",
        "tag",
        "untag",
        "add",
        "remove",
        "send",
        "terminate",
        "execute",
        "cancel",
        "copy",
        "restore",
        "promote",
        "failover",
        "resume",
        "apply",
        "associate",
        "disassociate",
        "attach",
        "detach",
    ];
    let mut calls = 0;
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| source.path.contains("/fetch") && !is_test(&source.path)) {
        let text: String = code(source).flat_map(|(_, line)| line.chars()).filter(|c| !c.is_whitespace()).collect();
        for client in CLIENTS {
            for (at, name) in text.match_indices(&format!("{client}.")) {
                let before = text.get(..at).and_then(|before| before.chars().next_back());
                let after = text.get(at + name.len()..).unwrap_or_default();
                let operation: String = after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let is_call = after.get(operation.len()..).is_some_and(|rest| rest.starts_with('('));
                if !is_call || before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                    continue;
                }
                calls += 1;
                // The small EC2 client takes the operation's name as its first argument.
                let named = after.get(operation.len() + 2..).unwrap_or_default();
                let operation = if operation == "call" { named } else { operation.as_str() };
                if CHANGING.iter().any(|verb| operation.to_lowercase().starts_with(verb)) {
                    let operation: String = operation.chars().take(40).collect();
                    found.push(format!("{}: {client}.{operation}", source.path));
                }
            }
        }
    }
    assert!(calls > 10, "only {calls} calls were recognised: the rule no longer sees them");
    none(&found, "a fetch.rs calls reading operations only");
}

#[test]
fn the_console_never_awaits_in_an_update() {
    let found = offenders(&[".await", "async "], |path| {
        is_in(path, &["console/screens/", "console/widgets/", "console/update", "command/", "keys/"])
    });
    none(&found, "keys are answered by a pure update: effects do the waiting");
}

#[test]
fn every_file_says_what_it_is() {
    let bare: Vec<String> = sources()
        .iter()
        .filter(|source| {
            let head = source.text.lines().take_while(|line| line.starts_with("//!")).count();
            head == 0 || (head == 1 && !is_test(&source.path) && !source.path.ends_with("mod.rs"))
        })
        .map(|source| source.path.clone())
        .collect();
    none(&bare, "every file begins with a //! head that says what lives here and what never may");
}

#[test]
fn nothing_is_left_for_others() {
    let marks = ["TO".to_owned() + "DO", "FIX".to_owned() + "ME", "XX".to_owned() + "X"];
    let left: Vec<String> = sources()
        .iter()
        .flat_map(|source| {
            source
                .text
                .lines()
                .enumerate()
                .filter(|(_, line)| {
                    line.split(|c: char| !c.is_alphanumeric()).any(|word| marks.iter().any(|mark| mark == word))
                })
                .map(|(at, line)| format!("{}:{}: {}", source.path, at + 1, line.trim()))
                .collect::<Vec<_>>()
        })
        .collect();
    none(&left, "what is not done is an issue, not a comment");
}
