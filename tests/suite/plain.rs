//! The console in lines as people without a screen use it: the built binary with what is typed piped in.
#![expect(clippy::expect_used, reason = "a test whose program does not run must fail at once")]

use std::io::Write;
use std::process::Stdio;

use tempfile::TempDir;

use crate::support::said::{Said, ended, toban};

/// Runs it with these lines typed.
fn typed(arguments: &[&str], lines: &str) -> Said {
    let home = TempDir::new().expect("a home");
    let mut command = toban(home.path(), &[&["--demo", "--plain"], arguments].concat());
    command.env("TOBAN_STATE_DIR", home.path().join("state"));
    let mut run = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    run.stdin.take().expect("its input").write_all(lines.as_bytes()).expect("it reads");
    ended(run)
}

#[test]
fn pages_are_told_in_sentences_and_nothing_is_drawn() {
    let said = typed(&[], "1\nback\nalarms\nquit\n");
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{}", said.out);
    let is_drawn = |c: char| ('\u{2500}'..='\u{25ff}').contains(&c) || c == '\u{1b}';
    assert!(!said.out.contains(is_drawn), "{}", said.out);
    for words in ["Fleet: 9 environments", "city-prod is bad, protected", "all alarms:", "> "] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    assert_eq!(said.out.matches("Fleet: ").count(), 2, "told when one comes to it: {}", said.out);
}

#[test]
fn a_change_is_planned_answered_and_followed_to_its_end_though_the_pipe_is_closed() {
    let said = typed(&["--demo-speed", "60"], "env backend-dev\nsleep\nyes\n");
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    let at = |words: &str| said.out.find(words).unwrap_or_else(|| panic!("{words}: {}", said.out));
    let order =
        [at("Plan: "), at("1. It is in backend-dev"), at("Type yes to do it"), at("Put backend-dev to sleep: ")];
    assert!(order.is_sorted(), "{}", said.out);
    assert!(said.out.contains("Put backend-dev to sleep: backend-dev is asleep"), "{}", said.out);
}

#[test]
fn what_is_no_yes_changes_nothing() {
    let said = typed(&[], "env backend-dev\nsleep\ny\nquit\n");
    assert!(said.out.contains("nothing was changed"), "{}", said.out);
    assert!(!said.out.contains("stopping"), "{}", said.out);
}
